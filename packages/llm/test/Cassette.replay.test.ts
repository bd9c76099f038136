import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { LlmRequest } from "@stepwright/core/LlmRequest"
import { Cassette, MockLlm } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { ask, edit, text, withFile, recording, replaying, miss } from "./support/cassette.ts"

describe("Cassette", () => {
  describe("layerReplay", () => {
    it.effect("gives a recorded reply, as often as it is asked, whatever the metadata", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const reply = MockLlm.reply({
            text: "line 1\r\nline 2\n",
            finishReason: "length",
            model: "m-1",
            id: "response-1",
            usage: { input: 3, cachedInput: 0 }
          })
          yield* recording(Cassette.layerRecord, file, [{ reply }], ask(request("draft")))
          const elsewhere = request("draft", undefined, {}, { run: "run-2", path: "other/draft", turn: 5 })
          for (const asked of [request("draft"), elsewhere, elsewhere]) {
            expect(yield* replaying(file, ask(asked))).toEqual({
              text: "line 1\r\nline 2\n",
              finishReason: "length",
              model: "m-1",
              usage: { input: 3, cachedInput: 0 }
            })
          }
        })
      )
    )

    it.effect.prop(
      "gives back any text for any request",
      { asked: LlmRequest, text: Schema.String },
      ({ asked, text: said }) =>
        withFile((file) =>
          Effect.gen(function* () {
            yield* recording(Cassette.layerRecord, file, () => MockLlm.reply({ text: said }), ask(asked))
            expect(yield* replaying(file, text(asked))).toBe(said)
          })
        ),
      { arbitrary: { runs: 30 } }
    )

    it.effect("gives to equal requests of one path their replies in order, and then the last one", () =>
      withFile((file) =>
        Effect.gen(function* () {
          let said = 0
          const twice = Effect.all([text(request("a")), text(request("a"))])
          yield* recording(Cassette.layerRecord, file, () => `reply ${++said}`, twice)
          const often = Effect.replicateEffect(text(request("a")), 4)
          expect(yield* replaying(file, often)).toEqual(["reply 1", "reply 2", "reply 2", "reply 2"])
          expect(yield* recording(Cassette.layerAuto, file, [], often)).toEqual(yield* replaying(file, often))
          const elsewhere = Effect.replicateEffect(text(request("a", undefined, {}, { path: "other" })), 3)
          expect(yield* replaying(file, elsewhere)).toEqual(["reply 1", "reply 2", "reply 2"])
        })
      )
    )

    it.effect("gives to equal requests of several paths the reply of their path, whatever the order", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const sample = (n: number) => request("sample", undefined, {}, { path: `sample/${n}` })
          const all = [1, 2, 3].map((n) => text(sample(n)))
          const script = (asked: LlmRequest) => asked.metadata.path
          yield* recording(Cassette.layerRecord, file, script, Effect.all(all, { concurrency: 3 }))
          expect(yield* replaying(file, Effect.all(all.toReversed()))).toEqual(["sample/3", "sample/2", "sample/1"])
          expect(yield* recording(Cassette.layerAuto, file, [], Effect.all(all, { concurrency: 3 }))).toEqual([
            "sample/1",
            "sample/2",
            "sample/3"
          ])
        })
      )
    )

    const changes: ReadonlyArray<[what: string, fields: Partial<Omit<LlmRequest, "metadata">>]> = [
      ["model", { model: "fast" }],
      ["parameters", { parameters: { temperature: 1 } }],
      ["format", { format: { type: "json", name: "x", schema: {} } }],
      ["a role", { messages: [{ role: "system", content: "Please do draft." }] }],
      ["the text", { messages: [{ role: "user", content: "Please do  draft." }] }]
    ]
    for (const [what, fields] of changes) {
      it.effect(`misses when ${what} is another`, () =>
        withFile((file) =>
          Effect.gen(function* () {
            yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("draft")))
            const reason = yield* miss(file, request("draft", undefined, fields))
            expect(reason._tag).toBe("NoRecordedReply")
          })
        )
      )
    }

    it.effect("shows the nearest entry and the difference on a miss", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const prompt = (lines: ReadonlyArray<string>) => ["You write.", "", ...lines, "", "End."].join("\n")
          const program = Effect.all([
            ask(request("outline", prompt(["Outline it."]))),
            ask(request("draft", prompt(["Write it.", "Be brief."]), {}, { path: "article/draft" }))
          ])
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], program)
          const asked = request("draft", prompt(["Write it.", "Be terse.", "Be kind."]), {}, { path: "article/draft" })
          const reason = yield* miss(file, asked)
          expect(reason.detail.split("\n")).toEqual([
            `cassette ${file} has none for step "draft" at article/draft, turn 1`,
            '  the nearest is for step "draft" at article/draft, turn 1; - recorded, + asked',
            "    from message 1 (user), line 4:",
            "    - Be brief.",
            "    + Be terse.",
            "    + Be kind."
          ])
        })
      )
    )

    it.effect("keeps what it shows short, with the difference in it", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const long = (middle: string) =>
            `${"a".repeat(5000)}${middle}${"b".repeat(5000)}\n${`${middle}\n`.repeat(50)}end`
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("draft", long("old"))))
          const reason = yield* miss(file, request("draft", long("new")))
          expect(reason.detail).toMatch(/- …a+oldb+…/u)
          expect(reason.detail).toMatch(/\+ …a+newb+…/u)
          expect(reason.detail).toContain("more lines")
          expect(reason.detail.length).toBeLessThan(1000)
        })
      )
    )

    it.effect("says that it is empty", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerRecord, file, [], Effect.void)
          const reason = yield* miss(file, request("draft"))
          expect(reason.detail).toContain("it is empty")
        })
      )
    )

    it.effect("fails with its name when there is no such folder", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(replaying(file, Effect.void))
          assert(error._tag === "CassetteError")
          expect(error.message).toMatch(/^cassette .*runs\/cassette: .*NotFound/u)
        })
      )
    )

    it.effect("tells file, line, key and reason of all that a hand has broken", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("a")))
          let lines: ReadonlyArray<string> = []
          const broken = yield* edit(file, (text) => {
            const edited = text
              .replace('"turn": 1', '"turn": "one"')
              .replace('"finishReason": "stop"', '"finishReason": "end"')
              .replace('"parameters": {}', '"parameters": { "temprature": 1 }')
            lines = edited.split("\n")
            return edited
          })
          const at = (text: string) => lines.findIndex((line) => line.includes(text)) + 1
          const finish = 'Expected "stop" | "length" | "content-filter" | "tool-calls" | "other"'
          const reason = yield* miss(file, request("a"))
          expect(reason.detail.split("\n")).toEqual([
            `cassette ${broken}: at turn: Expected number (${broken}:${at('"one"')}:11);`,
            `  at request.parameters.temprature: Expected no excess property (${broken}:${at("temprature")}:35);`,
            expect.stringContaining(
              `  at reply.finishReason: ${finish} (${broken}:${at('"end"')}:21): mend it, or delete it`
            )
          ])
        })
      )
    )
  })
})
