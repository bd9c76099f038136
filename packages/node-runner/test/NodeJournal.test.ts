import { spawn } from "node:child_process"
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Engine, Journal, Step, Workflow, type WorkflowEvent, type WorkflowState } from "@stepwright/core"
import { JournalConformance } from "@stepwright/core/testing"
import { Context, Effect, Exit, Layer, Schema, Scope } from "effect"
import { conforms } from "../../../test/support/conformance.ts"
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

const begun = {
  _tag: "RunInitialized",
  format: 2,
  run: "r",
  workflow: "w",
  version: 1,
  definition: "d",
  input: 1,
  at: 0
} as const

const begin = Effect.flatMap(Journal.Journal, (journal) => journal.append("r", begun))

const touch = Effect.flatMap(Journal.Journal, (journal) =>
  journal.append("r", { _tag: "StepStarted", path: "after", step: "s", at: 0 })
)

const claims = (directory: string) => readdirSync(join(directory, "r")).filter((name) => name.startsWith("claim"))

const load = (directory: string, run = "r") =>
  Effect.flatMap(Journal.Journal, (journal) => journal.load(run)).pipe(open(directory))

describe("NodeJournal", () => {
  describe("as every journal", () => {
    const directory = Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "journal "))),
      (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
    )
    conforms(JournalConformance.suite(Effect.map(directory, (directory) => NodeJournal.layer({ directory }))))
  })

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
        const whole = yield* load(directory)
        const file = join(directory, "r", "events.jsonl")
        const lines = readFileSync(file, "utf8").split("\n")
        const broken = lines.with(3, lines[3]!.replace("StepStarted", "StepStrated")).join("\n")
        writeFileSync(file, broken)
        const error = yield* Effect.flip(load(directory))
        assert.strictEqual(error.reason, "Unreadable")
        assert.include(error.message, "events.jsonl:4: it was changed")
        const goesOn = Effect.flatMap(Engine.load(workflow, "r"), (s) => runState(workflow, s))
        assert.include((yield* Effect.flip(open(directory)(goesOn))).message, "events.jsonl:4")
        assert.include((yield* Effect.flip(open(directory)(touch))).message, "events.jsonl:4")
        assert.strictEqual(readFileSync(file, "utf8"), broken)
        const flipped = lines.with(0, lines[0]!.replace('"format":2', '"format":3')).join("\n")
        writeFileSync(file, flipped)
        assert.include((yield* Effect.flip(load(directory))).message, "events.jsonl:1: it was changed")
        assert.deepStrictEqual(yield* NodeJournal.repair(directory, "r"), {
          events: whole.length,
          lost: [],
          kept: `${file}.damaged`
        })
        assert.deepStrictEqual(yield* load(directory), whole)
      })
    )
  )

  it.effect("reads a journal of format 1, and makes it one of this format before it adds anything", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        mkdirSync(join(directory, "r"))
        const file = join(directory, "r", "events.jsonl")
        const old: ReadonlyArray<WorkflowEvent.WorkflowEvent> = [
          begun,
          { _tag: "StepStarted", path: "a", step: "increment", at: 1 }
        ]
        const lines = old.map((event) => JSON.stringify("format" in event ? { ...event, format: 1 } : event))
        writeFileSync(file, `${lines.join("\n")}\n{"_tag":"Ste`)
        writeFileSync(join(directory, "r", "texts.jsonl"), '{"hash":"h","text":"t"}\n')
        assert.deepStrictEqual(yield* load(directory), old)
        assert.notInclude(readFileSync(file, "utf8"), '"format":2')
        yield* open(directory)(touch)
        // as a version reads it that knows format 1
        assert.strictEqual(JSON.parse(readFileSync(file, "utf8").split("\n")[0]!).format, 2)
        assert.deepStrictEqual((yield* load(directory)).slice(0, -1), [...old])
        const text = Effect.flatMap(Journal.Journal, (journal) => journal.getText("r", "h"))
        assert.strictEqual(yield* open(directory)(text), "t")
      })
    )
  )

  it.effect.each<readonly [what: string, change: (directory: string) => void]>([
    [
      "replaced",
      (directory) => {
        cpSync(join(directory, "r/events.jsonl"), join(directory, "copy"))
        renameSync(join(directory, "copy"), join(directory, "r/events.jsonl"))
      }
    ],
    ["removed", (directory) => rmSync(join(directory, "r/events.jsonl"))],
    ["moved with its folder", (directory) => renameSync(join(directory, "r"), join(directory, "elsewhere"))],
    ["removed with its folder", (directory) => rmSync(join(directory, "r"), { recursive: true })]
  ])("fails at the next event that is to be on the disk where its file was %s meanwhile", ([, change]) =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const journal = yield* Journal.Journal
        yield* begin
        yield* touch
        change(directory)
        const error = yield* Effect.flip(journal.append("r", { _tag: "InputProvided", input: 2, at: 0 }))
        assert.include(error.message, "events.jsonl: it was removed or replaced while this process wrote to it")
      }).pipe(open(directory))
    )
  )

  it.effect("does not go on with a copy of another run's folder", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        yield* open(directory)(finish("r"))
        cpSync(join(directory, "r"), join(directory, "copy"), { recursive: true })
        assert.include((yield* Effect.flip(load(directory, "copy"))).message, "the journal of run r")
      })
    )
  )

  it.effect("lets one opening at a time write", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        yield* Effect.gen(function* () {
          yield* begin
          assert.strictEqual(yield* NodeJournal.writer(directory, "r"), process.pid)
          const refused = yield* Effect.flip(open(directory)(touch))
          assert.strictEqual(refused.reason, "Locked")
          assert.include(refused.message, `process ${process.pid} is running it`)
          const size = Effect.flatMap(Journal.Journal, (journal) => journal.size("r"))
          assert.strictEqual((yield* Effect.flip(open(directory)(size))).reason, "Locked")
        }).pipe(open(directory))
        assert.isUndefined(yield* NodeJournal.writer(directory, "r"))
        yield* open(directory)(touch)
        assert.deepStrictEqual(claims(directory), ["claim.2.ended"])
      })
    )
  )

  it.effect("lets go of a run that has ended", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        yield* finish("r")
        assert.isUndefined(yield* NodeJournal.writer(directory, "r"))
        yield* open(directory)(touch)
        yield* touch
        assert.strictEqual(yield* NodeJournal.writer(directory, "r"), process.pid)
      }).pipe(open(directory))
    )
  )

  it.effect("writes to a run once whoever held it lets go", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const [mine, other] = [yield* Scope.make(), yield* Scope.make()]
        const journal = (scope: Scope.Closeable) =>
          Effect.map(Layer.buildWithScope(NodeJournal.layer({ directory }), scope), Context.get(Journal.Journal))
        yield* (yield* journal(other)).append("r", begun)
        const waiting = yield* journal(mine)
        assert.strictEqual((yield* Effect.flip(waiting.size("r"))).reason, "Locked")
        yield* Scope.close(other, Exit.void)
        assert.strictEqual(yield* waiting.size("r"), 1)
        yield* Scope.close(mine, Exit.void)
      })
    )
  )

  it.effect("knows how many events a run has, without a look at the file where it writes to it", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const size = Effect.flatMap(Journal.Journal, (journal) => journal.size("r"))
        assert.strictEqual(yield* open(directory)(size), 0)
        yield* open(directory)(Effect.andThen(begin, touch))
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

  it.effect("keeps a text once, with the event that comes after it", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const journal = yield* Journal.Journal
        yield* journal.putText("r", "h1", "one\ntwo")
        yield* journal.putText("r", "h1", "one\ntwo")
        yield* begin
        assert.strictEqual(readFileSync(join(directory, "r", "events.jsonl"), "utf8").split('"h1"').length, 2)
      }).pipe(open(directory))
    )
  )

  it.effect("lists what cannot be read too, and says why when it is asked for", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        for (const run of ["folder", "rubbish", "loop", "none"]) mkdirSync(join(directory, run))
        mkdirSync(join(directory, "folder/events.jsonl"))
        writeFileSync(join(directory, "rubbish/events.jsonl"), "rubbish\n")
        symlinkSync("events.jsonl", join(directory, "loop/events.jsonl"))
        assert.sameMembers([...(yield* NodeJournal.runs(directory))], ["folder", "rubbish", "loop"])
        const why = Effect.fnUntraced(function* (run: string) {
          return (yield* Effect.flip(load(directory, run))).message
        })
        assert.include(yield* why("folder"), "it is no file")
        assert.include(yield* why("rubbish"), "nothing in it is whole")
        assert.include(yield* why("loop"), "too many symbolic links encountered")
      })
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
            yield* journal.append("r", ${JSON.stringify(begun)})
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
        const [, ...events] = yield* load(directory)
        assert.isAtLeast(events.length, last + 1)
        events.forEach((event, i) => assert.strictEqual(event.at, i))
        assert.isUndefined(yield* NodeJournal.writer(directory, "r"))
        yield* open(directory)(touch)
        assert.strictEqual((yield* load(directory)).length, events.length + 2)
      })
    )
  )
})
