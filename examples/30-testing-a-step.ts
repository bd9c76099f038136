// A step is a plain Effect, so its test needs no workflow: script the model, run the step, look at what it was asked.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Schema } from "effect"
import { PromptTemplate, Step } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const classify = Step.make("classify", {
  input: Schema.Struct({ mail: Schema.String }),
  output: Schema.Struct({ label: Schema.Literals(["spam", "ham"]), confidence: Schema.Finite }),
  prompt: PromptTemplate.make("Classify this mail:\n{{mail}}"),
  variables: ({ mail }) => ({ mail })
})

const ask = Step.run(classify, { mail: "You won!" })

test("parses the reply, with prose and a fence around it", async () => {
  const reply = 'Here you are:\n```json\n{ "label": "spam", "confidence": 0.9 }\n```'
  const output = await Effect.runPromise(Effect.provide(ask, MockLlm.layer([{ step: "classify", reply }])))
  assert.deepEqual(output, { label: "spam", confidence: 0.9 })
})

test("asks again with the error when the reply does not fit", async () => {
  const program = Effect.gen(function* () {
    const output = yield* ask
    const requests = yield* MockLlm.calls
    return { output, requests }
  })
  const replies = [
    { label: "maybe", confidence: 0.5 },
    { label: "ham", confidence: 0.6 }
  ]
  const { output, requests } = await Effect.runPromise(
    Effect.provide(program, MockLlm.layer([{ step: "classify", reply: replies }]))
  )
  assert.equal(output.label, "ham")
  assert.equal(requests.length, 2)
  assert.match(requests[1]!.messages.at(-1)!.content, /could not be used[\s\S]*label/)
})

test("gives up with a typed error that says what all tries cost", async () => {
  const error = await Effect.runPromise(
    Effect.flip(ask).pipe(Effect.provide(MockLlm.layer([{ step: "classify", reply: "no idea" }])))
  )
  assert.ok(error instanceof Step.StepOutputError)
  assert.equal(error.turns, 3)
  assert.ok(error.usage.input! > 0)
})
