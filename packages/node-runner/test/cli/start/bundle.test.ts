import { execFileSync } from "node:child_process"
import { appendFileSync, chmodSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { crc32 } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inFolder } from "../../support/commandLine.ts"

const source = pathToFileURL(join(import.meta.dirname, "../../../src/cli/start/bundle.ts")).href

const withSum = (code: string) => `// ${crc32(code).toString(16).padStart(8, "0")}\n${code}`

/** What a bundle prints that a new process runs, or why it does not run. */
const ran = (file = "bundle.cjs") => {
  const program = `const { runBundle } = await import(${JSON.stringify(source)})
try { runBundle(${JSON.stringify(join(process.cwd(), file))}, "list") } catch (error) { console.log(error.message) }`
  return execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    env: { ...process.env, NODE_COMPILE_CACHE: "cache" }
  })
}

const kept = () => globSync("cache/*/stepwright-*")

const inBundle = (check: () => void) =>
  inFolder(
    Effect.sync(() => {
      mkdirSync("beside")
      writeFileSync("beside/it.mjs", 'export const said = "of a file beside it"')
      writeFileSync("bundle.cjs", withSum(`console.log("ran", require("./beside/it.mjs").said)`))
      check()
    })
  )

describe("runBundle", () => {
  it.effect("runs a bundle, which finds the files beside it, and keeps its machine code for the next time", () =>
    inBundle(() => {
      assert.strictEqual(ran(), "ran of a file beside it\n")
      const [file = ""] = kept()
      const { ino } = statSync(file)
      assert.strictEqual(ran(), "ran of a file beside it\n")
      assert.deepStrictEqual(kept(), [file])
      assert.strictEqual(statSync(file).ino, ino)
    })
  )

  it.effect("runs nothing of a bundle that is missing or damaged", () =>
    inBundle(() => {
      assert.match(ran("missing.cjs"), /ENOENT/)
      appendFileSync("bundle.cjs", "\nconsole.log('more')")
      assert.match(ran(), /bundle\.cjs is damaged\n$/)
      writeFileSync("bundle.cjs", "console.log('no checksum')")
      assert.match(ran(), /bundle\.cjs is damaged\n$/)
    })
  )

  it.effect("makes anew what is damaged of the code that it kept, and what others could have written", () =>
    inBundle(() => {
      ran()
      const [file = ""] = kept()
      const whole = readFileSync(file).length
      for (const spoil of [
        () => writeFileSync(file, ""),
        () => writeFileSync(file, "four and more"),
        () => chmodSync(file, 0o666)
      ]) {
        spoil()
        assert.strictEqual(ran(), "ran of a file beside it\n")
        assert.strictEqual(readFileSync(file).length, whole)
        assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      }
    })
  )
})
