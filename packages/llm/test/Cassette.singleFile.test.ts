import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { Cassette } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { ask, count, filesOf, miss, read, recording, replaying, text, warnings, withFile } from "./support/cassette.ts"

/** The text of a cassette as an earlier version wrote it. */
const single = (...steps: ReadonlyArray<string>) =>
  JSON.stringify(
    {
      version: 1,
      entries: steps.map((step) => {
        const { metadata, messages, ...rest } = request(step)
        const asked = { ...rest, messages: messages.map(({ content, role }) => ({ role, content: [content] })) }
        const reply = { finishReason: "stop", model: "m", usage: { input: 1 }, text: [`${step}:`, "\r", "done "] }
        return { path: metadata.path, step, turn: 1, request: asked, reply }
      })
    },
    null,
    2
  )

const withSingle = <A, E>(content: string, test: (file: string) => Effect.Effect<A, E, FileSystem.FileSystem>) =>
  withFile((cassette) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${cassette}.json`
      yield* fs.makeDirectory(file.slice(0, file.lastIndexOf("/")))
      yield* fs.writeFileString(file, content)
      return yield* test(file)
    })
  )

describe("Cassette", () => {
  describe("a single file", () => {
    it.effect("is replayed, and tells what is unused and what is nearest", () =>
      withSingle(single("a", "b"), (file) =>
        Effect.gen(function* () {
          expect(yield* replaying(file, text(request("a")))).toBe("a:\n\r\ndone ")
          expect(yield* replaying(file, text(request("a", undefined, {}, { path: "elsewhere" })))).toBe("a:\n\r\ndone ")
          expect(yield* replaying(file, Effect.andThen(ask(request("b")), Cassette.unused))).toEqual([
            { path: "a", step: "a", turn: 1 }
          ])
          expect((yield* miss(file, request("b", "Please do c."))).detail).toContain("- Please do b.")
        })
      )
    )

    it.effect("is not recorded to: it is left as it is, before anybody is asked", () =>
      withSingle(single("a"), (file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const before = yield* fs.readFileString(file)
          const program = Effect.gen(function* () {
            expect(yield* text(request("a"))).toBe("a:\n\r\ndone ")
            expect((yield* Effect.flip(ask(request("b")))).message).toContain("has none for step")
            expect(yield* count).toBe(0)
          })
          yield* recording(Cassette.layerAuto, file, [{ reply: "…" }], program)
          const error = yield* Effect.flip(recording(Cassette.layerRecord, file, [{ reply: "…" }], Effect.void))
          assert(error._tag === "CassetteError")
          expect(error.message).toContain(`\`stepwright cassette migrate ${file}\``)
          const unpruned = yield* Effect.flip(replaying(file, Cassette.prune))
          expect(unpruned._tag).toBe("CassetteError")
          expect(yield* fs.readFileString(file)).toBe(before)
        })
      )
    )

    const broken: ReadonlyArray<[what: string, content: string, detail: RegExp]> = [
      ["is no JSON", '{ "version": 1,', /^it is no JSON: .*cassette.json:1:16\)$/u],
      ["is empty", "", /^it is no JSON: .*cassette.json:1:1\)$/u],
      ["has another version", '{ "version": 2, "entries": [] }', /^at version: Expected 1 \(.*cassette.json:1:14\)$/u],
      [
        "has a wrong entry",
        '{ "version": 1, "entries": [{ "path": "a", "step": "a", "turn": "first" }] }',
        /^at entries\.0\.turn: Expected number \(.*:1:65\);\n/u
      ]
    ]
    for (const [what, content, detail] of broken) {
      it.effect(`fails with file and position when it ${what}`, () =>
        withSingle(content, (file) =>
          Effect.gen(function* () {
            const error = yield* Effect.flip(replaying(file, Effect.void))
            assert(error._tag === "CassetteError")
            expect(error.message).toContain(file)
            expect(error.detail).toMatch(detail)
          })
        )
      )
    }

    it.effect("is refused with two entries for one request, which a merge leaves", () =>
      withSingle(single("a", "a").replace('"path": "a"', '"path": "other"'), (file) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(replaying(file, Effect.void))
          expect(error.message).toMatch(
            /: at entries\.1: the same request as entries\.0: keep one of them \(.*:\d+:5\)$/u
          )
        })
      )
    )
  })

  describe("migrate", () => {
    it.effect("makes a folder of a single file, which stays, and which the folder answers for", () =>
      withSingle(single("a", "b"), (file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const folder = file.replace(".json", "")
          const before = yield* fs.readFileString(file)
          const made = yield* Cassette.migrate(file, folder)
          expect(made.map(({ file }) => file)).toEqual(yield* filesOf(folder))
          expect(yield* fs.readFileString(file)).toBe(before)
          const strip = ({ reply, request }: Cassette.Recorded) => ({ reply, request })
          expect((yield* Cassette.entries(folder)).map(strip)).toEqual((yield* Cassette.entries(file)).map(strip))
          const both = Effect.all([text(request("a")), text(request("b"))])
          expect(yield* replaying(folder, both)).toEqual(yield* replaying(file, both))
          expect(
            yield* warnings(recording(Cassette.layerAuto, folder, [{ reply: "new" }], ask(request("c"))))
          ).toHaveLength(1)
          expect(yield* replaying(folder, text(request("c")))).toBe("new")
        })
      )
    )

    it.effect("keeps what the folder has, goes on where it was stopped, and writes over nothing", () =>
      withSingle(single("a", "b"), (file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const folder = file.replace(".json", "")
          yield* recording(Cassette.layerRecord, folder, [{ reply: "mine" }], ask(request("c")))
          yield* Cassette.migrate(file, folder)
          const [first = ""] = yield* filesOf(folder)
          const whole = yield* read(folder)
          yield* fs.remove(`${folder}/${first}`)
          yield* Cassette.migrate(file, folder)
          expect(yield* read(folder)).toBe(whole)
          yield* fs.remove(`${folder}/${first}`)
          yield* recording(Cassette.layerAuto, folder, [{ reply: "another" }], ask(request("a")))
          const other = yield* read(folder)
          const error = yield* Effect.flip(Cassette.migrate(file, folder))
          expect(error.message).toBe(`cassette ${folder}/${first}: it has another reply: choose another folder`)
          expect(yield* read(folder)).toBe(other)
        })
      )
    )
  })
})
