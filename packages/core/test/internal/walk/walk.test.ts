import { Effect, Schema } from "effect"
import { Engine, Step, Workflow } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"

const nothing = Step.effect("nothing", { input: Schema.Null, output: Schema.Null, run: () => Effect.succeed(null) })
const begin = Workflow.make("w", { input: Schema.Null })

/** What types would refuse, as a program in JavaScript gives it. */
const given = (value: unknown) => () => value as never
const each = (items: unknown, key: unknown): Workflow.Workflow<null, unknown> =>
  begin.pipe(Workflow.forEach("each", nothing, { items: given(items), key: given(key), input: () => null }))
const ordered = (dependsOn: unknown): Workflow.Workflow<null, unknown> =>
  begin.pipe(
    Workflow.forEachDependency("each", nothing, {
      items: () => ["x"],
      key: () => "k",
      dependsOn: given(dependsOn),
      input: () => null
    })
  )

describe("items that are none", () => {
  it.effect.each([
    ["a text for items", each("xy", "k"), "its items are a text; they must be a list"],
    ["a number for items", each(5, "k"), "its items are a number; they must be a list"],
    ["nothing for items", each(undefined, "k"), "its items are nothing; they must be a list"],
    ["a Set for items", each(new Set([1]), "k"), "its items are an object; they must be a list"],
    ["a number for a key", each(["x"], 1), "a key is a number; it must be a text"],
    ["nothing for a key", each(["x"], null), "a key is nothing; it must be a text"],
    ["a text for dependsOn", ordered("k"), `"k" depends on a text; it must be a list of keys`],
    ["nothing for dependsOn", ordered(undefined), `"k" depends on nothing; it must be a list of keys`]
  ] as const)("end the run there, in words: %s", ([, workflow, words]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Engine.execute(workflow, null))
      assert.deepStrictEqual([error.path, error.reason._tag], ["each", "InvalidItems"])
      assert.include(error.message, words)
      const state = yield* Engine.initialize(workflow, null)
      const plan = yield* Engine.plan(workflow, state)
      assert.include(JSON.stringify(plan), words.replaceAll('"', '\\"'))
    })
  )
})

describe("a list that a step changes", () => {
  const list: Array<string> = []
  const change = Step.effect("change", {
    input: Schema.String,
    output: Schema.String,
    run: (item) => Effect.sync(() => (list.push("c"), list.splice(1, 1, "d"), item))
  })
  const lists = { items: () => list, key: (item: string) => item, input: ({ item }: { readonly item: string }) => item }

  const each: Workflow.Workflow<null, unknown> = begin.pipe(Workflow.forEach("each", change, lists))
  const ordered: Workflow.Workflow<null, unknown> = begin.pipe(
    Workflow.forEachDependency("each", change, { ...lists, dependsOn: () => [] })
  )

  it.effect.each([
    ["forEach", each, ["a", "b"]],
    ["forEachDependency", ordered, { a: "a", b: "b" }]
  ] as const)("is walked as it was by %s", ([, workflow, each]) =>
    Effect.gen(function* () {
      list.splice(0, list.length, "a", "b")
      assert.deepStrictEqual(yield* Engine.execute(workflow, null), { input: null, each })
    })
  )
})
