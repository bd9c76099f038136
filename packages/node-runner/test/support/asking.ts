import { Step, Workflow } from "@stepwright/core"
import { Effect, Layer, Schema } from "effect"
import { Person } from "../../src/cli/base/person.ts"
import { forget, type Loaded } from "../../src/cli/module/workflowModule.ts"

const Text = Schema.Struct({ text: Schema.String })
const Design = Schema.Struct({ title: Schema.String, parts: Schema.Array(Schema.String) })
const Decision = Schema.Struct({ approved: Schema.Boolean, note: Schema.optionalKey(Schema.String) })

const design = Step.effect("design", {
  input: Text,
  output: Design,
  run: ({ text }) => Effect.succeed({ title: text.trim(), parts: ["one", "two"] })
})

const build = Step.effect("build", {
  input: Decision,
  output: Schema.String,
  run: ({ approved, note = "no note" }) => Effect.succeed(`${approved ? "built" : "left"}, ${note}`)
})

const other = Step.effect("other", { input: Text, output: Schema.String, run: ({ text }) => Effect.succeed(text) })

export const program = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>): Loaded => ({
  workflow: forget(workflow),
  layer: Layer.empty as Layer.Layer<never>,
  hasLayer: false,
  program: "asking.ts"
})

const begun = Workflow.make("asking", { input: Text })

/** A program whose workflow waits for a decision upon what it designed. */
export const asking = program(
  begun.pipe(
    Workflow.bind("design", design, "input"),
    Workflow.gate("approval", { question: Design, input: "design", decision: Decision }),
    Workflow.bind("build", build, "approval"),
    Workflow.bind("other", other, "input")
  )
)

/** The same with a decision of another kind upon a text. */
export const askingFor = (decision: Schema.Codec<unknown, unknown>) =>
  program(begun.pipe(Workflow.gate("approval", { question: Schema.String, input: "input.text", decision })))

/** With two gates of which neither hangs on the other. */
export const askingTwice = program(
  begun.pipe(
    Workflow.gate("first", { question: Schema.String, input: () => "first?", decision: Schema.Boolean }),
    Workflow.gate("second", { question: Schema.String, input: () => "second?", decision: Schema.Boolean })
  )
)

/** A person at the terminal who answers this, in turn, and then nothing more; keeps what was asked. */
export const person = (...answers: ReadonlyArray<string>) => {
  const asked: Array<string> = []
  const answer = (prompt: string) => Effect.sync(() => answers[asked.push(prompt) - 1])
  return { asked, there: Effect.provideService(Person, { isThere: () => true, answer }) }
}
