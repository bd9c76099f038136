import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { LlmReply } from "@stepwright/core/LlmReply"
import { LlmRequest } from "@stepwright/core/LlmRequest"
import * as recorded from "../../../src/internal/cassette/recorded.ts"
import { request } from "../../support/request.ts"

const reply = (text: string): LlmReply => ({ text, finishReason: "stop", usage: {} })

/** Through the bytes of a file. */
const again = (text: string) => new TextDecoder().decode(new TextEncoder().encode(text))

const awkward = [
  "",
  "\n",
  "a\r\nb\r\n",
  "\r",
  "\ud800",
  "a\udc00\ud800b",
  "\0",
  "\ufeffbegins with a mark",
  "trailing  \t\n  leading",
  "one\u2028two\u2029three\u0085four",
  '"quoted" \\ \\n {"a": [1]}',
  "\x7f\x9b",
  "😀 é e\u0301 日本"
]

describe("recorded", () => {
  describe("print", () => {
    for (const text of awkward) {
      it.effect(`keeps ${JSON.stringify(text)} as prompt, reply, path and key of a schema`, () =>
        Effect.gen(function* () {
          const format = { type: "json", name: text, schema: { properties: { [text]: { default: [text] } } } } as const
          const asked = request(
            "a",
            text,
            { format, parameters: { stop: [text] } },
            { run: "", path: text, step: text }
          )
          const printed = recorded.print({ request: asked, reply: reply(text) })
          expect(yield* recorded.parse(again(printed))).toEqual({ request: asked, reply: reply(text) })
        })
      )
    }

    it.effect.prop(
      "is read as it was, any request and any reply",
      { asked: LlmRequest, said: LlmReply, text: Schema.String },
      ({ asked, said, text }) =>
        Effect.gen(function* () {
          const { fresh: _, ...metadata } = { ...asked.metadata, run: "" }
          const { id: __, ...kept } = { ...said, text: `${text}\r\n${said.text}` }
          const entry = { request: { ...asked, metadata }, reply: kept }
          const printed = recorded.print({ request: asked, reply: { ...said, text: kept.text } })
          // JSON knows one zero only
          expect(yield* recorded.parse(again(printed))).toEqual(JSON.parse(JSON.stringify(entry)))
          expect(recorded.print(yield* recorded.parse(printed))).toBe(printed)
        })
    )

    it("has a line for each line of text, an end, and the same text whatever the order of keys", () => {
      const one = recorded.print({
        request: request("a", "first\n\nsecond", {
          format: { type: "json", name: "x", schema: { type: "object", properties: { b: {}, a: { x: 1, w: 2 } } } },
          parameters: { temperature: 0, seed: 1 }
        }),
        reply: { text: "{\n}", finishReason: "stop", model: "m", usage: { output: 2, input: 1 } }
      })
      const other = recorded.print({
        reply: { usage: { input: 1, output: 2 }, model: "m", finishReason: "stop", text: "{\n}" },
        request: request("a", "first\n\nsecond", {
          parameters: { seed: 1, temperature: 0 },
          format: { schema: { properties: { a: { w: 2, x: 1 }, b: {} }, type: "object" }, name: "x", type: "json" }
        })
      })
      expect(other).toBe(one)
      expect(one.endsWith("}\n")).toBe(true)
      expect(one.split("\n").map((line) => line.trim())).toEqual(
        expect.arrayContaining(['"first",', '"",', '"second"', '"{",', '"}"'])
      )
    })
  })
})
