import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Journal, WorkflowEvent, WorkflowState } from "@stepwright/core"
import { Effect } from "effect"
import * as NodeJournal from "../../../src/NodeJournal.ts"
import { call, inFolder } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

const bound = saying()

/** A folder with a run whose first step was made anew by hand, its id and its events. */
const started = Effect.gen(function* () {
  writeFileSync("doc.md", "Say it.")
  const { out } = yield* call(["run", "doc.md", "--json"], bound)
  const { run }: { readonly run: string } = JSON.parse(out)
  writeFileSync("mine.txt", "mine")
  yield* call(["set", "first", "mine.txt"], bound)
  const journal = yield* Effect.provide(Journal.Journal, NodeJournal.layer({ directory: ".stepwright/runs" }))
  return { run, events: yield* journal.load(run) }
})

const numberOf = (events: ReadonlyArray<WorkflowEvent.WorkflowEvent>, tag: string, path: string) =>
  events.findIndex((event) => event._tag === tag && "path" in event && event.path === path) + 1

describe("show --events", () => {
  it.effect("lists what happened by number, with what tells an event from others", () =>
    Effect.gen(function* () {
      const { events, run } = yield* started
      const { err, out, status } = yield* call(["show", "--events"], bound)
      assert.strictEqual(status, 0, err)
      const lines = out.trimEnd().split("\n")
      assert.strictEqual(lines.length, events.length)
      assert.match(lines[0]!, /^ 1 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}RunInitialized {2}saying$/)
      assert.match(lines.at(-1)!, new RegExp(`^${events.length} .* StepSucceeded +first  by hand, .+ \\(command\\)$`))
      assert.match(out, /StepReplied +first {2}turn 1, default\n/)
      for (const args of [[run], ["latest"], [run.slice(0, 10)]]) {
        assert.strictEqual((yield* call(["show", ...args, "--events"], bound)).out, out)
      }
      const ofFirst = yield* call(["show", "first", "--events"], bound)
      assert.deepStrictEqual(
        ofFirst.out.trimEnd().split("\n"),
        lines.filter((line) => / first\b/.test(line))
      )
      const json = yield* call(["show", run, "first", "--events", "--json"], bound)
      const listed: ReadonlyArray<{ event: number; happened: unknown }> = JSON.parse(json.out)
      assert.strictEqual(listed.length, 4)
      for (const { event, happened } of listed) assert.deepStrictEqual(happened, events[event - 1])
    }).pipe(inFolder)
  )
})

describe("show --at", () => {
  it.effect("shows the run as it was after any of its events, with what that was", () =>
    Effect.gen(function* () {
      const { events, run } = yield* started
      for (let at = 1; at <= events.length; at++) {
        const { err, out, status } = yield* call(["show", run, "--at", String(at), "--json"], bound)
        assert.strictEqual(status, 0, err)
        const { state, ...rest } = JSON.parse(out)
        assert.deepStrictEqual(rest, { run, event: at, total: events.length, happened: events[at - 1] })
        assert.deepStrictEqual(state, WorkflowEvent.fold(events.slice(0, at)))
        assert.deepStrictEqual(yield* WorkflowState.fromJson(JSON.stringify(state)), state)
      }
      const middle = numberOf(events, "StepStarted", "last")
      const { out } = yield* call(["show", "--at", String(middle)], bound)
      const [head, name, ...rows] = out.split("\n")
      assert.match(head!, new RegExp(`^event ${middle} of ${events.length}: .* StepStarted +last$`))
      assert.include(name, `${run}  saying  RUNNING`)
      assert.deepStrictEqual(
        rows.slice(0, 5).map((row) => row.trim().split(/ +/).slice(0, 2)),
        [
          ["✔", "first"],
          ["✔", "each"],
          ["✔", "a"],
          ["✔", "b"],
          ["▶", "last"]
        ]
      )
      const done = events.findIndex(({ _tag }) => _tag === "RunEnded") + 1
      assert.include((yield* call(["show", "--at", String(done)], bound)).out, `${run}  saying  COMPLETED`)
      assert.include((yield* call(["show", "--at", "1"], bound)).out, `${run}  saying  INITIALIZED\n· first`)
    }).pipe(inFolder)
  )

  it.effect("shows a result, a prompt and a reply as they were", () =>
    Effect.gen(function* () {
      const { events, run } = yield* started
      const made = numberOf(events, "StepSucceeded", "first")
      const at = ["--at", String(made)]
      assert.strictEqual((yield* call(["show", "first"], bound)).out, "mine\n")
      assert.strictEqual((yield* call(["show", "first", ...at], bound)).out, "said\n")
      const json = yield* call(["show", run, "first", ...at, "--json"], bound)
      assert.deepStrictEqual(JSON.parse(json.out), { run, path: "first", at: made, output: "said" })
      assert.strictEqual((yield* call(["show", "first", "--reply", ...at], bound)).out, "said\n")
      assert.include((yield* call(["show", "first", "--prompt", ...at], bound)).out, "Say it.")
      const early = yield* call(["show", "last", ...at], bound)
      assert.deepStrictEqual([early.status, early.err], [2, `stepwright: last had not started by event ${made}\n`])
      const begun = yield* call(["show", "first", "--at", String(numberOf(events, "StepStarted", "first"))], bound)
      assert.deepStrictEqual([begun.status, begun.err], [2, "stepwright: first has no result\n"])
    }).pipe(inFolder)
  )

  it.effect("is imported as a run from there", () =>
    Effect.gen(function* () {
      const { events } = yield* started
      const made = numberOf(events, "StepSucceeded", "each/a")
      const { out } = yield* call(["show", "--at", String(made), "--json"], bound)
      writeFileSync("state.json", JSON.stringify(JSON.parse(out).state))
      const imported = yield* call(["import", "state.json"], bound)
      assert.strictEqual(imported.status, 0, imported.err)
      assert.match((yield* call(["plan"], bound)).out, /^reuse +first\nreuse +each\/a\nrun +each\/b/)
    }).pipe(inFolder)
  )

  it.effect("refuses what is no event of the run, with the range, and contradictions", () =>
    Effect.gen(function* () {
      const { events, run } = yield* started
      for (const at of [0, events.length + 1, -1, 10 ** 12]) {
        const { err, status } = yield* call(["show", run, "--at", String(at)], bound)
        assert.strictEqual(status, 2)
        assert.include(err, `run ${run} has no event ${at}: it has those from 1 to ${events.length}`)
      }
      for (const [args, said] of [
        [["--at", "x"], "--at"],
        [["--at", "1.5"], "--at"],
        [["--events", "--reply", "first"], "--reply and --events are two things"],
        [["--prompt", "--reply", "first"], "--prompt and --reply are two things"],
        [["--at", "3", "--reply"], "PATH is missing"],
        [["frist", "--events"], 'did you mean "first"?'],
        [["frist", "--at", "3"], 'did you mean "first"?']
      ] as const) {
        const { err, status } = yield* call(["show", ...args], bound)
        assert.strictEqual(status, 2, args.join(" "))
        assert.include(err, said)
      }
    }).pipe(inFolder)
  )
})
