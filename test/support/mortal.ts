import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"

export const id = "mortal"

const Text = Schema.Struct({ text: Schema.String })

const ask = Step.make("ask", {
  input: Text,
  output: Text,
  prompt: PromptTemplate.make("{{text}}"),
  variables: ({ text }) => ({ text })
})

const count = Step.effect("count", {
  input: Schema.Array(Text),
  output: Schema.Int,
  run: (texts) => Effect.succeed(texts.length)
})

const broken = Step.effect("broken", {
  input: Text,
  output: Text,
  error: Schema.TaggedStruct("Broken", {}),
  run: () => Effect.fail({ _tag: "Broken" } as const)
})

/** Items side by side, of which one is asked twice; rounds; a gate; a failure that is taken over: every kind of event. */
export const workflow = Workflow.make(id, { input: Schema.Struct({ items: Schema.Array(Schema.String) }) }).pipe(
  Workflow.forEach("each", ask, { items: "input.items", key: (item) => item, input: { text: "item" }, concurrency: 3 }),
  Workflow.bind("count", count, "each"),
  Workflow.gate("approval", { question: Schema.Int, input: "count", decision: Text }),
  Workflow.iterate("rounds", Workflow.make("round", { input: Text }).pipe(Workflow.bind("draft", ask, "input")), {
    input: "approval",
    next: ({ last }) => ({ text: `${last.draft.text}!` }),
    until: ({ last }) => last.draft.text.length > 8,
    atMost: 3
  }),
  Workflow.fallback("tried", Workflow.make("first", { input: Text }).pipe(Workflow.bind("it", broken, "input")), {
    input: "approval",
    errors: ["Broken"],
    otherwise: Workflow.make("second", { input: Text }).pipe(Workflow.bind("it", ask, "input"))
  })
)

/** What a model says to a prompt: the first answer to one of them is none. */
export const answer = (prompt: string, turn: number): string => {
  const [line = ""] = prompt.split("\n")
  return line === "twice" && turn === 1 ? "no JSON" : JSON.stringify({ text: `${line} re` })
}
