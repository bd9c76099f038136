import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Workspace } from "@stepwright/core"
import { NodeWorkspace } from "@stepwright/node-runner"
import { Effect } from "effect"
import { hostile, welcome } from "./support/paths.ts"

const inFolder = <A, E>(use: (folder: string) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "paths-"))),
    use,
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

describe("Workspace", () => {
  describe("write", () => {
    it.effect.each(hostile)("writes nothing anywhere for a path that $says", ({ paths, says }) =>
      inFolder((folder) =>
        Effect.gen(function* () {
          mkdirSync(join(folder, "root"))
          for (const force of [false, true]) {
            const workspace = NodeWorkspace.layer({ root: join(folder, "root"), force })
            for (const path of paths) {
              const files = ["good.py", path].map((path) => ({ path, content: "x" }))
              const write = Effect.flatMap(Workspace.Workspace, ({ write }) => write(files))
              const error = yield* Effect.flip(Effect.provide(write, workspace))
              assert.include(error.detail, says)
              assert.deepStrictEqual(readdirSync(folder, { recursive: true }), ["root"])
            }
          }
        })
      )
    )

    it.effect("writes all that a document may ask for", () =>
      inFolder((root) =>
        Effect.gen(function* () {
          const { write } = yield* Workspace.Workspace
          yield* write(welcome.map((path) => ({ path, content: path })))
          for (const path of welcome) assert.strictEqual(readFileSync(join(root, path), "utf8"), path)
        }).pipe(Effect.provide(NodeWorkspace.layer({ root })))
      )
    )
  })

  describe("refusePath", () => {
    it("has two hundred hostile paths to refuse", () => {
      assert.isAtLeast(hostile.flatMap(({ paths }) => paths).length, 200)
    })

    for (const { paths, says } of hostile) {
      it.each(paths.map((path) => [path]))(`refuses %j: ${says}`, (path) => {
        const refusal = Workspace.refusePath(path)
        assert.include(refusal?.detail ?? "nothing", says)
        // the sentence itself steers nothing
        assert.notMatch(refusal?.detail ?? "", /[\p{Control}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f]/u)
      })
    }

    it.each(welcome.map((path) => [path]))("takes %j", (path) => {
      assert.isUndefined(Workspace.refusePath(path))
    })
  })

  describe("refuse", () => {
    for (const [name, paths, says] of [
      ["case", ["Lib/a.py", "lib/b.py"], "case"],
      ["the form of Unicode", ["é.md", "e\u0301.md"], "case"],
      [
        "a character that nobody sees",
        ["\u0645\u06cc\u200c\u062e\u0648\u0627.md", "\u0645\u06cc\u062e\u0648\u0627.md"],
        "case"
      ],
      ["a capital that is two letters", ["straße.md", "STRASSE.md"], "case"],
      ["nothing", ["a.md", "a.md"], "twice"]
    ] as const) {
      it(`refuses two paths that differ in ${name}`, () => {
        const files = paths.map((path) => ({ path, content: "" }))
        assert.include(Workspace.refuse(files)?.detail ?? "nothing", says)
      })
    }
  })
})
