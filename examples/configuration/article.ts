// The workflow that `stepwright.yaml` beside it names and sets: `stepwright run --input '{"topic": "rain"}'` in this
// folder, once `stepwright trust` has said what the file does. A script answers, in place of the models in the file.
import { Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
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

export const layer = MockLlm.layer([
  { step: "outline", reply: { title: "Rain", points: ["Clouds", "Drops", "Puddles"] } },
  { step: "draft", reply: "Clouds gather, drops fall, puddles stay." }
])
