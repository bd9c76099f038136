// What is sound breaks no law, in however many worlds: a false alarm costs more trust than a defect that is not found.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { PromptTemplate, Step, Workflow, Workspace } from "@stepwright/core"
import { Simulate } from "@stepwright/core/testing"
import { AutomatedCodingWorkflow } from "@stepwright/steps"
import { gated, listed, sound } from "../packages/core/test/testing/planted.ts"
import { caseOf } from "./law/cases.ts"
import { build } from "./law/program/print.ts"
import { answer, decision } from "./law/program/words.ts"
import * as pantry from "./steps/pantry.ts"

const Mail = Schema.Struct({ from: Schema.String, text: Schema.String })

const write = (name: string) =>
  Step.make(name, {
    input: Mail,
    output: Schema.String,
    prompt: PromptTemplate.make("{{name}} this:\n{{text}}"),
    variables: ({ text }) => ({ name, text })
  })

/** As in the example with a gate: one of two ways, rounds, a decision. */
const answering = Workflow.make("answering", { input: Mail }).pipe(
  Workflow.bind(
    "kind",
    Step.make("sort", {
      input: Mail,
      output: Schema.Literals(["complaint", "question"]),
      prompt: PromptTemplate.make("Is this mail a complaint or a question?\n{{text}}"),
      variables: ({ text }) => ({ text })
    }),
    "input"
  ),
  Workflow.branch("draft", {
    on: "kind",
    cases: { complaint: write("apologize"), question: write("answer") },
    input: "input"
  }),
  Workflow.iterate(
    "refined",
    Step.make("better", {
      input: Schema.String,
      output: Schema.Struct({ text: Schema.String, isGood: Schema.Boolean }),
      prompt: PromptTemplate.make("Make this answer shorter:\n{{text}}"),
      variables: (text) => ({ text })
    }),
    { input: "draft", next: "last.text", until: "last.isGood", atMost: 5 }
  ),
  Workflow.gate("approval", {
    question: Mail,
    input: { from: "input.from", text: "refined.text" },
    decision: Schema.Literals(["yes", "no"])
  }),
  Workflow.fallback("sent", write("send"), {
    input: "input",
    errors: ["LlmError", "StepOutputError"],
    otherwise: write("keep")
  })
)

/** How many worlds: `WORLDS=1000` for fewer. */
const most = Number(process.env["WORLDS"] ?? 100_000)
const share = (part: number) => Math.ceil(most * part)

describe("Simulate.check, in many worlds", () => {
  it.live("finds nothing wrong with eight steps", () =>
    Effect.gen(function* () {
      const { worlds } = yield* Simulate.check(sound, { input: { topic: "rain" }, seeds: share(0.1) })
      assert.isAtLeast(worlds, share(0.1))
    })
  )

  it.live("finds nothing wrong with a gate, rounds, two ways and a fallback", () =>
    Simulate.check(answering, { seeds: share(0.2) })
  )

  it.live("finds nothing wrong with lists in an input, and with a service", () =>
    Effect.gen(function* () {
      yield* Simulate.check(listed, { seeds: share(0.1) })
      yield* Simulate.check(gated, {
        input: { topic: "rain" },
        layer: Layer.suspend(() => Workspace.layerMemory()),
        seeds: share(0.1)
      })
    })
  )

  it.live("finds nothing wrong with any workflow that the law of least work is tried with", () =>
    Effect.gen(function* () {
      const seeds = 20
      for (let i = 0; i < share(0.5) / seeds; i++) {
        const { input, program, samples } = caseOf(i)
        yield* Simulate.check(build(program), {
          inputs: [input],
          seeds: Array.from({ length: seeds }, (_, seed) => i * seeds + seed),
          model: (request, sample) => answer(request, samples ? ` #${sample}` : ""),
          decide: (_, question) => decision(question)
        })
      }
    })
  )

  it.live("finds nothing wrong with the ready workflow", () =>
    Simulate.check(AutomatedCodingWorkflow.workflow, {
      input: pantry.project,
      model: pantry.replyTo,
      layer: Layer.suspend(() => pantry.world()),
      seeds: share(0.01)
    })
  )
})
