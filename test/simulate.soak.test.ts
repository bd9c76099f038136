// What is sound breaks no law, in however many worlds: a false alarm costs more trust than a defect that is not found.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Workspace } from "@stepwright/core"
import { Simulate } from "@stepwright/core/testing"
import { AutomatedCodingWorkflow } from "@stepwright/steps"
import * as first from "../examples/10-first-pipeline.ts"
import * as custom from "../examples/20-custom-step.ts"
import * as embedding from "../examples/40-embedding.ts"
import * as decided from "../examples/60-a-person-decides.ts"
import * as asData from "../examples/70-a-workflow-as-data.ts"
import * as reviewed from "../examples/70-testing-with-node.ts"
import * as others from "../examples/80-schemas-of-others.ts"
import * as simulated from "../examples/80-simulated-worlds.ts"
import * as configured from "../examples/configuration/article.ts"
import { gated, listed, sound } from "../packages/core/test/testing/planted.ts"
import { caseOf } from "./law/cases.ts"
import { build } from "./law/program/print.ts"
import { answer, decision } from "./law/program/words.ts"
import * as pantry from "./steps/pantry.ts"

/** The workflows of `examples`, with what they are given. */
const examples: ReadonlyArray<readonly [file: string, check: (seeds: number) => ReturnType<typeof Simulate.check>]> = [
  ["10-first-pipeline", (seeds) => Simulate.check(first.article, { seeds })],
  // a slogan that is too long is an error of its own
  ["20-custom-step", (seeds) => Simulate.check(custom.slogan, { seeds, model: () => "Dry at last" })],
  [
    "40-embedding",
    (seeds) => Simulate.check(embedding.greeting, { seeds, input: { customer: "7" }, layer: embedding.Customers.layer })
  ],
  ["60-a-person-decides", (seeds) => Simulate.check(decided.answering, { seeds })],
  ["70-a-workflow-as-data", (seeds) => Simulate.check(asData.article, { seeds })],
  ["70-testing-with-node", (seeds) => Simulate.check(reviewed.reviews, { seeds })],
  ["80-schemas-of-others", (seeds) => Simulate.check(others.cookbook, { seeds })],
  ["80-simulated-worlds", (seeds) => Simulate.check(simulated.sound, { seeds })],
  ["configuration/article", (seeds) => Simulate.check(configured.article, { seeds })],
  [
    "the ready workflow",
    (seeds) =>
      Simulate.check(AutomatedCodingWorkflow.workflow, {
        input: pantry.project,
        model: pantry.replyTo,
        layer: Layer.suspend(() => pantry.world()),
        seeds
      })
  ]
]

/** How many worlds: `WORLDS=1000` for fewer. */
const most = Number(process.env["WORLDS"] ?? 100_000)
const share = (part: number) => Math.ceil(most * part)

describe("Simulate.check, in many worlds", () => {
  it.live.each(examples)("finds nothing wrong with %s", ([, check]) =>
    Effect.gen(function* () {
      const { worlds } = yield* check(share(0.06))
      assert.isAtLeast(worlds, share(0.06))
    })
  )

  it.live("finds nothing wrong with eight steps", () =>
    Effect.gen(function* () {
      const { worlds } = yield* Simulate.check(sound, { input: { topic: "rain" }, seeds: share(0.1) })
      assert.isAtLeast(worlds, share(0.1))
    })
  )

  it.live("finds nothing wrong with lists in an input, and with a service", () =>
    Effect.gen(function* () {
      yield* Simulate.check(listed, { input: { points: ["a", "b", "c"] }, seeds: share(0.05) })
      yield* Simulate.check(gated, {
        input: { topic: "rain" },
        layer: Layer.suspend(() => Workspace.layerMemory()),
        seeds: share(0.05)
      })
    })
  )

  it.live("finds nothing wrong with any workflow that the law of least work is tried with", () =>
    Effect.gen(function* () {
      const seeds = 20
      for (let i = 0; i < share(0.2) / seeds; i++) {
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
})
