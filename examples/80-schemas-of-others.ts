// A schema of zod, valibot, arktype or another library may stand wherever a Schema of Effect does.
import assert from "node:assert/strict"
import { Effect } from "effect"
import * as z from "zod"
import { Engine, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const Recipe = z.object({
  title: z.string().min(3, "give a longer title"),
  // what the model writes is text; what the next step is given is a number
  minutes: z.string().regex(/^\d+$/).transform(Number)
})

const invent = Step.make("invent", {
  input: z.object({ dish: z.string() }),
  output: Recipe,
  prompt: PromptTemplate.make("A recipe for {{dish}}."),
  variables: ({ dish }) => ({ dish })
})

const label = Step.effect("label", {
  input: z.object({ title: z.string(), minutes: z.number() }),
  output: z.string(),
  run: ({ minutes, title }) => Effect.succeed(`${title} (${minutes > 30 ? "slow" : "quick"})`)
})

export const cookbook = Workflow.make("cookbook", { input: z.object({ dish: z.string() }) }).pipe(
  Workflow.bind("recipe", invent, "input"),
  Workflow.bind("label", label, "recipe")
)

const program = Effect.gen(function* () {
  const first = yield* Engine.run(cookbook, yield* Engine.initialize(cookbook, { dish: "soup" }))
  // the JSON that was validated is what is recorded, and it is validated again when it is read
  assert.deepEqual(first.state.records["recipe"]?.result?.output, { title: "Soup", minutes: "40" })
  const again = yield* Engine.run(cookbook, first.state)
  assert.deepEqual(again.reused, ["recipe", "label"])
  const requests = yield* MockLlm.calls
  assert.match(requests[1]!.messages.at(-1)!.content, /give a longer title/)
  return again.ending._tag === "Completed" ? again.ending.output.label : assert.fail()
})

// the first reply does not fit, so the model is asked again with what is wrong
const replies = [
  { title: "S", minutes: "40" },
  { title: "Soup", minutes: "40" }
]
const output = await Effect.runPromise(Effect.provide(program, MockLlm.layer([{ step: "invent", reply: replies }])))
assert.equal(output, "Soup (slow)")
console.log(output)
