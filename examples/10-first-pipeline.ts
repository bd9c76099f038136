// Two steps in a row. The model is a script here; with a key, NodeRunner.layer or OpenAiLlm.layer takes its place.
import { Console, Effect, Schema } from "effect"
import { Engine, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const outline = Step.make("outline", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) }),
  prompt: PromptTemplate.make("Outline an article on {{topic}} in {{count}} points."),
  variables: ({ topic }) => ({ topic, count: 3 })
})

const draft = Step.make("draft", {
  input: Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) }),
  output: Schema.String,
  prompt: PromptTemplate.make("Write the article “{{title}}”:\n{{points}}"),
  variables: ({ points, title }) => ({ title, points: points.map((point) => `- ${point}`).join("\n") })
})

export const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("outline", outline, "input"),
  Workflow.bind("draft", draft, "outline")
)

const model = MockLlm.layer([
  { step: "outline", reply: { title: "Rain", points: ["Clouds", "Drops", "Puddles"] } },
  { step: "draft", reply: "Clouds gather, drops fall, puddles stay." }
])

const program = Effect.gen(function* () {
  const { ending, state } = yield* Engine.run(article, yield* Engine.initialize(article, { topic: "rain" }))
  if (ending._tag === "Completed") yield* Console.log(`${state.status}: ${ending.output.draft}`)

  // run it again: every result is recorded, so nothing would be called
  for (const { action, path } of yield* Engine.plan(article, state)) yield* Console.log(`${path}: ${action}`)
})

await Effect.runPromise(Effect.provide(program, model))
