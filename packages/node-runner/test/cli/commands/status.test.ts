import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Step, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Person } from "../../../src/cli/base/person.ts"
import type { Loaded } from "../../../src/cli/module/workflowModule.ts"
import { asking, askingNamed, person, program } from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

const suspended = Effect.fnUntraced(function* (bound: Loaded) {
  writeFileSync("doc.md", "A shelf")
  const { out } = yield* call(["run", "doc.md", "--json"], bound)
  const { run }: { readonly run: string } = JSON.parse(out)
  return run
})

const document = Effect.fnUntraced(function* (bound: Loaded) {
  return JSON.parse((yield* call(["status", "--json"], bound)).out)
})

const withLayer = (bound: Loaded): Loaded => ({ ...bound, hasLayer: true })

describe("an open gate that is renamed", () => {
  it.effect("waits under its new name alone", () =>
    Effect.gen(function* () {
      const run = yield* suspended(askingNamed("old"))
      const { out } = yield* call(["status"], askingNamed("new"))
      assert.match(out, /\n\? new +waits for a decision\n- old +no longer part of the workflow\n/)
      assert.notMatch(out, /waits for a decision: old/)
      const { error, steps, undecided } = yield* document(askingNamed("new"))
      assert.deepStrictEqual(
        undecided.map(({ path }: { readonly path: string }) => path),
        ["new"]
      )
      assert.deepStrictEqual([error.target, error.message], ["new", 'it waits for a decision: "new"'])
      assert.deepStrictEqual(
        steps.map(({ path, status }: Readonly<Record<string, string>>) => [path, status]),
        [
          ["new", "undecided"],
          ["old", "skipped"]
        ]
      )
      const { err, status } = yield* call(["show", run, "old"], askingNamed("new"))
      assert.deepStrictEqual([status, err.includes("decide it")], [2, false])
      assert.include(err, "old has no result: it is no longer part of the workflow")
    }).pipe(inFolder)
  )

  it.effect("waits for nothing where no plan is made, for a workflow with a layer of its own", () =>
    Effect.gen(function* () {
      yield* suspended(withLayer(askingNamed("old")))
      const { error, undecided } = yield* document(withLayer(askingNamed("new")))
      assert.deepStrictEqual([error, undecided], [undefined, undefined])
      const { out } = yield* call(["status"], withLayer(askingNamed("new")))
      assert.notInclude(out, "waits for a decision")
      const { err } = yield* call(["show", "old"], withLayer(askingNamed("new")))
      assert.include(err, "old has no result: it is no longer part of the workflow")
      const still = yield* call(["show", "old"], withLayer(askingNamed("old")))
      assert.include(still.err, "old waits for a decision: decide it with")
    }).pipe(inFolder)
  )

  it.effect("says where its decision is, once that was found elsewhere", () =>
    Effect.gen(function* () {
      yield* suspended(askingNamed("old"))
      yield* call(["decide", "old", "yes"], askingNamed("old"))
      yield* call(["resume"], askingNamed("new"))
      assert.strictEqual((yield* call(["show", "new"], askingNamed("new"))).out, "true\n")
      const { err, status } = yield* call(["show", "old"], askingNamed("new"))
      assert.strictEqual(status, 2)
      assert.include(err, "old has no result: it was moved to new")
    }).pipe(inFolder)
  )
})

/** Waits until a gate was asked, as the journal has it. */
const gateAsked = Effect.suspend(() => {
  const runs = ".stepwright/runs"
  const isAsked = (run: string) => readFileSync(join(runs, run, "events.jsonl"), "utf8").includes("GateAsked")
  return Effect.as(
    Effect.promise(() => new Promise(setImmediate)),
    readdirSync(runs).some(isAsked)
  )
}).pipe(Effect.repeat({ until: (isAsked) => isAsked }))

const slow = Step.effect("slow", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.as(gateAsked, text)
})
const gate = { question: Schema.String, decision: Schema.Boolean }

/** Of two gates that one is reached last which comes first in the definition. */
const beside = program(
  Workflow.make("beside", { input: Schema.Struct({ text: Schema.String }) }).pipe(
    Workflow.all((scope) => [
      scope.pipe(Workflow.bind("slow", slow, "input.text"), Workflow.gate("first", { ...gate, input: "slow" })),
      scope.pipe(Workflow.gate("second", { ...gate, input: "input.text" }))
    ])
  )
)

/** The same of items. */
const items = program(
  Workflow.make("items", { input: Schema.Struct({ text: Schema.String }) }).pipe(
    Workflow.forEach(
      "each",
      Workflow.make("one", { input: Schema.String }).pipe(
        Workflow.bind(
          "work",
          Step.effect("work", {
            input: Schema.String,
            output: Schema.String,
            run: (text) => (text === "a" ? Effect.as(gateAsked, text) : Effect.succeed(text))
          }),
          "input"
        ),
        Workflow.gate("ok", { ...gate, input: "work" })
      ),
      { items: () => ["a", "b"], key: (item) => item, input: "item", concurrency: 2 }
    )
  )
)

describe("gates that wait", () => {
  const known: ReadonlyArray<readonly [Loaded, ReadonlyArray<string>]> = [
    [beside, ["first", "second"]],
    [items, ["each/a/ok", "each/b/ok"]]
  ]
  it.effect.each(known)("are named in the order of the definition: %#", ([bound, paths]) =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      const pathsOf = (out: string) => JSON.parse(out).undecided.map(({ path }: { readonly path: string }) => path)
      const run = yield* call(["run", "doc.md", "--json"], bound)
      assert.deepStrictEqual(pathsOf(run.out), paths)
      assert.strictEqual(JSON.parse(run.out).error.target, paths[0])
      const asked = (yield* call(["show", "--events"], bound)).out
        .split("\n")
        .find((line) => line.includes("GateAsked"))
      assert.include(asked, paths[1], "the first comes last")
      const told = yield* call(["resume"], bound)
      assert.match(told.err, new RegExp(`waits for a decision: "${paths[0]}" and 1 more\\ndecide with .* ${paths[0]} `))
      const named = (out: string): ReadonlyArray<string | undefined> =>
        Array.from(out.matchAll(/waits for a decision: (\S+)/g), ([, path]) => path)
      assert.deepStrictEqual(named(told.out), paths)
      for (const shown of [bound, withLayer(bound)]) {
        assert.deepStrictEqual(pathsOf((yield* call(["status", "--json"], shown)).out), paths)
        assert.deepStrictEqual(named((yield* call(["status"], shown)).out), paths)
      }
      const { there } = person("yes", "no")
      const { err } = yield* there(call(["resume"], bound))
      assert.isBelow(err.indexOf(`${paths[0]} waits for`), err.indexOf(`${paths[1]} waits for`))
    }).pipe(inFolder)
  )

  it.effect("are not what a run took its time for, while somebody thought", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "A shelf")
      let asked = 0
      const answer = () => Effect.as(TestClock.adjust("13 seconds"), asked++ === 0 ? "yes" : "")
      const there = Effect.provideService(Person, { isThere: () => true, answer })
      const { out } = yield* there(call(["run", "doc.md"], asking))
      assert.match(out, /^COMPLETED in 0 ms: /)
      assert.strictEqual(asked, 2)
    }).pipe(inFolder)
  )
})

describe("a run of a program", () => {
  it.effect("is gone on with by that program, whoever looks", () =>
    Effect.gen(function* () {
      const run = yield* suspended(asking)
      const { out } = yield* call(["status"])
      assert.match(out, new RegExp(`\\ngo on with: node asking.ts resume ${run}\\n$`))
      assert.include(out, `node asking.ts decide ${run} approval VALUE`)
      const { undecided } = JSON.parse((yield* call(["status", "--json"])).out)
      assert.strictEqual(undecided[0].fix, `node asking.ts decide ${run} approval VALUE`)
      assert.include((yield* call(["show", "--at", "8"])).out, `node asking.ts decide ${run} approval`)
      assert.include((yield* call(["show", "approval"])).err, `node asking.ts decide ${run} approval`)
    }).pipe(inFolder)
  )
})

describe("import", () => {
  it.effect("takes an id of one's own", () =>
    Effect.gen(function* () {
      yield* suspended(asking)
      writeFileSync("state.json", (yield* call(["export"], asking)).out)
      const { err, out, status } = yield* call(["import", "state.json", "--run", "second"], asking)
      assert.deepStrictEqual([status, out], [0, "second\n"], err)
      for (const [id, said] of [
        ["second", "there is a run"],
        ["latest", "--run cannot be latest"],
        ["a/b", "--run cannot be"]
      ] as const) {
        const refused = yield* call(["import", "state.json", "--run", id], asking)
        assert.strictEqual(refused.status, 2, id)
        assert.include(refused.err, said)
      }
    }).pipe(inFolder)
  )

  it.effect.each<readonly [string, (state: any) => void, string]>([
    ["an id that leads elsewhere", (state) => (state.run = "../x"), 'at ["run"]'],
    [
      "a path that steers a terminal",
      (state) => (state.records["\u001b[2J"] = state.records.approval),
      'at ["records"]'
    ],
    ["half a sign", (state) => state.orphaned.push("\ud83d"), 'at ["orphaned"][0]'],
    ["a format that is text", (state) => (state.format = "1"), 'at ["format"]'],
    ["lists in lists without end", (state) => (state.input = "NESTED"), "it is nested more than"],
    ["infinity", (state) => (state.input = "INFINITE"), 'at ["input"]'],
    ["a negative count", (state) => (state.records.approval.attempts = -1), '["approval"]["attempts"]']
  ])("refuses a state with %s in one line, and begins no run", ([_, edit, place]) =>
    Effect.gen(function* () {
      yield* suspended(asking)
      const state = JSON.parse((yield* call(["export"], asking)).out)
      edit(state)
      const text = JSON.stringify(state)
        .replace('"NESTED"', "[".repeat(1e5) + "]".repeat(1e5))
        .replace('"INFINITE"', "1e400")
      writeFileSync("state.json", text)
      const { err, status } = yield* call(["import", "state.json", "--run", "second"], asking)
      assert.strictEqual(status, 2)
      assert.match(err, /^stepwright: state\.json: .*\n/)
      assert.include(err, place)
      assert.notInclude(err, "\u001b")
      assert.strictEqual(JSON.parse((yield* call(["list", "--json"], asking)).out).length, 1)
    }).pipe(inFolder)
  )
})
