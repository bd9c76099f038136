import { Effect, Schema } from "effect"
import { Engine, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const outline = Step.make("outline", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) }),
  prompt: PromptTemplate.make("Outline {{topic}} in {{count}} points."),
  variables: ({ topic }) => ({ topic, count: 3 })
})

const draft = Step.make("draft", {
  input: Schema.Struct({ title: Schema.String, points: Schema.Array(Schema.String) }),
  output: Schema.String,
  prompt: PromptTemplate.make("Write {{title}}:\n{{points}}"),
  variables: ({ title, points }) => ({ title, points: points.join("\n") })
})

const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("outline", outline, ({ input }) => input),
  Workflow.bind("draft", draft, ({ outline }) => outline)
)

export const program = Engine.execute(article, { topic: "Effect" })

export const provided = program.pipe(
  Effect.provide(
    MockLlm.layer([
      { step: "outline", reply: { title: "Effect", points: ["a", "b", "c"] } },
      { step: "draft", reply: "…" }
    ])
  )
)
