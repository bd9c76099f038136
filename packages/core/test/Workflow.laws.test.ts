import { Effect, Schema } from "effect"
import { Engine, Journal, LlmClient, Step, Workflow, type WorkflowState } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"
import { say } from "./support/say.ts"

const a = say("a")
const b = say("b")
const c = say("c")

class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {}
const refuse = Step.effect("refuse", {
  input: Schema.String,
  output: Schema.String,
  run: () => Effect.fail(new Refused())
})

const start = Workflow.make("w", { input: Schema.String })

type Body = Workflow.Workflow<string, object, unknown, LlmClient.LlmClient>

/** One of each combinator, and of some in others. */
const bodies: Readonly<Record<string, Body>> = {
  bind: start.pipe(Workflow.bind("one", a, "input"), Workflow.bind("two", b, "one")),
  let: start.pipe(
    Workflow.let("more", ({ input }) => `${input}!`),
    Workflow.bind("one", a, "more")
  ),
  all: start.pipe(
    Workflow.all((scope) => [
      scope.pipe(Workflow.bind("one", a, "input")),
      scope.pipe(Workflow.bind("two", a, "input"))
    ]),
    Workflow.bind("three", b, ({ one, two }) => one + two)
  ),
  forEach: start.pipe(
    Workflow.forEach("each", a, { items: ({ input }) => [input, "y"], key: (item) => item, input: "item" }),
    Workflow.bind("last", b, ({ each }) => each.join(""))
  ),
  forEachDependency: start.pipe(
    Workflow.forEachDependency("each", b, {
      items: ({ input }) => [input, "y"],
      key: (item) => item,
      dependsOn: (item) => (item === "y" ? [] : ["y"]),
      input: ({ dependencies, item }) => Object.values(dependencies).join("") + item
    })
  ),
  branch: start.pipe(
    Workflow.branch("way", {
      on: ({ input }): boolean => input.length > 1,
      cases: { true: a, false: b },
      input: "input"
    })
  ),
  iterate: start.pipe(
    Workflow.iterate("rounds", a, { input: "input", next: "last", until: ({ last }) => last.length > 20, atMost: 4 })
  ),
  "iterate, of which each asks only what changed": start.pipe(
    Workflow.iterate(
      "rounds",
      start.pipe(
        Workflow.bind("same", a, () => "same"),
        Workflow.bind("one", b, "input")
      ),
      { input: "input", next: "last.one", until: () => false, atMost: 3, again: "changed" }
    )
  ),
  sample: start.pipe(Workflow.sample("samples", a, { input: "input", count: 3 })),
  fallback: start.pipe(Workflow.fallback("safe", refuse, { input: "input", errors: ["Refused"], otherwise: a })),
  timeout: start.pipe(Workflow.timeout("soon", a, { input: "input", after: "1 minute" })),
  gate: start.pipe(
    Workflow.bind("one", a, "input"),
    Workflow.gate("approval", { question: Schema.String, input: "one", decision: Schema.Boolean }),
    Workflow.bind("two", b, ({ approval }) => String(approval))
  ),
  "gate in a sample in a fallback": start.pipe(
    Workflow.fallback(
      "safe",
      start.pipe(
        Workflow.sample(
          "samples",
          start.pipe(
            Workflow.gate("approval", { question: Schema.String, input: "input", decision: Schema.Boolean }),
            Workflow.branch("way", { on: "approval", cases: { true: refuse, false: a }, input: "input" })
          ),
          { input: "input", count: 2 }
        )
      ),
      { input: "input", errors: ["Refused"], otherwise: b }
    )
  ),
  "sample in a branch in a round": start.pipe(
    Workflow.iterate(
      "rounds",
      start.pipe(
        Workflow.branch("way", {
          on: (): boolean => true,
          cases: { true: start.pipe(Workflow.sample("samples", a, { input: "input", count: 2 })), false: b },
          input: "input"
        })
      ),
      { input: "input", until: () => false, atMost: 2 }
    )
  )
}

/** A model that answers equal requests alike, the later a request came the sooner. */
const model = () => {
  const asked: Array<string> = []
  const layer = LlmClient.layer(({ messages }) => {
    const text = messages.at(-1)!.content
    const turns = 20 - asked.push(text)
    return Effect.as(Effect.replicateEffect(Effect.yieldNow, Math.max(turns, 0)), reply(`<${text}>`))
  })
  return { asked, layer }
}

/** Runs a workflow, and says yes to all that it waits for. */
const through = Effect.fnUntraced(function* <Out, E, R>(
  workflow: Workflow.Workflow<string, Out, E, R>,
  from: WorkflowState.WorkflowState
) {
  let outcome = yield* Engine.run(workflow, from)
  while (outcome.undecided.length > 0) {
    const decided = yield* Engine.decide(workflow, outcome.state, outcome.undecided[0]!, true)
    outcome = yield* Engine.run(workflow, decided)
  }
  return outcome
})

const outputOf = <Out>({ ending }: Engine.RunOutcome<Out, unknown>): Out => {
  if (ending._tag === "Completed") return ending.output
  throw new Error(`${ending._tag} at ${ending.path}: ${String(ending.reason)}`)
}

/** What a workflow comes to and asks, and what it comes to and asks when a run of another goes on with it. */
const compared = Effect.fnUntraced(function* <A, B>(
  one: Workflow.Workflow<string, A, unknown, LlmClient.LlmClient>,
  other: Workflow.Workflow<string, B, unknown, LlmClient.LlmClient>
) {
  const { asked, layer } = model()
  return yield* Effect.gen(function* () {
    const taken = () => asked.splice(0).toSorted()
    const first = yield* through(one, yield* Engine.initialize(one, "x"))
    const byOne = taken()
    const fresh = outputOf(yield* through(other, yield* Engine.initialize(other, "x")))
    const byOther = taken()
    const goneOn = outputOf(yield* Engine.run(other, first.state))
    assert.deepStrictEqual(goneOn, fresh)
    return { output: outputOf(first), fresh, byOne, byOther, more: taken(), state: first.state }
  }).pipe(Effect.provide([layer, Journal.layerMemory]))
})

/** What takes whatever a body gives. */
type Taker = Workflow.Workflow<object, object>

const within = <Out>(body: Workflow.Workflow<string, Out, unknown, LlmClient.LlmClient>) =>
  start.pipe(Workflow.bind("inner", body, "input"))

const inner = <Out>({ inner }: { readonly inner: Out }) => inner

describe("the laws of combinators", () => {
  describe.each(Object.entries(bodies))("%s", (_, body) => {
    it.effect("is the same before and after the identity", () =>
      Effect.gen(function* () {
        const after = body.pipe(Workflow.andThen(Workflow.identity(Schema.Unknown) as unknown as Body & Taker))
        assert.strictEqual(after as unknown, body)
        const before = Workflow.identity(Schema.String).pipe(Workflow.andThen(body))
        const { fresh, more, output } = yield* compared(within(body), within(before))
        assert.deepStrictEqual([fresh, more], [output, []])
      })
    )

    it.effect("is what forEach gives for one item", () =>
      Effect.gen(function* () {
        const each = start.pipe(
          Workflow.forEach("inner", body, { items: ({ input }) => [input], key: (item) => item, input: "item" })
        )
        const { byOne, byOther, fresh, more, output } = yield* compared(within(body), each)
        assert.deepStrictEqual(inner(fresh), [inner(output)])
        assert.deepStrictEqual([byOther, more], [byOne, []])
      })
    )

    it.effect("is the same in a nest, but for its paths", () =>
      Effect.gen(function* () {
        const nested = start.pipe(Workflow.bind("inner", start.pipe(Workflow.bind("inner", body, "input")), "input"))
        const { byOne, byOther, fresh, more, output, state } = yield* compared(body, nested)
        assert.deepStrictEqual(inner(inner(fresh)), output)
        assert.deepStrictEqual([byOther, more], [byOne, []])
        const { state: deep } = yield* compared(nested, body)
        const paths = (state: WorkflowState.WorkflowState) => Object.keys(state.records).toSorted()
        assert.deepStrictEqual(
          paths(deep),
          paths(state).map((path) => `inner/inner/${path}`)
        )
      })
    )

    it.effect("comes to the same in whatever order its steps are done", () =>
      Effect.gen(function* () {
        const run = Effect.fnUntraced(function* (turns: number) {
          const layer = LlmClient.layer(({ messages }) => {
            const text = messages.at(-1)!.content
            return Effect.as(Effect.replicateEffect(Effect.yieldNow, (text.length * turns) % 7), reply(`<${text}>`))
          })
          const outcome = Effect.flatMap(Engine.initialize(body, "x", { run: "r" }), (state) => through(body, state))
          const { state } = yield* Effect.provide(outcome, layer)
          return JSON.parse(JSON.stringify(state), (key, value: unknown) =>
            /^(?:at|createdAt|updatedAt|durationMillis)$/.test(key) ? 0 : value
          ) as WorkflowState.WorkflowState
        })
        const first = yield* run(0)
        for (const turns of [1, 2, 3, 5]) assert.deepEqual(yield* run(turns), first)
      })
    )
  })

  it.effect("andThen is associative, up to paths", () =>
    Effect.gen(function* () {
      const text = Workflow.identity(Schema.String)
      const left = text.pipe(Workflow.andThen(a), Workflow.andThen(b), Workflow.andThen(c))
      const right = text.pipe(
        Workflow.andThen(a),
        Workflow.andThen(text.pipe(Workflow.andThen(b), Workflow.andThen(c)))
      )
      const { byOne, byOther, fresh, more, output } = yield* compared(within(left), within(right))
      assert.deepStrictEqual([fresh, byOther, more], [output, byOne, []])
    })
  )
})
