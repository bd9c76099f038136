import { assert, describe, it } from "@effect/vitest"
import { StepOutputError } from "@stepwright/core/Step"
import { MockLlm } from "@stepwright/llm"
import { Effect } from "effect"
import { type Case, cases, names } from "./cases.ts"

describe.each(names)("a reply to %s", (name) => {
  const { ask, broken, output, reply, talkative }: Case = cases[name]
  const usage = { input: 100, cachedInput: 40, output: 10, reasoning: 0 }

  it.effect("in the prompt's format is the output", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ask, output)
      assert.strictEqual((yield* MockLlm.calls).length, 1)
    }).pipe(Effect.provide(MockLlm.layer([{ step: name, reply: [reply] }])))
  )

  it.effect("with prose and fences around it is the output", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ask, output)
      assert.strictEqual((yield* MockLlm.calls).length, 1)
    }).pipe(Effect.provide(MockLlm.layer([{ step: name, reply: [talkative] }])))
  )

  it.effect("that cannot be used is asked for again, with its fault named, in the same conversation", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ask, output)
      const [first, second, ...more] = yield* MockLlm.calls
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(second!.messages.slice(0, -1), [
        ...first!.messages,
        { role: "assistant", content: broken.reply }
      ])
      assert.include(second!.messages.at(-1)!.content, broken.fault)
    }).pipe(Effect.provide(MockLlm.layer([{ step: name, reply: [broken.reply, reply] }])))
  )

  it.effect("that never can be used is an error with the usage of all tries", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(ask)
      assert.instanceOf(error, StepOutputError)
      assert.strictEqual(error.step, name)
      assert.strictEqual(error.turns, 3)
      assert.deepStrictEqual(error.usage, { input: 300, cachedInput: 120, output: 30, reasoning: 0 })
      assert.include(error.message, broken.fault)
    }).pipe(Effect.provide(MockLlm.layer([{ step: name, reply: MockLlm.reply({ text: broken.reply, usage }) }])))
  )
})
