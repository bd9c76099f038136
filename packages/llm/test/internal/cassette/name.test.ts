import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import { Hasher } from "@stepwright/core/Hasher"
import * as StepPath from "@stepwright/core/StepPath"
import * as name from "../../../src/internal/cassette/name.ts"
import { request } from "../../support/request.ts"

const fileOf = (path: string, content?: string) =>
  Effect.map(Hasher, (hasher) =>
    name.toFile({ ...name.ofRequest(request("step", content, {}, { path }), hasher), number: 1 })
  )

/** The part of a name before its hashes. */
const shown = (file: string) => file.replace(/(~[\da-f]{8})?@[\da-f]{12}\.json$/u, "")

describe("name", () => {
  describe("ofRequest", () => {
    const paths: ReadonlyArray<[path: string, shown: string]> = [
      ["requirement", "requirement"],
      ["design/tasks", "design+tasks"],
      ["implementation/src%2Fledger.py", "implementation+src%2Fledger.py"],
      ["repair/2", "repair+2"],
      ["Draft", "Draft"],
      ["a b*c?", "a-b-c-"],
      ["../../etc/passwd", "+..+etc+passwd"],
      [".hidden", "hidden"],
      ["-rf", "rf"],
      ["", "step"],
      ["日本", "_"],
      ["con.txt", "_con.txt"],
      ["NUL", "_NUL"],
      ["com1", "_com1"]
    ]
    for (const [path, expected] of paths) {
      it.effect(`shows ${JSON.stringify(path)} as ${JSON.stringify(expected)}`, () =>
        Effect.gen(function* () {
          expect(shown(yield* fileOf(path))).toBe(expected)
        })
      )
    }

    const pairs: ReadonlyArray<[a: string, b: string]> = [
      ["readme.md", "README.md"],
      ["a/b", "a+b"],
      ["a%2Fb", "a%2fb"],
      ["a b", "a-b"],
      ["con.py", "_con.py"],
      [".a", "a"],
      ["é", "e\u0301"],
      ["K", "\u212a"],
      [`${"x".repeat(200)}1${"y".repeat(200)}`, `${"x".repeat(200)}2${"y".repeat(200)}`]
    ]
    for (const [a, b] of pairs) {
      it.effect(`tells ${a.slice(0, 9)} and ${b.slice(0, 9)} apart on a disk that is blind for case`, () =>
        Effect.gen(function* () {
          const names = [yield* fileOf(a), yield* fileOf(b)].map((one) => one.normalize("NFKC").toLowerCase())
          expect(names[0]).not.toBe(names[1])
        })
      )
    }

    it.effect.prop(
      "is a name on every disk, and is known again, whatever the path",
      { path: Schema.String },
      ({ path }) =>
        Effect.gen(function* () {
          for (const one of [path, StepPath.encodeKey(path), `a/${path}`, path.repeat(50)]) {
            const file = yield* fileOf(one)
            expect(file).toMatch(/^[\w%+~-][\w.%+~-]*@[\da-f]{12}\.json$/u)
            expect(file).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\./iu)
            expect(file.length).toBeLessThanOrEqual(120)
            expect(name.toFile(name.fromFile(file)!)).toBe(file)
          }
        })
    )

    it.effect("can be written beside one another, all of them", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        const names = yield* Effect.forEach([...paths.map(([path]) => path), "x".repeat(5000)], (path) => fileOf(path))
        for (const file of names) yield* fs.writeFileString(`${folder}/${file}`, "", { flag: "wx" })
        expect((yield* fs.readDirectory(folder)).length).toBe(names.length)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
    )
  })
})
