import { mkdirSync, realpathSync, renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { WorkflowState } from "@stepwright/core"
import { Effect, Schema } from "effect"
import { Command } from "effect/cli"
import { general } from "../../../src/cli/base/words.ts"
import * as stepwright from "../../../src/cli/commands/stepwright.ts"
import { attempt } from "../../../src/cli/start/attempt.ts"
import { commands, isDefinition, isRunId, moduleOf, type Told } from "../../../src/cli/start/foreseen.ts"
import { moduleOfFile } from "../../../src/cli/start/reach.ts"
import { sealed } from "../../../src/cli/start/seal.ts"
import { inFolder } from "../../support/commandLine.ts"

/** Settings as a command of this person writes them. */
const own = (file: string, text: string) => {
  const settings: unknown = attempt(() => JSON.parse(text))
  return typeof settings === "object" && settings !== null
    ? JSON.stringify(sealed(resolve(file), resolve("."), settings))
    : text
}

/** A run that was written to at a time, of a module or of the ready workflow. */
const run = (id: string, seconds: number, settings: string | undefined) => {
  const folder = join(".stepwright/runs", id)
  mkdirSync(folder, { recursive: true })
  if (settings !== undefined) writeFileSync(join(folder, "run.json"), own(join(folder, "run.json"), settings))
  const events = join(folder, "events.jsonl")
  writeFileSync(events, "")
  utimesSync(events, seconds, seconds)
}

const of = (module: string) => JSON.stringify({ format: 1, out: "out", module, name: "w" })

const inStore = (check: () => void) =>
  inFolder(
    Effect.sync(() => {
      for (const name of ["one.ts", "two.ts", "new.ts"]) writeFileSync(name, "")
      run("a-ready", 10, JSON.stringify({ format: 1, out: "out" }))
      run("b-one", 20, of("one.ts"))
      run("c-two", 30, of("two.ts"))
      run("d-bare", 40, undefined)
      run("not a run", 50, of("one.ts"))
      check()
    })
  )

const says = (line: string) => {
  const file = moduleOf(line.split(" ").filter((word) => word !== ""))
  const found = file !== undefined && isDefinition(file) ? moduleOfFile(file) : file
  return found?.slice(realpathSync(".").length + 1)
}

describe("moduleOf what is configured", () => {
  it.effect("finds the module of a project, and those of runs where they are kept", () =>
    inStore(() => {
      const of = (line: string, told: Told) => moduleOf(line.split(" "), told)?.slice(realpathSync(".").length + 1)
      assert.strictEqual(of("run doc.md", { module: "new.ts" }), "new.ts")
      assert.strictEqual(of("run doc.md --workflow one.ts", { module: "new.ts" }), "one.ts")
      assert.isUndefined(of("list", { module: "new.ts" }))
      assert.strictEqual(of("resume b-one", { module: "new.ts" }), "one.ts")
      mkdirSync("sub")
      renameSync(".stepwright", "sub/kept")
      writeFileSync("sub/one.ts", "")
      // what was moved is no more what a command wrote
      assert.isUndefined(of("resume b-one", { store: "sub/kept" }))
      const file = "sub/kept/runs/b-one/run.json"
      const settings: object = { format: 1, out: "out", module: "one.ts", name: "w" }
      writeFileSync(file, JSON.stringify(sealed(resolve(file), resolve("sub"), settings)))
      assert.strictEqual(of("resume b-one", { store: "sub/kept" }), "sub/one.ts")
      assert.isUndefined(of("resume b-one", {}))
    })
  )
})

describe("isRunId", () => {
  it.prop("is what core has it to be", [Schema.String], ([text]) => {
    for (const name of [text, `a${text}`, `${text}.b-_9`]) {
      assert.strictEqual(isRunId(name), Schema.is(WorkflowState.RunId)(name), name)
    }
  })

  it("has the same bounds", () => {
    for (const name of ["", "a", ".a", "-a", "_a", "é", "a/b", "a\n", "20260101-000000-abcdef", "a".repeat(128)]) {
      for (const one of [name, `${name}9`]) {
        assert.strictEqual(isRunId(one), Schema.is(WorkflowState.RunId)(one), JSON.stringify(one))
      }
    }
  })
})

describe("moduleOf", () => {
  it.effect("is that with the steps of a definition, where it names one", () =>
    inStore(() => {
      writeFileSync("bare.yaml", "name: w\ninput: { type: string }\nsteps: []\n")
      writeFileSync("own.yaml", "name: w\ncatalog: ./one.ts#catalog\ninput: { type: string }\nsteps: []\n")
      writeFileSync(
        "told.yaml",
        `# no catalog: ./one.ts is needed\n${'name: "catalog: two.ts"'}\ninput: { type: string }\nsteps: []\n`
      )
      assert.strictEqual(says("run --workflow told.yaml doc.md"), undefined)
      writeFileSync("own.json", '{"name":"w","catalog":"two.ts","input":{},"steps":[]}')
      run("e-own", 60, JSON.stringify({ format: 1, out: "out", module: "own.json" }))
      assert.strictEqual(says("run --workflow bare.yaml doc.md"), undefined)
      assert.strictEqual(says("run --workflow own.yaml doc.md"), "one.ts")
      assert.strictEqual(says("plan"), "two.ts")
    })
  )

  it.effect("knows every command", () =>
    Effect.gen(function* () {
      const { subcommands } = yield* stepwright.make("stepwright", general)
      const names = subcommands.flatMap(({ commands }: { commands: ReadonlyArray<Command.Command.Any> }) =>
        commands.map(({ name }) => name)
      )
      assert.deepStrictEqual(Object.keys(commands).toSorted(), names.toSorted())
    })
  )

  it.effect("finds the module that --workflow names, written either way, at any place", () =>
    inStore(() => {
      for (const line of [
        "run --workflow new.ts#w --input 1",
        "run --workflow=new.ts#w --input 1",
        "run --workflow new.ts",
        "resume a-ready --workflow new.ts",
        "graph --json --workflow ./new.ts#default",
        "--workflow new.ts run"
      ]) {
        assert.strictEqual(says(line), "new.ts", line)
      }
      assert.isDefined(moduleOf(["run", "--workflow"]))
      assert.isDefined(moduleOf(["run", "--workflow", "missing.ts#w"]))
    })
  )

  it.effect("finds the module of the run that is meant, as the settings name it", () =>
    inStore(() => {
      for (const line of ["resume b-one", "show b-one say", "plan b", "status --json b-o", "decide b-one gate x"]) {
        assert.strictEqual(says(line), "one.ts", line)
      }
      for (const line of ["resume c-two", "fork c step", "show --reply c-two say"]) {
        assert.strictEqual(says(line), "two.ts", line)
      }
    })
  )

  it.effect("finds the run behind flags, whatever its name", () =>
    inStore(() => {
      run("status", 5, JSON.stringify({ format: 1, out: "out" }))
      run("resume", 6, of("new.ts"))
      assert.strictEqual(says("--json status b-one"), "one.ts")
      assert.strictEqual(says("status resume"), "new.ts")
      assert.isUndefined(says("status status"))
    })
  )

  it.effect("takes the run that was written to last where none is named", () =>
    inStore(() => {
      for (const line of ["status", "status latest", "show path", "set path value", "plan --json"]) {
        assert.isUndefined(says(line), line)
      }
      run("e-new", 60, of("new.ts"))
      for (const line of ["status", "status latest", "show path", "set path value", "plan --json", "show a/path"]) {
        assert.strictEqual(says(line), "new.ts", line)
      }
      assert.isUndefined(says("status a-ready"))
    })
  )

  it.effect("finds none for commands that look into no workflow, nor where there is none", () =>
    inStore(() => {
      run("e-new", 60, of("new.ts"))
      for (const line of [
        "",
        "--version",
        "--help",
        "list",
        "list --json",
        "rm b-one",
        "export b-one",
        "run doc.md",
        "run b-one",
        "import b-one",
        "cassette constructor"
      ]) {
        assert.isUndefined(says(line), line)
      }
      assert.isUndefined(says("status a-ready"))
      assert.isUndefined(says("status d-bare"))
    })
  )

  it.effect("finds none for who asks for help, nor for a command by another word of the call", () =>
    inStore(() => {
      run("e-new", 60, of("new.ts"))
      for (const line of [
        "help status",
        "status --help",
        "-h plan",
        "graph --workflow new.ts --help",
        "config --model status",
        "list e-new resume",
        "--completions bash status"
      ]) {
        assert.isUndefined(says(line), line)
      }
    })
  )

  it.effect("is at ease with settings that nobody can read: the command says what is wrong with them", () =>
    inStore(() => {
      for (const text of ["", "{", "null", "[]", "7", '{"module": 7}']) {
        run("e-new", 60, text)
        assert.isUndefined(says("status"), text)
      }
    })
  )

  it.effect("says where a module really is, so that it is known which packages it finds", () =>
    inStore(() => {
      mkdirSync("project")
      writeFileSync("project/w.ts", "")
      symlinkSync("project/w.ts", "link.ts")
      assert.strictEqual(says("run --workflow link.ts"), "project/w.ts")
    })
  )

  it("is at ease where there are no runs", () => {
    assert.isUndefined(moduleOf(["status"]))
  })
})
