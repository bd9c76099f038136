import { Duration, Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

// a workflow to act upon: its model takes its time, and its gate takes decisions of several kinds

const Document = Schema.Struct({
  path: Schema.NonEmptyString.annotate({ description: "as its author calls it" }),
  text: Schema.NonEmptyString
})

const Letter = Schema.Struct({
  to: Schema.NonEmptyString.annotate({ description: "Who is written to." }),
  tone: Schema.Literals(["plain", "warm"]),
  words: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500 }))),
  documents: Schema.Array(Document)
})

interface Part {
  readonly what: string
  readonly parts: ReadonlyArray<Part>
}
const Part: Schema.Codec<Part> = Schema.Struct({
  what: Schema.NonEmptyString,
  parts: Schema.Array(Schema.suspend(() => Part))
}).annotate({ identifier: "Part" })

const Decision = Schema.Union([
  Schema.TaggedStruct("Send", {
    note: Schema.optionalKey(Schema.String.annotate({ description: "For the archive." }))
  }),
  Schema.TaggedStruct("Change", {
    changes: Schema.NonEmptyArray(Schema.Struct({ where: Schema.String, what: Schema.NonEmptyString })),
    outline: Schema.optionalKey(Part)
  })
])

const write = Step.make("write", {
  input: Letter,
  output: Schema.String,
  prompt: PromptTemplate.make("Write a {{tone}} letter to {{to}}."),
  variables: ({ to, tone }) => ({ to, tone })
})

const send = Step.effect("send", {
  input: Schema.Struct({ letter: Schema.String, decision: Decision }),
  output: Schema.String,
  run: ({ decision, letter }) =>
    Effect.succeed(
      decision._tag === "Send" ? letter : `${letter}\n\n${decision.changes.length} changes were asked for.`
    )
})

export const letter = Workflow.make("letter", { input: Letter }).pipe(
  Workflow.bind("draft", write, "input"),
  Workflow.gate("approval", {
    question: Schema.Struct({ to: Schema.String, letter: Schema.String }),
    input: { to: "input.to", letter: "draft" },
    decision: Decision
  }),
  Workflow.bind("sent", send, { letter: "draft", decision: "approval" })
)

const pieces = Array.from({ length: 30 }, (_, i) => [`Rain falls on line ${i + 1}. `, Duration.millis(80)]).flat()

export const layer = MockLlm.layer(() =>
  MockLlm.chunks(["Dear reader,\n\n", ...pieces], {
    model: "made-up-1",
    usage: { input: 120, cachedInput: 0, output: 240, reasoning: 0 }
  })
)
