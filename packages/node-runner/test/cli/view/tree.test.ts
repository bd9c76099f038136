import { assert, describe, it } from "@effect/vitest"
import { Step, Workflow, type WorkflowEvent } from "@stepwright/core"
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

    const ways = Workflow.describe(
      Workflow.make("outer", { input: Schema.String }).pipe(
        Workflow.branch("way", {
          on: () => true as boolean,
          cases: { true: step("a"), false: inner },
          input: "input"
        }),
        Workflow.sample("drafts", step("draft"), { input: "input", count: 11 }),
        Workflow.fallback("try", step("b"), { input: "input", errors: [], otherwise: step("c") }),
        Workflow.gate("ok", { question: Schema.String, input: "input", decision: Schema.Boolean })
      )
    )

    it("shows all ways while none is taken, and then that of which something happened last", () => {
      assert.deepStrictEqual(sketch(tree.rows(ways, stateAfter(), true)).slice(0, 5), [
        "way waiting",
        "  true waiting",
        "  false waiting",
        "    first waiting",
        "    second waiting"
      ])
      const begun = stateAfter(started("way/true"))
      assert.deepStrictEqual(sketch(tree.rows(ways, begun, true)).slice(0, 3), [
        "way running",
        "  true running",
        "drafts waiting"
      ])
      const other = stateAfter(...done("way/true"), started("way/false/first", 9999))
      assert.deepStrictEqual(sketch(tree.rows(ways, other, true)).slice(0, 5), [
        "way running",
        "  true skipped",
        "  false running",
        "    first running",
        "    second waiting"
      ])
    })

    it("counts samples in order, and leaves out what a fallback has no need of", () => {
      const samples = [2, 11, 1].flatMap((n) => done(`drafts/${n}`))
      const rows = tree.rows(ways, stateAfter(...samples, ...done("try/try")), true)
      const names = sketch(rows).slice(5)
      assert.deepStrictEqual(names, [
        "drafts done",
        "  1 done",
        "  2 done",
        "  11 done",
        "try done",
        "  try done",
        "ok waiting"
      ])
      assert.strictEqual(tree.line(rows[5]!, 6, style), "✔ drafts  3 of 11 samples")
    })

    it("shows a gate as it waits, as it is decided, and as it waits again", () => {
      const asked = (at: number, fingerprint: string) =>
        ({ _tag: "GateAsked", path: "ok", step: "gate", fingerprint, question: "q", at }) as const
      const look = (...events: ReadonlyArray<WorkflowEvent.WorkflowEvent>) =>
        sketch(tree.rows(ways, stateAfter(...events), false)).at(-1)
      assert.strictEqual(look(asked(1, "x")), "ok undecided")
      const decided = { ...succeeded("ok", 2), by: "decision" } as WorkflowEvent.WorkflowEvent
      assert.strictEqual(look(asked(1, "x"), decided), "ok done")
      assert.strictEqual(look(asked(1, "x"), decided, asked(3, "y")), "ok undecided")
    })

    it("shows records that the definition does not have, and all of them without a definition", () => {
      const state = stateAfter(...done("left"), ...done("gone"))
      assert.deepStrictEqual(sketch(tree.rows(definition, state, true)).slice(-1), ["gone done"])
      // what was found for another path is shown there
      const moved = stateAfter(...done("gone"), { _tag: "ResultMoved", from: "gone", to: "left", answer: "", at: 1 })
      assert.notInclude(sketch(tree.rows(definition, moved, true)).join(), "gone")
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
      for (const look of [
        "waiting",
        "running",
        "stopped",
        "stale",
        "undecided",
        "done",
        "takenOver",
        "skipped",
        "failed"
      ] as const) {
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
