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

/** The same under any name, for one that is renamed. */
export const askingNamed = (name: string) =>
  program(
    begun.pipe(
      Workflow.gate(name as "name", { question: Schema.String, input: "input.text", decision: Schema.Boolean })
    )
  )

/** With four steps that hang on a decision. */
export const askingForFour = program(
  begun.pipe(
    Workflow.gate("approval", { question: Text, input: "input", decision: Decision }),
    Workflow.bind("one", build, "approval"),
    Workflow.bind("two", build, "approval"),
    Workflow.bind("three", build, "approval"),
    Workflow.bind("four", build, "approval")
  )
)

/** With two gates of which neither hangs on the other. */
export const askingTwice = program(
  begun.pipe(
    Workflow.gate("first", { question: Schema.String, input: () => "first?", decision: Schema.Boolean }),
    Workflow.gate("second", { question: Schema.String, input: () => "second?", decision: Schema.Boolean })
  )
)

const text = (name: string) =>
  Step.effect(name, { input: Schema.String, output: Schema.String, run: (said) => Effect.succeed(`${said}+`) })

const look = Workflow.make("look", { input: Schema.String }).pipe(
  Workflow.bind("revised", text("revise"), "input"),
  Workflow.gate("look", { question: Schema.String, input: "revised", decision: Schema.Literals(["again", "done"]) })
)

/** With a gate in each of three rounds, and one after them that says which way is gone. */
export const askingInRounds = program(
  begun.pipe(
    Workflow.iterate("rounds", look, {
      input: "input.text",
      next: "last.revised",
      until: ({ last }) => last.look === "done",
      atMost: 3
    }),
    Workflow.gate("publish", { question: Schema.String, input: "rounds.revised", decision: Schema.Boolean }),
    Workflow.branch("end", {
      on: "publish",
      cases: { true: text("announce"), false: text("apologize") },
      input: "rounds.revised"
    })
  )
)

/** With a gate that asks the same in each round, of which a later one has the decision of the first. */
export const askingAlike = program(
  begun.pipe(
    Workflow.iterate(
      "rounds",
      Workflow.make("alike", { input: Text }).pipe(
        Workflow.gate("ok", { question: Schema.String, input: "input.text", decision: Schema.Boolean })
      ),
      { input: "input", until: () => false, atMost: 2, again: "changed" }
    )
  )
)

/** With a step after its first gate, and so many samples after the second one. */
export const askingFirst = (count: number) =>
  program(
    begun.pipe(
      Workflow.gate("first", { question: Schema.String, input: "input.text", decision: Schema.String }),
      Workflow.gate("second", { question: Schema.String, input: "input.text", decision: Schema.String }),
      Workflow.bind("after", text("after"), "first"),
      Workflow.sample("tries", text("try"), { input: "second", count })
    )
  )

/** A person at the terminal who answers this, in turn, and then nothing more; keeps what was asked. */
export const person = (...answers: ReadonlyArray<string>) => slowPerson(Effect.void, ...answers)

/** One who thinks first, while something else happens. */
export const slowPerson = (meanwhile: Effect.Effect<unknown>, ...answers: ReadonlyArray<string>) => {
  const asked: Array<string> = []
  const answer = (prompt: string) => Effect.map(meanwhile, () => answers[asked.push(prompt) - 1])
  return { asked, there: Effect.provideService(Person, { isThere: () => true, answer }) }
}
