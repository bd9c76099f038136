import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Step, Workflow } from "@stepwright/core"
import { Console, Effect, Schema } from "effect"
import type { Loaded } from "../../../src/cli/module/workflowModule.ts"
import * as lines from "../../../src/cli/live/lines.ts"
import * as RunLine from "../../../src/RunLine.ts"
import { asking, program } from "../../support/asking.ts"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(RunLine.RunLine), { onExcessProperty: "error" })

/** What a command said, a line each, and last what it came to. */
const said = Effect.fnUntraced(function* (args: ReadonlyArray<string>, bound: Loaded) {
  writeFileSync("doc.md", "Say it.")
  const { err, out, status } = yield* call([...args, "--json-events"], bound)
  assert.match(out, /\n$/)
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => decode(line))
  const last = lines.at(-1)!
  assert.strictEqual(lines.filter(({ _tag }) => _tag === "Ended").length, 1)
  // whatever a result has is in its Schema
  const result: any = last._tag === "Ended" ? last.result : assert.fail(`no end: ${out}`)
  return { err, lines, result, status }
})

const numbered = (lines: ReadonlyArray<RunLine.RunLine>) =>
  lines.flatMap((line) => (line._tag === "Happened" ? [{ event: line.number, happened: line.event }] : []))

const document = (args: ReadonlyArray<string>, bound: Loaded) =>
  Effect.map(call([...args, "--json"], bound), ({ out }) => JSON.parse(out))

const failing = (run: Effect.Effect<string, never>) =>
  program(
    Workflow.make("failing", { input: Schema.Struct({ text: Schema.String }) }).pipe(
      Workflow.bind(
        "one",
        Step.effect("one", { input: Schema.String, output: Schema.String, run: () => run }),
        "input.text"
      )
    )
  )

describe("--json-events", () => {
  it.effect("tells every event of a run with its number, its replies as they come, and last what --json prints", () =>
    Effect.gen(function* () {
      const { lines, result, status } = yield* said(["run", "doc.md"], saying("a reply"))
      assert.strictEqual(status, 0)
      assert.deepStrictEqual(numbered(lines), yield* document(["show", "--events"], saying()))
      const texts = lines.flatMap((line) => (line._tag === "ReplyDelta" ? [[line.path, line.text]] : []))
      assert.deepStrictEqual(
        texts,
        ["first", "each/a", "each/b", "last"].map((path) => [path, "a reply"])
      )
      const tags = lines.map((line) => (line._tag === "Happened" ? line.event._tag : line._tag))
      assert.isBelow(tags.indexOf("StepStarted"), tags.indexOf("ReplyDelta"))
      assert.isBelow(tags.indexOf("ReplyDelta"), tags.indexOf("StepReplied"))
      assert.deepStrictEqual(tags.slice(-2), ["RunEnded", "Ended"])
      assert.deepStrictEqual([result.status, result.output.last], ["COMPLETED", "a reply"])

      const again = yield* said(["resume"], saying())
      const { durationMillis: _, ...printed } = yield* document(["resume"], saying())
      assert.deepInclude(again.result, printed)
      // what happened before is not told again
      assert.isAbove(numbered(again.lines)[0]!.event, numbered(lines).length)
    }).pipe(inFolder)
  )

  it.effect("tells of one step that is executed alone", () =>
    Effect.gen(function* () {
      const run = yield* startedWith(saying())
      const { lines, result, status } = yield* said(["step", "first", "--force"], saying("another"))
      assert.deepStrictEqual([status, result], [0, { run, path: "first", executed: true, output: "another" }])
      assert.includeMembers(
        numbered(lines).map(({ happened }) => happened._tag),
        ["StepStarted", "StepReplied", "StepSucceeded"]
      )
      const kept = yield* said(["step", "last"], saying())
      assert.deepStrictEqual([kept.lines.length, kept.result.executed], [1, false])
    }).pipe(inFolder)
  )

  it.effect("asks nobody, and says at the end what waits", () =>
    Effect.gen(function* () {
      const { lines, result, status } = yield* said(["run", "doc.md", "--no-input"], asking)
      assert.deepStrictEqual([status, result.status, result.undecided[0].path], [4, "SUSPENDED", "approval"])
      assert.match(result.undecided[0].fix, /decide \S+ approval VALUE$/)
      assert.include(
        numbered(lines).map(({ happened }) => happened._tag),
        "GateAsked"
      )
    }).pipe(inFolder)
  )

  it.effect("has warnings among the lines, and on standard error", () =>
    Effect.gen(function* () {
      const warning = failing(Effect.as(Effect.logWarning("the shelf is full"), "done"))
      const { lines } = yield* said(["run", "doc.md"], warning)
      const noticed = lines.filter(({ _tag }) => _tag === "Noticed")
      assert.deepStrictEqual(noticed, [{ _tag: "Noticed", level: "warning", message: "the shelf is full" }])
    }).pipe(inFolder)
  )

  it.effect("has those among the lines that come while a run is made ready", () =>
    Effect.gen(function* () {
      const printed: Array<string> = []
      const console = { ...globalThis.console, log: (text: string) => void printed.push(text) }
      const work = Effect.andThen(
        Effect.logWarning("no price is known"),
        Effect.logInfo({ note: "tests run in memory" })
      )
      yield* Effect.provideService(lines.noticing(true)(work), Console.Console, console)
      yield* Effect.provideService(lines.noticing(false)(work), Console.Console, console)
      assert.deepStrictEqual(
        printed.filter((line) => line.startsWith("{")).map((line) => decode(line)),
        [
          { _tag: "Noticed", level: "warning", message: "no price is known" },
          { _tag: "Noticed", level: "note", message: "tests run in memory" }
        ]
      )
    })
  )

  it.effect("voids what came of a reply whose request is made again", () =>
    Effect.gen(function* () {
      const printed: Array<string> = []
      const console = { ...globalThis.console, log: (text: string) => void printed.push(text) }
      const { deltas } = yield* Effect.provideService(lines.make, Console.Console, console)
      const turn = { path: "first", step: "say", turn: 1 }
      const tell = deltas({ ...turn, parser: { format: "text" } })
      for (const piece of ["sa", undefined, "said"]) tell(piece)
      assert.deepStrictEqual(
        printed.map((line) => decode(line)),
        [
          { _tag: "ReplyDelta", ...turn, text: "sa" },
          { _tag: "ReplyDiscarded", ...turn },
          { _tag: "ReplyDelta", ...turn, text: "said" }
        ]
      )
    })
  )

  it.effect("ends with the error of a defect", () =>
    Effect.gen(function* () {
      const { lines, result, status } = yield* said(["run", "doc.md"], failing(Effect.die(new Error("no shelf"))))
      assert.deepStrictEqual([status, result.status, result.error.path], [1, "FAILED", "one"])
      assert.include(result.error.message, "no shelf")
      assert.strictEqual(numbered(lines).at(-1)!.happened._tag, "RunEnded")
    }).pipe(inFolder)
  )

  it.effect.each<readonly [string, ReadonlyArray<string>, string]>([
    ["--json besides", ["run", "doc.md", "--json"], "--json-events"],
    ["a document that is not there", ["run", "none.md"], "none.md"],
    ["a flag that is none", ["resume", "--frobnicate"], "--frobnicate"]
  ])("is one line where a command is refused, as for %s", ([_, args, target]) =>
    Effect.gen(function* () {
      const { err, lines, result, status } = yield* said(args, saying())
      assert.deepStrictEqual([status, lines.length, result.error.target], [2, 1, target])
      assert.match(err, /^stepwright: /)
    }).pipe(inFolder)
  )
})
