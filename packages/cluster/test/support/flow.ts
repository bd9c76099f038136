// A workflow of twenty steps that ask a model: four in a row, twelve beside each other, four at a time, and four in a row.
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as PromptTemplate from "@stepwright/core/PromptTemplate"
import * as Step from "@stepwright/core/Step"
import * as Workflow from "@stepwright/core/Workflow"

const asking = (name: string) =>
  Step.make(name, {
    input: Schema.String,
    output: Schema.String,
    prompt: PromptTemplate.make("Answer to\n{{text}}"),
    parameters: { maxOutputTokens: 20 },
    variables: (text) => ({ text })
  })

const items = Array.from({ length: 12 }, (_, i) => i)

export const flow = Workflow.make("twenty", { input: Schema.String }).pipe(
  Workflow.bind("a", asking("a"), "input"),
  Workflow.bind("b", asking("b"), "a"),
  Workflow.bind("c", asking("c"), "b"),
  Workflow.bind("d", asking("d"), "c"),
  Workflow.forEach("items", asking("item"), {
    items: () => items,
    key: String,
    input: ({ d, item }) => `${d} ${item}`,
    concurrency: 4
  }),
  Workflow.bind("e", asking("e"), ({ items }) => items.join()),
  Workflow.bind("f", asking("f"), "e"),
  Workflow.bind("g", asking("g"), "f"),
  Workflow.bind("h", asking("h"), "g")
)

/** How many steps it has. */
export const steps = 20

/** One who is asked and waits, and one that can never be worked on to its end, since it ends its process. */
export const gated = Workflow.make("gated", { input: Schema.String }).pipe(
  Workflow.bind("a", asking("a"), "input"),
  Workflow.gate("approval", {
    question: Schema.String,
    decision: Schema.Struct({ approved: Schema.Boolean }),
    input: "a"
  }),
  Workflow.bind("b", asking("b"), "a")
)

export const deadly = Workflow.make("deadly", { input: Schema.String }).pipe(
  Workflow.bind(
    "end",
    Step.effect("end", { input: Schema.String, output: Schema.String, run: () => Effect.sync(() => process.exit(1)) }),
    "input"
  )
)

/** What a call costs, answered or not. */
export const usage = { input: 10, output: 10 }

/** What the model says to a prompt. */
export const answer = (prompt: string): string => createHash("sha256").update(prompt).digest("hex").slice(0, 24)

export const promptOf = ({ messages }: LlmRequest): string => messages.map(({ content }) => content).join("\n")

/** A model that is in this process. */
export const localModel = LlmClient.make((request) =>
  Effect.succeed({ text: answer(promptOf(request)), finishReason: "stop", usage })
)
