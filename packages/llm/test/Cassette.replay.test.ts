import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import { LlmRequest } from "@stepwright/core/LlmRequest"
import { Cassette, MockLlm } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { ask, text, withFile, read, recording, replaying, miss } from "./support/cassette.ts"

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

    const broken: ReadonlyArray<[what: string, content: string | undefined, detail: RegExp]> = [
      ["is missing", undefined, /no such file|NotFound/iu],
      ["is no JSON", '{ "version": 1,', /^it is no JSON: .*cassette.json:1:16\)$/u],
      ["has another version", '{ "version": 2, "entries": [] }', /^at version: Expected 1 \(.*cassette.json:1:14\)$/u],
      [
        "has a wrong entry",
        '{ "version": 1, "entries": [{ "path": "a", "step": "a", "turn": "first" }] }',
        /^at entries\.0\.turn: Expected number \(.*:1:65\);\n/u
      ]
    ]
    for (const [what, content, detail] of broken) {
      it.effect(`fails with file and position when the file ${what}`, () =>
        withFile((file) =>
          Effect.gen(function* () {
            const fs = yield* FileSystem.FileSystem
            yield* fs.makeDirectory(file.slice(0, file.lastIndexOf("/")))
            if (content !== undefined) yield* fs.writeFileString(file, content)
            const error = yield* Effect.flip(replaying(file, Effect.void))
            assert(error._tag === "CassetteError")
            expect(error.message).toContain(file)
            expect(error.detail).toMatch(detail)
          })
        )
      )
    }

    it.effect("tells line, key and reason of all that a hand has broken", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* recording(
            Cassette.layerRecord,
            file,
            [{ reply: "…" }],
            Effect.all([ask(request("a")), ask(request("b"))])
          )
          const lines = (yield* read(file)).split("\n")
          const broken = lines
            .map((line, index) => (index < 35 ? line : line.replace('"turn": 1', '"turn": "one"')))
            .map((line) => line.replace('"finishReason": "stop"', '"finishReason": "end"'))
            .map((line) => line.replace('"parameters": {}', '"parameters": { "temprature": 1 }'))
          yield* fs.writeFileString(file, broken.join("\n"))
          const error = yield* Effect.flip(replaying(file, Effect.void))
          assert(error._tag === "CassetteError")
          const at = (text: string, from = 0) =>
            broken.findIndex((line, index) => index >= from && line.includes(text)) + 1
          const second = at('"path": "b"')
          const finish = 'Expected "stop" | "length" | "content-filter" | "tool-calls" | "other"'
          expect(error.message.split("\n")).toEqual([
            `cassette ${file}: at entries.0.request.parameters.temprature: Expected no excess property (${file}:${at("temprature")}:39);`,
            `  at entries.0.reply.finishReason: ${finish} (${file}:${at('"end"')}:25);`,
            `  at entries.1.turn: Expected number (${file}:${at('"one"')}:15);`,
            `  at entries.1.request.parameters.temprature: Expected no excess property (${file}:${at("temprature", second)}:39);`,
            `  at entries.1.reply.finishReason: ${finish} (${file}:${at('"end"', second)}:25)`
          ])
        })
      )
    )

    it.effect("refuses two entries for one request, which a merge leaves, and tells the line of the second", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("a")))
          const [entry] = JSON.parse(yield* read(file)).entries
          const merged = {
            version: 1,
            entries: [entry, { ...entry, path: "b", reply: { ...entry.reply, text: ["other"] } }]
          }
          const text = JSON.stringify(merged, null, 2)
          yield* fs.writeFileString(file, text)
          const error = yield* Effect.flip(replaying(file, Effect.void))
          const line = text.split("\n").findIndex((line) => line.includes('"path": "b"'))
          expect(error.message).toBe(
            `cassette ${file}: at entries.1: the same request as entries.0: keep one of them (${file}:${line}:5)`
          )
        })
      )
    )
  })
})
