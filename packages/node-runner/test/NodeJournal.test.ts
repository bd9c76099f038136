import { spawn } from "node:child_process"
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Engine, Journal, Step, Workflow, WorkflowEvent, type WorkflowState } from "@stepwright/core"
import { Effect, Schema } from "effect"
import * as NodeJournal from "../src/NodeJournal.ts"

const increment = Step.effect("increment", {
  input: Schema.Int,
  output: Schema.Int,
  run: (n) => Effect.succeed(n + 1)
})
const workflow = Workflow.make("w", { input: Schema.Int }).pipe(
  Workflow.bind("a", increment, "input"),
  Workflow.forEach("each", increment, { items: () => [1, 2, 3], key: (n) => `${n}`, input: "item" }),
  Workflow.bind("b", increment, "a")
)

const runState = (run: typeof workflow, from: WorkflowState.WorkflowState) =>
  Effect.map(Engine.run(run, from), ({ state }) => state)

/** A directory of its own for the time of an effect. */
const inDirectory = <A, E, R>(use: (directory: string) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "journal "))),
    use,
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
  )

const open = (directory: string) => Effect.provide(NodeJournal.layer({ directory }))

const finish = (run: string) =>
  Effect.flatMap(Engine.initialize(workflow, 1, { run }), (state) => runState(workflow, state))

const touch = Effect.flatMap(Journal.Journal, (journal) =>
  journal.append("r", { _tag: "StepStarted", path: "after", step: "s", at: 0 })
)

const load = (directory: string, run = "r") =>
  Effect.flatMap(Journal.Journal, (journal) => journal.load(run)).pipe(open(directory))

describe("NodeJournal", () => {
  it.effect("gives back what was appended, to another opening of the same directory", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const state = yield* open(directory)(finish("r"))
        const events = yield* load(directory)
        assert.deepStrictEqual(WorkflowEvent.fold(events), state)
        const again = yield* open(directory)(Effect.flatMap(Engine.load(workflow, "r"), (s) => runState(workflow, s)))
        assert.strictEqual(again.status, "COMPLETED")
        assert.strictEqual(again.records["a"]?.attempts, 1)
      })
    )
  )

  it.effect.each([
    ["a Date", { a: new Date(0) }],
    ["NaN", [Number.NaN]],
    ["-0", { a: [-0] }],
    ["undefined", { a: undefined }],
    ["half a character", "\ud800\u2028"],
    ["a member named __proto__", JSON.parse('{"__proto__": [1]}')]
  ] as const)("ends a run that gives %s as without a journal and as in memory", ([, value]) =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const given = Step.effect("given", { input: Schema.Int, output: Schema.Any, run: () => Effect.succeed(value) })
        const gives = Workflow.make("w", { input: Schema.Int }).pipe(Workflow.bind("step", given, "input"))
        const run = Effect.gen(function* () {
          const { state } = yield* Engine.run(gives, yield* Engine.initialize(gives, 1, { run: "r" }))
          return state
        })
        const onDisk = yield* open(directory)(run)
        assert.deepStrictEqual(yield* Effect.provide(run, Journal.layerMemory), onDisk)
        assert.deepStrictEqual(yield* Effect.provide(run, Journal.layerNone), onDisk)
        assert.deepStrictEqual(yield* open(directory)(Engine.load(gives, "r")), onDisk)
      })
    )
  )

  it.effect("drops a last line that was cut off, and goes on after it", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        yield* open(directory)(finish("r"))
        const file = join(directory, "r", "events.jsonl")
        const whole = yield* load(directory)
        appendFileSync(file, '{"_tag":"StepSta')
        assert.deepStrictEqual(yield* load(directory), whole)
        yield* open(directory)(Effect.flatMap(Engine.load(workflow, "r"), (s) => runState(workflow, s)))
        assert.notInclude(readFileSync(file, "utf8"), '"StepSta{')
        assert.isAbove((yield* load(directory)).length, whole.length)
      })
    )
  )

  it.effect("says in which line a journal cannot be read, and leaves it as it is", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        yield* open(directory)(finish("r"))
        const file = join(directory, "r", "events.jsonl")
        const lines = readFileSync(file, "utf8").split("\n")
        const broken = lines.with(2, lines[2]!.replace("StepStarted", "StepStrated")).join("\n")
        writeFileSync(file, broken)
        const error = yield* Effect.flip(load(directory))
        assert.strictEqual(error.reason, "Unreadable")
        assert.include(error.message, "events.jsonl:3")
        assert.strictEqual(readFileSync(file, "utf8"), broken)
        writeFileSync(file, lines.with(0, lines[0]!.replace('"format":1', '"format":2')).join("\n"))
        assert.strictEqual((yield* Effect.flip(load(directory))).reason, "Newer")
      })
    )
  )

  it.effect("tells a newer format in a state that a run starts from", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const state = yield* Engine.initialize(workflow, 1)
        const journal = yield* Journal.Journal
        yield* journal.append("r", { _tag: "RunImported", run: "r", state, at: 0 })
        const file = join(directory, "r", "events.jsonl")
        writeFileSync(file, readFileSync(file, "utf8").replace('"format":1', '"format":2'))
        assert.strictEqual((yield* Effect.flip(journal.load("r"))).reason, "Newer")
      }).pipe(open(directory))
    )
  )

  it.effect(
    "lets one opening at a time write, and takes a lock with its own process id from before as left behind",
    () =>
      inDirectory((directory) =>
        Effect.gen(function* () {
          mkdirSync(join(directory, "r"))
          writeFileSync(join(directory, "r", "lock"), `${process.pid}\n`)
          assert.isUndefined(yield* NodeJournal.writer(directory, "r"))
          yield* Effect.gen(function* () {
            yield* finish("r")
            assert.strictEqual(yield* NodeJournal.writer(directory, "r"), process.pid)
            const refused = yield* Effect.flip(open(directory)(touch))
            assert.include(refused.message, `process ${process.pid} is running it`)
          }).pipe(open(directory))
          assert.isFalse(existsSync(join(directory, "r", "lock")))
        })
      )
  )

  it.effect("writes to a run once whoever held it lets go", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const lock = join(directory, "r", "lock")
        mkdirSync(join(directory, "r"))
        writeFileSync(lock, `${process.ppid}\n`)
        assert.strictEqual((yield* Effect.flip(touch)).reason, "Locked")
        rmSync(lock)
        yield* touch
        assert.strictEqual(readFileSync(lock, "utf8"), `${process.pid}\n`)
      }).pipe(open(directory))
    )
  )

  it.effect("knows how many events a run has, without a look at the file where it writes to it", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const size = Effect.flatMap(Journal.Journal, (journal) => journal.size("r"))
        assert.strictEqual(yield* open(directory)(size), 0)
        yield* open(directory)(Effect.andThen(touch, touch))
        const file = join(directory, "r", "events.jsonl")
        appendFileSync(file, '{"_tag":"StepSta')
        assert.strictEqual(yield* open(directory)(size), 2)
        yield* Effect.gen(function* () {
          yield* touch
          rmSync(file)
          assert.strictEqual(yield* size, 3)
        }).pipe(open(directory))
      })
    )
  )

  it.effect("refuses ids that are no plain names, and runs that are not there", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        for (const run of ["../out", "a/b", "", ".", "a\0b"]) {
          assert.strictEqual((yield* Effect.flip(load(directory, run))).reason, "Failed")
        }
        assert.strictEqual((yield* Effect.flip(load(directory, "nobody"))).reason, "NotFound")
      })
    )
  )

  it.effect("keeps texts by hash, each once", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const journal = yield* Journal.Journal
        yield* journal.putText("r", "h1", "one\ntwo")
        yield* journal.putText("r", "h1", "one\ntwo")
        yield* journal.putText("r", "h2", "three")
        assert.strictEqual(yield* journal.getText("r", "h1"), "one\ntwo")
        assert.strictEqual(readFileSync(join(directory, "r", "texts.jsonl"), "utf8").split("\n").length, 3)
        assert.strictEqual((yield* Effect.flip(journal.getText("r", "h3"))).reason, "NotFound")
      }).pipe(open(directory))
    )
  )

  it.effect("keeps the order of events that are appended side by side", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const journal = yield* Journal.Journal
        const paths = Array.from({ length: 500 }, (_, i) => `p${i}`)
        yield* Effect.forEach(paths, (path) => journal.append("r", { _tag: "StepStarted", path, step: "s", at: 0 }), {
          concurrency: "unbounded"
        })
        const events = yield* journal.load("r")
        assert.deepStrictEqual(
          events.map((event) => ("path" in event ? event.path : "")),
          paths
        )
      }).pipe(open(directory))
    )
  )

  it.effect("lists runs, the one written to last first", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* NodeJournal.runs(join(directory, "none")), [])
        yield* open(directory)(finish("one"))
        yield* open(directory)(finish("two"))
        yield* open(directory)(Effect.flatMap(Engine.load(workflow, "one"), (s) => runState(workflow, s)))
        assert.deepStrictEqual(yield* NodeJournal.runs(directory), ["one", "two"])
      })
    )
  )

  it.effect("lets one process at a time write; a killed one leaves every event that was appended, and no lock", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const module = new URL("../src/NodeJournal.ts", import.meta.url).href
        const core = import.meta.resolve("@stepwright/core/Journal")
        const effect = import.meta.resolve("effect")
        const program = `
          import { Effect } from "${effect}"
          import { Journal } from "${core}"
          import * as NodeJournal from "${module}"
          await Effect.runPromise(Effect.gen(function* () {
            const journal = yield* Journal
            for (let i = 0; ; i++) {
              yield* journal.append("r", { _tag: "StepStarted", path: "p" + i, step: "s", at: i })
              process.stdout.write(i + "\\n")
            }
          }).pipe(Effect.provide(NodeJournal.layer({ directory: ${JSON.stringify(directory)} }))))`
        const child = spawn(process.execPath, ["--input-type=module", "-e", program])
        let told = ""
        yield* Effect.promise(
          () =>
            new Promise<void>((resolve) => {
              child.stdout.on("data", (data) => {
                told += data
                if (told.split("\n").length > 50) resolve()
              })
            })
        )
        const refused = yield* Effect.flip(open(directory)(touch))
        assert.include(refused.message, `process ${child.pid} is running it`)
        assert.strictEqual(yield* NodeJournal.writer(directory, "r"), child.pid)
        // who is about to write asks for the size first, and would find one that nobody has read
        const outrun = yield* Effect.flip(
          open(directory)(Effect.flatMap(Journal.Journal, (journal) => journal.size("r")))
        )
        assert.deepStrictEqual([outrun.reason, outrun.message], ["Locked", refused.message])
        yield* Effect.promise(
          () =>
            new Promise((resolve) => {
              child.on("close", resolve)
              child.kill("SIGKILL")
            })
        )
        const last = Number(told.trimEnd().split("\n").at(-1))
        const events = yield* load(directory)
        assert.isAtLeast(events.length, last + 1)
        events.forEach((event, i) => assert.strictEqual(event.at, i))
        assert.isUndefined(yield* NodeJournal.writer(directory, "r"))
        yield* open(directory)(touch)
        assert.strictEqual((yield* load(directory)).length, events.length + 1)
        assert.isFalse(existsSync(join(directory, "r", "lock")))
      })
    )
  )
})
