import { LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Effect, Layer, Schema } from "effect"
import { forget, type Loaded } from "../../src/cli/module/workflowModule.ts"

const say = Step.make("say", {
  input: Schema.Struct({ text: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("{{text}}"),
  variables: ({ text }) => ({ text })
})

const workflow = Workflow.make("saying", { input: Schema.Struct({ text: Schema.String }) }).pipe(
  Workflow.bind("first", say, "input"),
  Workflow.forEach("each", say, { items: () => ["a", "b"], key: (item) => item, input: { text: "item" } }),
  Workflow.bind("last", say, ({ each }) => ({ text: each.join() }))
)

/** A program whose workflow asks a model that always says the same. */
export const saying = (reply = "said"): Loaded => ({
  workflow: forget(workflow),
  layer: LlmClient.layer(() => Effect.succeed({ text: reply, finishReason: "stop", usage: {} })) as Layer.Layer<never>,
  hasLayer: true,
  program: "saying.ts"
})
