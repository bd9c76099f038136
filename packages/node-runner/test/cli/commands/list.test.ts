import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as claim from "../../../src/internal/journal/claim.ts"
import * as journalFile from "../../../src/internal/journal/journalFile.ts"
import { call, inFolder, startedWith } from "../../support/commandLine.ts"
import { saying } from "../../support/saying.ts"

const bound = saying()
const known = ".stepwright/list.json"

const listed = Effect.map(call(["list", "--json"], bound), ({ out }) => JSON.parse(out))

const started = startedWith(bound)

const begin = {
  _tag: "RunInitialized",
  format: 2,
  workflow: "saying",
  version: 1,
  definition: "d",
  input: { text: "it" },
  at: 1
} as const
const begun = { _tag: "StepStarted", step: "say", at: 2 } as const

describe("list", () => {
  it.effect("shows a run as it is, whether it was read before or not", () =>
    Effect.gen(function* () {
      const run = yield* started
      const first = yield* listed
      assert.deepInclude(first[0], { run, status: "COMPLETED", workflow: "saying" })
      assert.deepStrictEqual(yield* listed, first)
      yield* call(["set", "first", "doc.md"], bound)
      const changed = yield* listed
      assert.strictEqual(changed[0].status, "STOPPED")
      assert.deepStrictEqual(yield* listed, changed)
    }).pipe(inFolder)
  )

  it.effect.each(["", "no JSON", "{}", '{"x": 1}'])("reads anew where what it kept is %j", (text) =>
    Effect.gen(function* () {
      yield* started
      const first = yield* listed
      writeFileSync(known, text)
      assert.deepStrictEqual(yield* listed, first)
      assert.include(readFileSync(known, "utf8"), first[0].run)
    }).pipe(inFolder)
  )

  it.effect("takes what it kept for a journal that has not changed since", () =>
    Effect.gen(function* () {
      yield* started
      yield* listed
      writeFileSync(known, readFileSync(known, "utf8").replace('"saying"', '"kept"'))
      assert.strictEqual((yield* listed)[0].workflow, "kept")
      yield* call(["resume"], bound)
      assert.strictEqual((yield* listed)[0].workflow, "saying")
    }).pipe(inFolder)
  )

  it.effect("sees a process take a run that was nobody's when it looked before, and end", () =>
    Effect.gen(function* () {
      const run = yield* started
      const later = Date.now() + 60_000
      yield* TestClock.setTime(later)
      yield* listed
      assert.match(readFileSync(known, "utf8"), /"free":\d/)
      const held = Effect.andThen(claim.acquire(run, `.stepwright/runs/${run}`), listed)
      const during = yield* held.pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
      assert.strictEqual(during[0].status, "RUNNING")
      assert.strictEqual((yield* listed)[0].status, "COMPLETED")
    }).pipe(inFolder)
  )

  it.effect("looks again at a run of which it cannot tell whether its process is back", () =>
    Effect.gen(function* () {
      const run = yield* started
      yield* TestClock.setTime(Date.now() + 60_000)
      const folder = `.stepwright/runs/${run}`
      const file = `${folder}/claim.9`
      const elsewhere = { pid: 1, host: "another", start: "1" }
      writeFileSync(file, `${JSON.stringify(elsewhere)}\n`)
      yield* listed
      assert.notMatch(readFileSync(known, "utf8"), /"free"/)
    }).pipe(inFolder)
  )

  it.effect("shows one run that cannot be read, and the others", () =>
    Effect.gen(function* () {
      const whole = yield* started
      const damaged = yield* started
      const file = `.stepwright/runs/${damaged}/events.jsonl`
      writeFileSync(file, readFileSync(file, "utf8").replace("RunStarted", "RunStopped"))
      mkdirSync(".stepwright/runs/hostile")
      const lines = [journalFile.header("hostile"), { ...begin, run: "hostile" }, { ...begun, path: "\u001b[2J" }]
      const text = lines.map((content, i) => journalFile.line("hostile", i, content)).join("")
      writeFileSync(".stepwright/runs/hostile/events.jsonl", text)
      const entries: ReadonlyArray<{ readonly run: string; readonly error?: string }> = yield* listed
      assert.include(entries.find(({ run }) => run === damaged)?.error, "events.jsonl:3: it was changed")
      assert.include(entries.find(({ run }) => run === "hostile")?.error, "events.jsonl:3: ")
      assert.isUndefined(entries.find(({ run }) => run === whole)?.error)
    }).pipe(inFolder)
  )
})
