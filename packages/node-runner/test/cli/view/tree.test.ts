import { assert, describe, it } from "@effect/vitest"
import { Step, Usage, Workflow, type WorkflowState } from "@stepwright/core"
import { Effect, Schema } from "effect"
import * as tree from "../../../src/cli/view/tree.ts"

const step = (name: string) =>
  Step.effect(name, { input: Schema.String, output: Schema.String, run: (text) => Effect.succeed(text) })

const inner = Workflow.make("inner", { input: Schema.String }).pipe(
  Workflow.bind("first", step("first"), "input"),
  Workflow.bind("second", step("second"), "first")
)
const definition = Workflow.describe(
  Workflow.make("outer", { input: Schema.Array(Schema.String) }).pipe(
    Workflow.forEach("each", inner, { items: "input", key: (text) => text, input: "item" }),
    Workflow.all((scope) => [
      scope.pipe(Workflow.bind("left", step("left"), () => "")),
      scope.pipe(Workflow.bind("right", step("right"), () => ""))
    ])
  )
)

const blank = { attempts: 1, replies: 0, usage: Usage.zero, requests: { started: 0, ended: 0, usage: Usage.zero } }
const done = {
  ...blank,
  step: "first",
  durationMillis: 1234,
  result: { fingerprint: { value: "", parts: {} }, output: "", by: "code", at: 0 }
} as const
const running = { ...blank, step: "second", pending: 1000 }

const state = (records: WorkflowState.WorkflowState["records"]): WorkflowState.WorkflowState => ({
  format: 1,
  run: "r",
  workflow: "outer",
  events: 1,
  version: 1,
  definition: "",
  status: "IN_PROGRESS",
  input: [],
  createdAt: 0,
  updatedAt: 0,
  records,
  orphaned: []
})

const sketch = (rows: ReadonlyArray<tree.Row>) =>
  rows.map(({ depth, look, name }) => `${"  ".repeat(depth)}${name} ${look}`)

const style = { columns: 80, hasColour: false, now: 3000 }

describe("tree", () => {
  describe("rows", () => {
    it("shows the whole definition before anything ran", () => {
      assert.deepStrictEqual(sketch(tree.rows(definition, state({}), true)), [
        "each waiting",
        "left waiting",
        "right waiting"
      ])
    })

    it("shows items that a state knows by their keys, and groups by what is in them", () => {
      const records = { "each/src%2Fa.py/first": done, "each/src%2Fa.py/second": running, left: done }
      assert.deepStrictEqual(sketch(tree.rows(definition, state(records), true)), [
        "each running",
        "  src/a.py running",
        "    first done",
        "    second running",
        "left done",
        "right waiting"
      ])
      assert.include(sketch(tree.rows(definition, state(records), false)), "    second stopped")
    })

    it("tells which results would not be reused, and why", () => {
      const stale = new Map([["each/a/first", "changed: prompt"]])
      const all = tree.rows(definition, state({ "each/a/first": done, left: done }), false, stale)
      assert.deepStrictEqual(sketch(all).slice(0, 3), ["each stale", "  a stale", "    first stale"])
      assert.strictEqual(tree.line(all[2]!, 9, style), "    ~ first  stale: changed: prompt")
    })

    it("shows records that the definition does not have, and all of them without a definition", () => {
      const records = { left: done, gone: done }
      assert.deepStrictEqual(sketch(tree.rows(definition, state(records), true)).slice(-1), ["gone done"])
      assert.deepStrictEqual(sketch(tree.rows(undefined, state(records), true)), ["left done", "gone done"])
    })
  })

  describe("line", () => {
    const [row] = tree.rows(undefined, state({ left: { ...running, replies: 2, attempts: 3 } }), true)

    it("says how long, how often and how many tokens", () => {
      assert.strictEqual(tree.line(row!, 8, style), "▶ left      2.0 s, 3 attempts, 2 replies, 0 + 0 tokens")
    })

    it("cuts a long name before its figures, which a file gets whole", () => {
      const long = { ...row!, name: "a-very-long-key-of-an-item-that-never-ends" }
      const narrow = { ...style, columns: 40 }
      const width = tree.nameWidth([long, row!], 40)
      assert.strictEqual(tree.line(long, width, narrow), "▶ a-very-long-key-of-…  2.0 s, 3 attemp…")
      assert.match(tree.line(row!, width, narrow), /^▶ left {18}2\.0 s/)
      assert.include(tree.line(long, 48, { ...style, columns: Infinity }), long.name)
    })

    it("never is wider than the terminal, whatever the name holds", () => {
      const names = ["a".repeat(100), "漢字".repeat(40), "👩‍👩‍👧".repeat(30), "line\nbreak\u001b[2J"]
      for (const name of names) {
        for (const columns of [3, 5, 10, 40]) {
          const line = tree.line({ ...row!, name, depth: 2 }, 48, { ...style, columns })
          assert.notMatch(line, /\p{Control}/u)
          assert.strictEqual(tree.fit(line, columns), line)
        }
      }
      assert.strictEqual(tree.line(row!, 48, { ...style, columns: 5 }), "▶ le…")
    })
  })

  describe("fit", () => {
    it("counts wide characters as two columns", () => {
      assert.strictEqual(tree.fit("漢字漢字", 8), "漢字漢字")
      assert.strictEqual(tree.fit("漢字漢字", 7), "漢字漢…")
      assert.strictEqual(tree.fit("漢字漢字", 6), "漢字…")
    })
  })

  describe("clip", () => {
    const items = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [
        [`each/${i}/first`, done],
        [`each/${i}/second`, i === 10 ? running : done]
      ]).flat()
    ) as WorkflowState.WorkflowState["records"]
    const rows = tree.rows(definition, state(items), true)

    it("leaves rows that fit as they are", () => {
      assert.strictEqual(tree.clip(rows, rows.length), rows)
    })

    it("closes finished groups first, and keeps what runs in sight", () => {
      const closed = sketch(tree.clip(rows, 30))
      assert.include(closed, "  9 done")
      assert.notInclude(closed, "    first waiting")
      assert.include(closed, "    second running")
      const short = tree.clip(rows, 5)
      assert.strictEqual(short.length, 5)
      assert.include(sketch(short), "    second running")
    })
  })
})
