import { execFileSync } from "node:child_process"
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { commandOf } from "../../../src/cli/start/oneCopy.ts"
import { packageOf, trapOf } from "../../../src/cli/start/packages.ts"
import { call, inFolder } from "../../support/commandLine.ts"

/** With a pipe in the place of a manifest, which nobody writes to. */
const withPipe = (manifest: string, check: Effect.Effect<void>) =>
  inFolder(
    Effect.suspend(() => {
      mkdirSync(join("modules", "deep"), { recursive: true })
      mkdirSync(resolve(manifest, ".."), { recursive: true })
      writeFileSync("modules/deep/w.ts", "")
      execFileSync("sh", ["-c", `mkfifo "${manifest}"`])
      return check
    })
  )

describe("trapOf", () => {
  it.effect("finds the pipe that Node would wait for, and none where it looks at a file before it", () =>
    withPipe(
      "package.json",
      Effect.sync(() => {
        assert.strictEqual(trapOf(resolve("modules/deep/w.ts")), resolve("package.json"))
        mkdirSync("modules/deep/package.json")
        assert.strictEqual(trapOf(resolve("modules/deep/w.ts")), resolve("package.json"))
        writeFileSync("modules/package.json", "{}")
        assert.isUndefined(trapOf(resolve("modules/deep/w.ts")))
        // a module is what a link to it leads to
        symlinkSync(resolve("modules/deep/w.ts"), "linked.ts")
        writeFileSync("own.ts", "")
        symlinkSync(resolve("own.ts"), "modules/deep/linked.ts")
        assert.strictEqual(trapOf(resolve("linked.ts")), resolve("package.json"))
        assert.strictEqual(trapOf(resolve("modules/deep/linked.ts")), join(realpathSync("."), "package.json"))
      })
    )
  )
})

describe("packageOf", () => {
  it.effect("does not open a pipe on the way to a package", () =>
    withPipe(
      "node_modules/@stepwright/node-runner/package.json",
      Effect.sync(() => {
        const file = resolve("modules/deep/w.ts")
        assert.isUndefined(packageOf("@stepwright/node-runner", pathToFileURL(file).href))
        assert.isUndefined(commandOf(file))
      })
    )
  )
})

describe("a command in a folder whose package.json is a pipe", () => {
  it.effect("loads no module there, and says why", () =>
    withPipe(
      "package.json",
      Effect.gen(function* () {
        const { err, status } = yield* call(["graph", "--workflow", "modules/deep/w.ts"])
        assert.strictEqual(status, 3)
        assert.include(err, `${resolve("package.json")} is no file, and Node would wait for it`)
        const { out } = yield* call(["doctor"])
        assert.include(out, `${resolve("package.json")} is no file`)
        assert.include(out, "no module here can be loaded, as Node would wait for it: remove it")
      })
    )
  )
})
