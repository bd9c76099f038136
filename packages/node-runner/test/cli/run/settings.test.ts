import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call } from "../../support/commandLine.ts"
import { inProject } from "../../support/configured.ts"

const moduleOf = (mark: string) => `import { writeFileSync } from "node:fs"
import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
writeFileSync("${mark}", "")
const say = Step.effect("say", { input: Schema.String, output: Schema.String, run: (text) => Effect.succeed(text + "!") })
export const w = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("said", say, "input"))
`

const files = { "m.mjs": moduleOf("own"), "evil.mjs": moduleOf("evil") }

/** A run of a module here, and the file of its settings. */
const begun = Effect.gen(function* () {
  const { err, status } = yield* call(["run", "--workflow", "m.mjs", "--input", '"x"'])
  assert.strictEqual(status, 0, err)
  const [run = ""] = readdirSync(".stepwright/runs")
  return `.stepwright/runs/${run}/run.json`
})

const rewriting = (file: string, change: object) =>
  Effect.sync(() => writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...change })))

/** What of a run is refused to go on with, in a line each. */
const refused = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { err, status } = yield* call(args)
  if (!/no command of yours wrote it/.test(err)) return []
  assert.strictEqual(status, 3)
  return err.split("\n").filter((line) => /^\w+: (?!.*stepwright trust)/.test(line) && !line.startsWith("stepwright:"))
})

describe("settings of a run", () => {
  it.effect("are used as a command wrote them, wherever that is called, and not as somebody else did", () =>
    inProject(
      files,
      Effect.gen(function* () {
        const file = yield* begun
        assert.strictEqual((yield* call(["resume"])).status, 0)
        yield* rewriting(file, { module: "evil.mjs" })
        for (const command of ["resume", "plan", "graph"]) {
          assert.deepStrictEqual(yield* refused(command), ["module: runs the code of evil.mjs#w"], command)
        }
        assert.deepStrictEqual(yield* refused("step", "latest", "said"), ["module: runs the code of evil.mjs#w"])
        // who only looks is told
        for (const args of [["status"], ["show", "said"], ["list"], ["verify", "none"]]) {
          assert.notStrictEqual((yield* call(args)).status, 3, args.join())
        }
        assert.isFalse(existsSync("evil"))
        // whoever names the workflow has said which
        assert.strictEqual((yield* call(["resume", "latest", "--workflow", "m.mjs"])).status, 0)
        assert.strictEqual((yield* call(["resume"])).status, 0)
        assert.isFalse(existsSync("evil"))
      })
    )
  )

  it.effect("that came from elsewhere need trust for what would need it in a file of the project", () =>
    inProject(
      files,
      Effect.gen(function* () {
        const file = yield* begun
        const { seal: _, ...settings } = JSON.parse(readFileSync(file, "utf8"))
        const others = {
          python: "./py",
          sandbox: "none",
          install: true,
          prices: "p.json",
          out: "../out",
          record: "/tmp/tape",
          relay: "inside"
        }
        writeFileSync(file, JSON.stringify({ ...settings, ...others }))
        const all = [
          "module: runs the code of m.mjs#w",
          "python: runs ./py",
          "sandbox: runs tests without a sandbox",
          "install: installs packages",
          "prices: says what models cost",
          "out: is outside the folder of the run: ../out",
          "record: is outside the folder of the run: /tmp/tape"
        ]
        assert.deepStrictEqual(yield* refused("resume"), all)
        assert.deepStrictEqual(yield* refused("verify", "latest"), all)
        assert.deepStrictEqual(yield* refused("resume", "latest", "--workflow", "m.mjs"), all.slice(1))
        writeFileSync(file, JSON.stringify(settings))
        assert.deepStrictEqual(yield* refused("resume"), all.slice(0, 1))
        const { err, status } = yield* call(["trust", "--yes"])
        assert.strictEqual(status, 0)
        assert.match(err, /run \S+: module: runs the code of m\.mjs#w/)
        assert.strictEqual((yield* call(["resume"])).status, 0)
        assert.strictEqual((yield* call(["trust", "--yes"])).status, 2)
      })
    )
  )

  it.effect("are no more what a command wrote once their folder is another", () =>
    inProject(
      { ...files, "other/x": "" },
      Effect.gen(function* () {
        yield* begun
        cpSync(".", join(process.env["XDG_CONFIG_HOME"]!, "copy"), { recursive: true })
        renameSync(".stepwright", "other/.stepwright")
        writeFileSync("other/m.mjs", moduleOf("evil"))
        const before = process.cwd()
        for (const folder of ["other", join(process.env["XDG_CONFIG_HOME"]!, "copy")]) {
          process.chdir(folder)
          const lines = yield* Effect.ensuring(
            refused("resume"),
            Effect.sync(() => process.chdir(before))
          )
          assert.deepStrictEqual(lines, ["module: runs the code of m.mjs#w"])
        }
        assert.isFalse(existsSync("other/evil"))
      })
    )
  )

  it.effect("of the ready workflow that stay in the folder need nothing of this", () =>
    inProject(
      { "out/x": "" },
      Effect.gen(function* () {
        yield* call(["run", "--input", '{"documents": []}', "--relay", "mail"])
        assert.isFalse(existsSync(join(process.env["XDG_CONFIG_HOME"]!, "stepwright/key")))
      })
    )
  )
})
