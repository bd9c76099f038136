import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import process from "node:process"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { checkFlags } from "../../../src/cli/run/checkFlags.ts"
import { call, inFolder } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

const check = (told: Partial<Parameters<typeof checkFlags>[0]>) =>
  checkFlags({ record: undefined, relay: undefined, replay: undefined, prices: undefined, ...told }).pipe(
    Effect.provide(NodeServices.layer)
  )

const refusal = (told: Parameters<typeof check>[0]) =>
  Effect.map(Effect.flip(check(told)), ({ kind, message }) => {
    assert.strictEqual(kind, "usage")
    assert.notInclude(message, "\n")
    return message
  })

describe("checkFlags", () => {
  it.effect("takes a folder that is there, or can be made, and leaves nothing behind", () =>
    Effect.gen(function* () {
      mkdirSync("there")
      symlinkSync("there", "link")
      for (const out of ["there", "new", "new/below/it", "link", "link/below", "."]) yield* check({ out, relay: out })
      yield* check({ record: "tapes/new" })
      assert.deepStrictEqual(readdirSync(".").toSorted(), ["link", "there"])
      assert.deepStrictEqual(readdirSync("there"), [])
    }).pipe(inFolder)
  )

  it.effect("refuses a folder that nobody can write, naming it", () =>
    Effect.gen(function* () {
      writeFileSync("file", "")
      symlinkSync("nowhere", "dangling")
      assert.match(yield* refusal({ out: "file" }), /--out names a folder, but file is a file/)
      assert.match(yield* refusal({ relay: "file/below" }), /--relay names a folder, but file is a file/)
      assert.match(yield* refusal({ record: "file/tape.json" }), /--record .*file is a file/)
      yield* check({ record: "." })
      assert.match(yield* refusal({ out: "dangling" }), /--out names dangling, .* link that leads nowhere/)
      assert.match(yield* refusal({ out: "" }), /--out names nothing/)
      if (existsSync("/proc/self")) {
        assert.match(yield* refusal({ out: "/proc/foo" }), /^--out names \/proc\/foo, which cannot be written: /)
        assert.match(yield* refusal({ relay: "/proc/foo/bar" }), /^--relay names \/proc\/foo\/bar, which cannot/)
        assert.match(
          yield* refusal({ record: "/proc/foo/tape.json" }),
          /^--record names \/proc\/foo\/tape\.json, which/
        )
      }
      mkdirSync("closed")
      chmodSync("closed", 0o555)
      if (process.getuid?.() !== 0) {
        assert.match(yield* refusal({ out: "closed/new" }), /closed\/new, which cannot be written: permission denied/)
        assert.match(yield* refusal({ out: "closed" }), /closed, which cannot be written: permission denied/)
      }
    }).pipe(inFolder)
  )

  it.effect("refuses files that cannot be read", () =>
    Effect.gen(function* () {
      assert.match(yield* refusal({ prices: "none.json" }), /there is no file none\.json/)
      assert.match(yield* refusal({ prices: "." }), /\. is a folder/)
      assert.match(yield* refusal({ replay: "none.json" }), /there is no cassette none\.json to replay/)
    }).pipe(inFolder)
  )
})

describe("what a run writes", () => {
  it.effect("is refused before anything is asked", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "Say it.")
      writeFileSync(".stepwright", "in the way")
      for (const args of [
        ["run", "doc.md"],
        ["import", "doc.md"]
      ]) {
        const { err, status } = yield* call(args, saying())
        assert.strictEqual(status, 2, err)
        assert.match(err, /^stepwright: runs are kept in a folder, but \.stepwright is a file: [^\n]+\n$/)
      }
      const { err, status } = yield* call(["list"])
      assert.deepStrictEqual(
        [status, err],
        [3, "stepwright: the runs here cannot be listed: .stepwright/runs: not a directory\n"]
      )
    }).pipe(inFolder)
  )

  it.effect("refuses a model of a provider that has no name", () =>
    Effect.gen(function* () {
      for (const model of ["anthropic/", "openai/", "openai/ ", " "]) {
        assert.match(yield* refusal({ model }), /^--model .*names no(thing| model)/, model)
      }
      yield* check({ model: "openai/m" })
      yield* check({ model: "meta/llama" })
    })
  )

  it.effect("refuses to deliver into what is a repository's or the runs' own", () =>
    Effect.gen(function* () {
      mkdirSync("g/.git/hooks", { recursive: true })
      symlinkSync("g/.git", "link")
      for (const out of [
        "g/.git",
        "g/.git/hooks/below",
        ".git",
        ".stepwright",
        ".stepwright/runs",
        "a/../.stepwright",
        "new/.hg",
        ".GIT",
        "link",
        "link/new"
      ]) {
        assert.match(yield* refusal({ out }), /^--out names .*(git|hg|stepwright)/i, out)
      }
      for (const out of ["g", "git", ".github", "g.git", ".stepwright-out"]) yield* check({ out })
      writeFileSync("doc.md", "Say it.")
      const { err, status } = yield* call(["run", "doc.md", "--out", "g/.git"], saying())
      assert.deepStrictEqual([status, existsSync(".stepwright")], [2, false], err)
    }).pipe(inFolder)
  )
})
