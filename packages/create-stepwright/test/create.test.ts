import { spawnSync } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"

const own = join(import.meta.dirname, "..")
const home = mkdtempSync(join(tmpdir(), "create stepwright "))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const node = (cwd: string, args: ReadonlyArray<string>, agent = "npm/11.0.0") => {
  const env = { HOME: home, PATH: process.env["PATH"], npm_config_user_agent: agent }
  return spawnSync(process.execPath, args, { cwd, env, encoding: "utf8" })
}

const create = (args: ReadonlyArray<string>, agent?: string) =>
  node(home, [join(own, "bin/create-stepwright.mjs"), ...args], agent)

describe("create-stepwright", () => {
  it("writes a project whose tests pass and which runs, offline", () => {
    const { status, stderr, stdout } = create(["My App!"], "pnpm/12.0.0 npm/? node/v24.0.0 linux x64")
    assert.strictEqual(status, 0, stderr)
    assert.match(stdout, /cd "My App!"\n {2}pnpm install\n {2}pnpm test /)
    const app = join(home, "My App!")
    assert.deepStrictEqual(readdirSync(app).toSorted(), [
      ".gitignore",
      "README.md",
      "cassettes",
      "input.json",
      "package.json",
      "src",
      "stepwright.yaml",
      "tsconfig.json"
    ])
    const { dependencies, name, scripts } = JSON.parse(readFileSync(join(app, "package.json"), "utf8"))
    const { version } = JSON.parse(readFileSync(join(own, "package.json"), "utf8"))
    assert.strictEqual(name, "my-app")
    assert.strictEqual(dependencies["@stepwright/core"], version)
    assert.match(readFileSync(join(app, "README.md"), "utf8"), /^# my-app\n/)

    symlinkSync(join(own, "node_modules"), join(app, "node_modules"))
    const tests = node(app, ["--test", "src/*.test.ts"])
    assert.strictEqual(tests.status, 0, tests.stdout)
    const [command, ...args] = scripts.start.split(" ")
    assert.strictEqual(command, "stepwright")
    const started = node(app, [join(own, "../node-runner/bin/stepwright.mjs"), ...args])
    assert.strictEqual(started.status, 0, started.stderr)
    assert.match(started.stdout, /COMPLETED[\s\S]*## 1\.4\.0/)
  })

  it("writes into the folder that it is in, which may be a new repository", () => {
    const place = join(home, "here")
    mkdirSync(join(place, ".git"), { recursive: true })
    const { status, stderr, stdout } = node(place, [join(own, "bin/create-stepwright.mjs"), "."])
    assert.strictEqual(status, 0, stderr)
    assert.notMatch(stdout, /cd /)
    assert.isTrue(existsSync(join(place, "src/notes.ts")))
  })

  it("touches no folder that has something in it, and nothing that is no folder", () => {
    mkdirSync(join(home, "full"))
    writeFileSync(join(home, "full", "mine.txt"), "mine")
    for (const [name, words] of [
      ["full", "full is not empty: it has mine.txt"],
      ["full/mine.txt", "full/mine.txt is no folder"]
    ] as const) {
      const { status, stderr } = create([name])
      assert.strictEqual(status, 2)
      assert.include(stderr, words)
    }
    assert.deepStrictEqual(readdirSync(join(home, "full")), ["mine.txt"])
  })

  it("says what it takes", () => {
    assert.match(create(["--help"]).stdout, /npm create stepwright \[FOLDER\]/)
    assert.strictEqual(create(["--version"]).stdout, "0.0.0\n")
    assert.deepInclude(create(["--typo"]), { status: 2 })
    assert.match(create(["one", "two"]).stderr, /one folder is enough/)
  })
})
