import { assert, describe, it } from "@effect/vitest"
import { Step, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"
import * as tree from "../../../src/cli/view/tree.ts"
import { replied, started, stateAfter, succeeded } from "../../support/events.ts"

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

const done = (path: string) => [started(path), succeeded(path, 1234)]

const sketch = (rows: ReadonlyArray<tree.Row>) =>
  rows.map(({ depth, look, name }) => `${"  ".repeat(depth)}${name} ${look}`)

const style = { columns: 80, hasColour: false, now: 3000 }

describe("tree", () => {
  describe("rows", () => {
    it("shows the whole definition before anything ran", () => {
      assert.deepStrictEqual(sketch(tree.rows(definition, stateAfter(), true)), [
        "each waiting",
        "left waiting",
        "right waiting"
      ])
    })

    it("shows items that a state knows by their keys, and groups by what is in them", () => {
      const state = stateAfter(
        ...done("each/src%2Fa.py/first"),
        started("each/src%2Fa.py/second", 1000),
        ...done("left")
      )
      assert.deepStrictEqual(sketch(tree.rows(definition, state, true)), [
        "each running",
        "  src/a.py running",
        "    first done",
        "    second running",
        "left done",
        "right waiting"
      ])
      assert.include(sketch(tree.rows(definition, state, false)), "    second stopped")
    })

    it("tells which results would not be reused, and why", () => {
      const plan = [
        { path: "each/a/first", action: "run", why: "changed: prompt" },
        { path: "left", action: "reuse", why: "" }
      ] as const
      const all = tree.rows(definition, stateAfter(...done("each/a/first"), ...done("left")), false, { plan })
      assert.deepStrictEqual(sketch(all).slice(0, 3), ["each stale", "  a stale", "    first stale"])
      assert.strictEqual(tree.line(all[2]!, 9, style), "    ~ first  stale: changed: prompt")
    })

    it("shows records that the definition does not have, and all of them without a definition", () => {
      const state = stateAfter(...done("left"), ...done("gone"))
      assert.deepStrictEqual(sketch(tree.rows(definition, state, true)).slice(-1), ["gone done"])
      assert.deepStrictEqual(sketch(tree.rows(undefined, state, true)), ["left done", "gone done"])
    })
  })

  describe("line", () => {
    const attempts = [started("left", 0), started("left", 500), started("left", 1000)]
    const [row] = tree.rows(undefined, stateAfter(...attempts, replied("left"), replied("left")), true)

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
      assert.match(tree.line({ ...row!, name: "a\u001b[2J\u202eb" }, 48, style), /a\\x1b\[2J\\u202eb/)
    })

    it("leaves out tokens of which nobody said anything", () => {
      const of = (input?: number, output?: number) => {
        const usage = { ...(input !== undefined && { input }), ...(output !== undefined && { output }) }
        const record = { ...row!.record!, usage }
        return tree.line({ ...row!, record }, 8, style)
      }
      assert.strictEqual(of(), "▶ left      2.0 s, 3 attempts, 2 replies")
      assert.strictEqual(of(7), "▶ left      2.0 s, 3 attempts, 2 replies, 7 input tokens")
      assert.strictEqual(of(undefined, 7), "▶ left      2.0 s, 3 attempts, 2 replies, 7 output tokens")
    })

    it("has nothing but ASCII of its own where there is no UTF-8", () => {
      for (const look of ["waiting", "running", "stopped", "stale", "done", "failed"] as const) {
        const line = tree.line({ ...row!, look, name: "n".repeat(90) }, 48, { ...style, isAscii: true })
        assert.match(line, /^[\x20-\x7e]+$/)
      }
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
    const items = Array.from({ length: 20 }, (_, i) => [
      ...done(`each/${i}/first`),
      ...(i === 10 ? [started(`each/${i}/second`, 1000)] : done(`each/${i}/second`))
    ])
    const rows = tree.rows(definition, stateAfter(...items.flat()), true)

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
