import { assert, describe, it } from "@effect/vitest"
import { WorkflowEvent } from "@stepwright/core"
import { Arbitrary, Effect, Result, Schema } from "effect"
import * as fits from "../../../src/internal/journal/fits.ts"

const isEvent = fits.make(WorkflowEvent.WorkflowEvent.ast)
const decode = Schema.decodeUnknownResult(WorkflowEvent.WorkflowEvent)

const others = [null, true, 1, 1.5, -1, 9e15, "text", [], [1], {}, { a: 1 }, { _tag: "StepStarted" }]

/** Every value that differs from one of JSON in one place: another value there, none, or one more. */
const changed = (value: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) {
    return [...others, ...value.flatMap((item, i) => changed(item).map((other) => value.with(i, other)))]
  }
  if (typeof value !== "object" || value === null) return others
  return [
    ...others,
    { ...value, more: 1 },
    ...Object.entries(value).flatMap(([key, item]) => [
      Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)),
      ...changed(item).map((other) => ({ ...value, [key]: other }))
    ])
  ]
}

describe("fits", () => {
  it.effect.prop(
    "says of an event as it was written that it needs no decoding",
    { event: Arbitrary.schema(WorkflowEvent.WorkflowEvent) },
    ({ event }) =>
      Effect.sync(() => {
        assert.isTrue(isEvent(JSON.parse(JSON.stringify(event))))
      })
  )

  it.effect.prop(
    "says it of nothing that decoding would refuse or change",
    { event: Arbitrary.schema(WorkflowEvent.WorkflowEvent) },
    ({ event }) =>
      Effect.sync(() => {
        for (const value of changed(JSON.parse(JSON.stringify(event))).slice(0, 300)) {
          if (!isEvent(value)) continue
          const decoded = decode(value)
          assert.isTrue(Result.isSuccess(decoded), JSON.stringify(value))
          assert.deepStrictEqual(Result.getOrThrow(decoded), value)
        }
      })
  )

  it("denies what it does not know", () => {
    for (const schema of [Schema.FiniteFromString, Schema.Date, Schema.Never]) {
      assert.isFalse(fits.make(schema.ast)("1"))
      assert.isFalse(fits.make(schema.ast)(["1"]))
    }
  })
})
