import { assert, describe, it } from "@effect/vitest"
import { MockLlm } from "@stepwright/llm"
import { Effect } from "effect"
import { type Case, cases } from "./cases.ts"
import { corpus } from "./drift.ts"

describe("a reply that strays from the format", () => {
  it("strays", () => {
    for (const { drift, reply, step } of corpus) assert.notStrictEqual(reply, cases[step].reply, `${step}: ${drift}`)
  })

  it.effect.each(corpus)("$step: $drift", ({ output, refused, reply, step }) => {
    const { ask, output: usual, reply: good }: Case = cases[step]
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* ask, output ?? usual)
      const [, repair] = yield* MockLlm.calls
      if (refused === undefined) assert.isUndefined(repair, repair?.messages.at(-1)?.content)
      else assert.include(repair?.messages.at(-1)?.content, refused)
    }).pipe(Effect.provide(MockLlm.layer([{ step, reply: [reply, good] }])))
  })
})
