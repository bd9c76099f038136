import { describe, expect, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { TestClock } from "effect/testing"
import { Cassette } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { ask, count, edit, filesOf, miss, recording, replaying, text, warnings, withFile } from "./support/cassette.ts"

const record = (file: string, ...steps: ReadonlyArray<string>) =>
  recording(
    Cassette.layerAuto,
    file,
    [{ reply: "recorded" }],
    Effect.forEach(steps, (step) => ask(request(step)))
  )

describe("Cassette", () => {
  describe("a damaged file", () => {
    const cut: ReadonlyArray<[what: string, change: (text: string) => string]> = [
      ["cut off", (text) => text.slice(0, -20)],
      ["cut off after its first byte", (text) => text.slice(0, 1)],
      ["empty", () => ""],
      ["full of NUL", (text) => "\0".repeat(text.length)],
      ["with the marks of a merge", (text) => `<<<<<<< ours\n${text}=======\n${text}>>>>>>> theirs\n`],
      ["that is another's JSON", () => "[1, 2]\n"]
    ]
    for (const [what, change] of cut) {
      it.effect(`is no reply but an error with its name, and asks nobody, when it is ${what}`, () =>
        withFile((file) =>
          Effect.gen(function* () {
            yield* record(file, "a")
            const damaged = yield* edit(file, change)
            const reason = yield* miss(file, request("a"))
            expect(reason._tag).toBe("NoRecordedReply")
            expect(reason.detail).toContain(`cassette ${damaged}: `)
            expect(reason.detail).toMatch(/ \(.*a@[\da-f]{12}\.json:\d+:\d+\)/u)
            expect(reason.detail).toMatch(/delete it.*--replay DIR --record DIR/u)
            const again = Effect.gen(function* () {
              expect((yield* Effect.flip(ask(request("a")))).message).toContain(reason.detail)
              expect(yield* count).toBe(0)
            })
            yield* recording(Cassette.layerAuto, file, [{ reply: "…" }], again)
            const error = yield* Effect.flip(replaying(file, Cassette.unused))
            expect(error.message).toContain(damaged)
          })
        )
      )
    }

    it.effect("is replaced when all is recorded anew", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* record(file, "a")
          yield* edit(file, (text) => text.slice(0, 30))
          yield* recording(Cassette.layerRecord, file, [{ reply: "anew" }], ask(request("a")))
          expect(yield* replaying(file, text(request("a")))).toBe("anew")
          expect((yield* filesOf(file)).length).toBe(1)
        })
      )
    )

    it.effect("does not hide the others, and is told where another has none", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* record(file, "a")
          const damaged = yield* edit(file, (text) => text.slice(0, 30))
          yield* record(file, "b")
          expect(yield* replaying(file, text(request("b")))).toBe("recorded")
          const { detail } = yield* miss(file, request("c"))
          expect(detail).toContain('the nearest is for step "b"')
          expect(detail).toContain(`and cassette ${damaged}: it is no JSON`)
        })
      )
    )

    it.effect("whose prompt was edited says what its name would be, and answers under that", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* record(file, "a")
          const edited = yield* edit(file, (text) => text.replace("Please do a.", "Please do it."))
          expect((yield* miss(file, request("a"))).detail).toContain("its request was changed since it got its name")
          const { detail } = yield* miss(file, request("a", "Please do it."))
          const [name = ""] = /a@[\da-f]{12}\.json$/u.exec(detail) ?? []
          yield* fs.rename(edited, `${file}/${name}`)
          expect(yield* replaying(file, text(request("a", "Please do it.")))).toBe("recorded")
        })
      )
    )
  })

  describe("what a writer left that ended on the way", () => {
    const left = (name: string) => [`.${name}.123456789.tmp`, `.${name}.tmp`]

    it.effect("is never a reply, and is removed by the next recording once it is old", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* record(file, "a")
          const [name = ""] = yield* filesOf(file)
          const content = yield* fs.readFileString(`${file}/${name}`)
          yield* fs.remove(`${file}/${name}`)
          for (const one of left(name)) yield* fs.writeFileString(`${file}/${one}`, content)
          expect((yield* miss(file, request("a"))).detail).toContain("it is empty")
          expect(yield* Cassette.entries(file)).toEqual([])

          for (const one of left(name)) yield* fs.utimes(`${file}/${one}`, 0, 0)
          yield* TestClock.adjust("30 seconds")
          yield* record(file, "b")
          expect((yield* filesOf(file)).filter((one) => one.startsWith("."))).toEqual(left(name).toSorted())
          yield* TestClock.adjust("2 minutes")
          yield* warnings(record(file, "c"))
          expect((yield* filesOf(file)).filter((one) => one.startsWith("."))).toEqual([])
        })
      )
    )

    it.effect("does not keep a reply from being recorded anew", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* record(file, "a")
          const [name = ""] = yield* filesOf(file)
          yield* fs.writeFileString(`${file}/.${name}.tmp`, "{")
          yield* warnings(recording(Cassette.layerRecord, file, [{ reply: "anew" }], ask(request("a"))))
          expect((yield* Cassette.entries(file)).map(({ reply }) => reply.text)).toContain("anew")
        })
      )
    )
  })

  describe("a file of another program", () => {
    const foreign = [
      ".DS_Store",
      "._a@0123456789ab.json",
      "README.md",
      "Thumbs.db",
      "package.json",
      "a@0123456789ab (1).json",
      "a@0123456789ab.json.orig",
      "a@0123456789AB.json",
      "a@0123456789ab.0.json",
      "@0123456789ab.json"
    ]
    it.effect("is neither read, nor counted, nor removed", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* record(file, "a")
          for (const name of foreign) yield* fs.writeFileString(`${file}/${name}`, "not ours")
          yield* fs.makeDirectory(`${file}/folder`)
          const before = yield* filesOf(file)
          yield* replaying(
            file,
            Effect.gen(function* () {
              expect(yield* text(request("a"))).toBe("recorded")
              expect(yield* Cassette.unused).toEqual([])
              expect(yield* Cassette.prune).toEqual([])
              expect((yield* Effect.flip(ask(request("b")))).message).toContain('nearest is for step "a"')
            })
          )
          yield* TestClock.adjust("1 hour")
          expect(yield* warnings(recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("a"))))).toEqual(
            []
          )
          expect(yield* filesOf(file)).toEqual(before)
        })
      )
    )

    it.effect("is an error with its name where it has that of a reply", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* record(file, "a")
          const [name = ""] = yield* filesOf(file)
          yield* fs.remove(`${file}/${name}`)
          yield* fs.makeDirectory(`${file}/${name}`)
          expect((yield* miss(file, request("a"))).detail).toContain(`cassette ${file}/${name}: `)
        })
      )
    )
  })
})
