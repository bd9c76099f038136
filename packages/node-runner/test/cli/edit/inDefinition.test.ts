import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { placedIn } from "../../../src/cli/edit/inDefinition.ts"

const ask = (name: string) =>
  Step.make(name, {
    input: Schema.String,
    output: Schema.String,
    prompt: PromptTemplate.make("{{text}}"),
    variables: (text) => ({ text })
  })
class Odd extends Schema.TaggedError<Odd>()("Odd", {}) {}
const may = Step.effect("may", {
  input: Schema.String,
  output: Schema.String,
  error: Odd,
  run: (text) => (text === "" ? Effect.fail(new Odd()) : Effect.succeed(text))
})
const [a, b, c, d] = [ask("a"), ask("b"), ask("c"), ask("d")]
const inner = Workflow.make("inner", { input: Schema.String }).pipe(Workflow.bind("text", b, "input"))
const Input = Schema.Struct({ text: Schema.String, way: Schema.Literals(["a b", "other"]) })
const workflow = Workflow.make("w", { input: Input }).pipe(
  Workflow.bind("first", a, "input.text"),
  Workflow.all((scope) => [
    scope.pipe(Workflow.bind("group", inner, "first")),
    scope.pipe(Workflow.sample("tries", c, { input: "first", count: 2 }))
  ]),
  Workflow.branch("way", { on: "input.way", cases: { "a b": a, other: d }, input: "first" }),
  Workflow.fallback("safe", may, { errors: ["Odd"], input: "first", otherwise: d })
)

describe("placedIn", () => {
  it("finds each step of a definition under the path that the workflow has it at", () => {
    const definition = Workflow.toConfig(workflow, { steps: { a, b, c, d, may } })
    assert.strictEqual(definition._tag, "Success")
    if (definition._tag !== "Success") return
    const placed = placedIn(definition.success)
    assert.deepStrictEqual(placed.map(({ path }) => path).toSorted(), [...Workflow.stepPaths(workflow)].toSorted())
    for (const { body, keys } of placed) {
      const there = keys.reduce((part: never, key) => part[key], definition.success as never)
      assert.strictEqual(there, body)
    }
  })
})
