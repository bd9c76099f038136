import { Result, Schema } from "effect"
import { WorkflowConfig } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

const decode = Schema.decodeUnknownResult(WorkflowConfig.WorkflowConfig)

describe("WorkflowConfig", () => {
  it("reads settings for all steps and, nested like the workflow, for each", () => {
    const config: WorkflowConfig.WorkflowConfig = {
      model: ["small", "large"],
      parameters: { temperature: 0, reasoningEffort: "low" },
      repair: 0,
      steps: { design: { steps: { tasks: { steps: { "*": { prompt: "{{x}}", system: "s", model: "m" } } } } } }
    }
    assert.deepStrictEqual(Result.getOrThrow(decode(config)), config)
  })

  for (const [name, config, place] of [
    ["a negative number of repairs", { repair: -1 }, `["repair"]`],
    ["no model in a list of models", { model: [] }, `["model"]`],
    ["a parameter of another type", { parameters: { seed: "1" } }, `["parameters"]["seed"]`],
    [
      "a mistake deep inside",
      { steps: { a: { steps: { b: { prompt: 1 } } } } },
      `["steps"]["a"]["steps"]["b"]["prompt"]`
    ]
  ] as const) {
    it(`refuses ${name}, and says where`, () => {
      const result = decode(config)
      assert.isTrue(Result.isFailure(result))
      if (Result.isFailure(result)) assert.include(result.failure.message, place)
    })
  }
})
