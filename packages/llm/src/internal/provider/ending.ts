import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import { ContentRefused, InvalidResponse, LlmError, ProviderUnavailable } from "@stepwright/core/LlmError"
import type { FinishReason, LlmReply } from "@stepwright/core/LlmReply"
import type { Usage } from "@stepwright/core/Usage"
import { jsonOf } from "../structured/lenient.ts"
import { snakeCase } from "./problem.ts"
import type { Quote } from "./quote.ts"

/** How a reply ended; `failed`: the provider gave it up, `paused`: it was to go on. */
export type Ending = FinishReason | "failed" | "paused"

/** What servers call the ends of replies, in `snake_case`; the first that fits counts. */
const endings: ReadonlyArray<readonly [Ending, RegExp]> = [
  [
    "failed",
    /error(?!_limit|_toxic)|fail|abort|cancel|time_?out|time_limit|max_time|insufficient|unavailable|unloaded|not_finished/u
  ],
  [
    "stop",
    /^(?:stop|stopped|stop_\w+|end|end_\w+|end_?of_?\w+|eos\w*|complete|completed|finish|finished|done|normal|success)$/u
  ],
  ["length", /length|max|token_limit|output_limit|context_window|error_limit|truncat|^incomplete$/u],
  ["tool-calls", /tool|function/u],
  [
    "content-filter",
    /filter|safety|recitation|block|blacklist|prohibited|spii|sensitive|refusal|guardrail|moderation|toxic|policy|profan|flagged|unsafe/u
  ],
  ["paused", /^pause/u]
]

/** The finish reason that a server says, if it says one: an empty text is none, nor is what a language prints of none. */
export const finishOf = (said: unknown): string | undefined => {
  const name = Predicate.isReadonlyObject(said) ? said["type"] : said
  return typeof name === "string" && !/^(?:|null|none|undefined|\w*unspecified)$/iu.test(name.trim())
    ? name.trim()
    : undefined
}

/** The ending that a finish reason means: `MAX_TOKENS`, `FinishReason.STOP`, `content_filter: PROHIBITED_CONTENT`. */
export const endingOf = (said: unknown): Ending => {
  const [name = ""] = (finishOf(said) ?? "").split(":")
  const plain = snakeCase(name).replace(/^(?:finish_)?reason_/u, "")
  return endings.find(([, names]) => names.test(plain))?.[0] ?? "other"
}

/** The errors of a response that holds no reply, with what it says of its cost. */
export const noReply = (usage: Usage) => ({
  /** `permanent`: asking again would most likely give the same. */
  invalid: (detail: string, permanent: boolean) =>
    new LlmError({ reason: new InvalidResponse({ detail, usage, ...(permanent && { permanent }) }) }),
  /** A body that does not fit, with what it lacks. */
  misfit: ({ message }: Schema.SchemaError, body: unknown, quote: Quote) => {
    const detail = `the response is no reply of the API, ${quote(message)}, in ${quote(jsonOf(body), 200)}`
    return new LlmError({ reason: new InvalidResponse({ detail, usage }) })
  },
  refused: (detail: string) => new LlmError({ reason: new ContentRefused({ detail, usage }) }),
  failed: (detail: string) => new LlmError({ reason: new ProviderUnavailable({ detail }), usage })
})

/** What a response says, in terms of no API. */
export interface Said {
  readonly text: string
  readonly finish: unknown
  /** What it refuses with; an empty text is no refusal. */
  readonly refusal?: string | undefined
  readonly calls: boolean
  readonly name: Pick<LlmReply, "id" | "model">
  readonly usage: Usage
}

/** The reply that a response says, or why it is none: a part of one is never one. */
export const concluded = (said: Said, quote: Quote): Effect.Effect<LlmReply, LlmError> => {
  const { calls, finish, name, refusal, text, usage } = said
  const { failed, invalid, refused } = noReply(usage)
  const ending = endingOf(finish)
  if (refusal) return Effect.fail(refused(`the model refuses: ${quote(refusal)}`))
  if (ending === "content-filter") {
    return Effect.fail(
      refused(finishOf(finish) === "refusal" ? "the model refuses" : "the provider's content filter cut the reply")
    )
  }
  if (ending === "failed") return Effect.fail(failed(`the reply was given up: ${quote(finishOf(finish) ?? "")}`))
  if (calls || ending === "tool-calls") {
    return Effect.fail(invalid("the model calls a tool, and none was offered", true))
  }
  if (ending === "paused") return Effect.fail(invalid("the model pauses, and no tool was offered to wait for", true))
  if (text.trim() === "" && ending !== "length") {
    return Effect.fail(invalid("the reply has neither content nor refusal", false))
  }
  return Effect.succeed({ text, finishReason: ending, ...name, usage })
}
