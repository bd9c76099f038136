import { expect } from "@effect/vitest"
import type { LlmErrorReason } from "@stepwright/core/LlmError"
import { issue, message } from "./errors.ts"

/** The text of a stream of Chat Completions, and what becomes of it. */
export interface StreamDialect {
  readonly server: string
  readonly source?: string
  readonly sent: string
  readonly want: "pong" | LlmErrorReason["_tag"]
  /** What reply or reason has besides. */
  readonly has?: object
}

const chunk = (content: unknown, finish_reason: unknown = null, choice: object = {}, more: object = {}) => ({
  id: "1",
  choices: [{ index: 0, delta: { content }, finish_reason, ...choice }],
  ...more
})

const events = (...data: ReadonlyArray<unknown>) =>
  data.map((said) => `data: ${typeof said === "string" ? said : JSON.stringify(said)}\n\n`).join("")

const begun = events(chunk("po"))
const whole = events(chunk("pong"), chunk("", "stop"))
const quota = message("no", { code: "insufficient_quota" })
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const none = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
const spent = { usage: { input: 11, output: 7 } }

export const streams: ReadonlyArray<StreamDialect> = [
  // A finish reason that is none: the stream was cut.
  { server: "null as a text, cut", sent: events(chunk("po", "null"), chunk("ng", "null")), want: "NetworkFailure" },
  { server: "None, cut", sent: events(chunk("pong", "None")), want: "NetworkFailure" },
  { server: "unspecified, cut", sent: events(chunk("pong", "FINISH_REASON_UNSPECIFIED")), want: "NetworkFailure" },
  { server: "null as a text, whole", sent: events(chunk("po", "null"), chunk("ng", "stop")), want: "pong" },
  // An error that is no event.
  { server: "an error as plain JSON", sent: `${begun}${JSON.stringify(quota)}\n`, want: "QuotaExhausted" },
  { server: "over several lines", sent: `${begun}${JSON.stringify(quota, null, 2)}\n`, want: "QuotaExhausted" },
  {
    server: "in a list",
    sent: `${begun}${JSON.stringify([message("who?", { code: 401 })])}`,
    want: "Unauthenticated"
  },
  { server: "a page", sent: `${begun}<html>502</html>`, want: "NetworkFailure" },
  {
    server: "a text instead of events",
    sent: "upstream connect error or disconnect/reset before headers",
    want: "InvalidResponse",
    has: { detail: expect.stringContaining("upstream connect error") }
  },
  {
    server: "a text with a colon",
    sent: "Error: no healthy upstream",
    want: "InvalidResponse",
    has: { detail: expect.stringContaining("no healthy upstream") }
  },
  { server: "null", sent: "null", want: "InvalidResponse" },
  { server: "comments only", sent: ": keep-alive\n\n: keep-alive\n\n", want: "NetworkFailure" },
  {
    server: "AWS, an exception",
    sent: `${begun}event: throttlingException\ndata: {"message":"Too many tokens, please wait before trying again."}\n\n`,
    want: "RateLimited"
  },
  // Events that say no more than that the server is there, or done.
  { server: "a ping in words", sent: `event: ping\ndata: ping\n\n${whole}`, want: "pong" },
  {
    server: "data twice",
    source: issue("openclaw/openclaw/issues/96497"),
    sent: whole.replaceAll("data: ", "data: data: "),
    want: "pong"
  },
  { server: "done, quoted", sent: `${whole}data: "[DONE]"\n\n`, want: "pong" },
  { server: "done, in small letters", sent: `${whole}data: [done]\n\n`, want: "pong" },
  { server: "an event of that name", sent: `${whole}event: done\ndata: done\n\n`, want: "pong" },
  // Types that are loose.
  { server: "PHP, an empty object", sent: events(chunk("pong"), chunk("", "stop", { delta: [] })), want: "pong" },
  {
    server: "a call of nothing",
    sent: events(
      chunk("pong", null, {
        delta: { content: "pong", tool_calls: [null], function_call: { name: "", arguments: "" } }
      }),
      chunk("", "stop")
    ),
    want: "pong"
  },
  // Where the usage stands.
  {
    server: "Moonshot, in the choice",
    source: issue("earendil-works/pi/issues/2017"),
    sent: events(chunk("pong"), chunk("", "stop", { usage }), "[DONE]"),
    want: "pong",
    has: spent
  },
  {
    server: "Groq, in a field of its own",
    sent: events(chunk("pong"), chunk("", "stop", {}, { x_groq: { id: "1", usage } }), "[DONE]"),
    want: "pong",
    has: spent
  },
  {
    server: "zeros after it",
    sent: events(chunk("pong", null, {}, { usage }), chunk("", "stop", {}, { usage: none }), "[DONE]"),
    want: "pong",
    has: spent
  }
]
