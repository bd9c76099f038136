import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { NodeServices } from "@effect/platform-node"
import * as saved from "../../../src/cli/edit/saved.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "saved-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true }))
)

describe("saved", () => {
  it.effect("writes all files or none: one that somebody else changed meanwhile keeps that, and the others stay", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const [changed, made, other] = [join(at, "a"), join(at, "b"), join(at, "c")]
      writeFileSync(changed, "old")
      writeFileSync(other, "somebody's")
      const changes = [
        { file: changed, before: "old", after: "new" },
        { file: made, before: undefined, after: "new" }
      ]
      const error = yield* Effect.flip(saved.write([...changes, { file: other, before: "old", after: "new" }]))
      assert.strictEqual(error._tag, "Changed")
      assert.deepStrictEqual(readdirSync(at), ["a", "c"])
      assert.deepStrictEqual([readFileSync(changed, "utf8"), readFileSync(other, "utf8")], ["old", "somebody's"])
      yield* saved.write(changes)
      assert.deepStrictEqual([readFileSync(changed, "utf8"), readFileSync(made, "utf8")], ["new", "new"])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
