import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Note, Step, Workflow } from "@stepwright/core"
import { Effect, Layer, Schema } from "effect"
import { resultLines } from "../../../src/cli/result/resultLines.ts"
import type { Result } from "../../../src/cli/result/result.ts"
import { forget, type Loaded } from "../../../src/cli/module/workflowModule.ts"
import { call, inFolder } from "../../support/commandLine.ts"

const nothing: Result = {
  files: [],
  changed: [],
  delivery: undefined,
  tests: undefined,
  red: [],
  judged: undefined,
  notes: [],
  noted: undefined
}

const note = (kind: string, text: string): Note.Note => ({ kind, text })

const lines = (...notes: ReadonlyArray<Note.Note>) =>
  resultLines({ ...nothing, notes, noted: "make/report" }, "r1", "out", "npx stepwright")

const many = (kind: string, count: number) => Array.from({ length: count }, (_, i) => note(kind, `${kind} ${i}`))

describe("resultLines", () => {
  it("says nothing where there is nothing to say", () => {
    assert.deepStrictEqual(lines(), [])
  })

  it("shows notes a line each, those of a kind together, in the order in which kinds come", () => {
    assert.deepStrictEqual(
      lines(note("question", "Which unit?"), note("assumption", "Grams.\n  For now."), note("question", "Whose?")),
      ["question: Which unit?", "question: Whose?", "assumption: Grams. For now."]
    )
  })

  it("tells six notes of a kind, how many more there are, and where", () => {
    const told = lines(...many("assumption", 8), ...many("question", 6))
    assert.deepStrictEqual(told.slice(5, 8), [
      "assumption: assumption 5",
      "assumption: 2 more; see them with `npx stepwright show r1 make/report`",
      "question: question 0"
    ])
    assert.strictEqual(told.length, 13)
  })
})

/** A workflow whose step gives notes, and of which the next fails or not. */
const noting = (notes: ReadonlyArray<Note.Note>, isFailing = false): Loaded => {
  const report = Step.effect("report", {
    input: Schema.Struct({ text: Schema.String }),
    output: Note.Noted,
    produces: "notes",
    run: () => Effect.succeed({ notes })
  })
  const end = Step.effect("end", {
    input: Note.Noted,
    output: Schema.String,
    error: Schema.String,
    run: () => (isFailing ? Effect.fail("red") : Effect.succeed("done"))
  })
  const workflow = Workflow.make("noting", { input: Schema.Struct({ text: Schema.String }) }).pipe(
    Workflow.bind("report", report, "input"),
    Workflow.bind("end", end, "report")
  )
  return { workflow: forget(workflow), layer: Layer.empty, hasLayer: true, program: "noting.ts" }
}

const ran = (bound: Loaded, ...flags: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    writeFileSync("doc.md", "Say it.")
    return call(["run", "doc.md", ...flags], bound)
  })

describe("the notes of a run", () => {
  const notes = [note("question", "Which unit?"), note("assumption", "Grams.")]

  for (const isFailing of [false, true]) {
    const end = isFailing ? "fails" : "completes"
    it.effect(`are shown where it ${end}, and by status`, () =>
      Effect.gen(function* () {
        const bound = noting(notes, isFailing)
        const { err, out, status } = yield* ran(bound)
        assert.strictEqual(status === 0, !isFailing)
        assert.include(out + err, "\nquestion: Which unit?\nassumption: Grams.\n")
        assert.include((yield* call(["status"], bound)).out, "\nquestion: Which unit?\nassumption: Grams.\n")
      }).pipe(inFolder)
    )

    it.effect(`are in the documents for scripts where it ${end}`, () =>
      Effect.gen(function* () {
        const bound = noting(notes, isFailing)
        assert.deepStrictEqual(JSON.parse((yield* ran(bound, "--json")).out).notes, notes)
        assert.deepStrictEqual(JSON.parse((yield* call(["status", "--json"], bound)).out).notes, notes)
      }).pipe(inFolder)
    )
  }

  it.effect("are all in the document of a run, however many, and found by the command that is named", () =>
    Effect.gen(function* () {
      const bound = noting(many("assumption", 8))
      assert.strictEqual(JSON.parse((yield* ran(bound, "--json")).out).notes.length, 8)
      const { err, out } = yield* ran(bound)
      const [, command] = /^assumption: 2 more; see them with `node noting\.ts (show \S+ report)`$/m.exec(out + err)!
      assert.include((yield* call(command!.split(" "), bound)).out, "assumption 7")
    }).pipe(inFolder)
  )

  it.effect("steer no terminal", () =>
    Effect.gen(function* () {
      const { err, out } = yield* ran(noting([note("question\u001b[2J", "Which\u001b]0;x\u0007 unit?")]))
      assert.notInclude(err, "\u001b]")
      assert.notInclude(err, "\u001b[2J")
      assert.include(out + err, "unit?")
    }).pipe(inFolder)
  )
})
