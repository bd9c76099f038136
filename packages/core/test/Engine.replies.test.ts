import { Effect, Schema } from "effect"
import { Engine, Journal, LlmError, PromptTemplate, Step, Workflow, WorkflowState } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runState, stepState } from "./support/engine.ts"
import { afterReply, begun, cut, keeping, model, replies, resumed, stateOf } from "./support/keeping.ts"
import { reply } from "./support/scripted.ts"

const Text = Schema.Struct({ text: Schema.String })
const Digits = Schema.String.check(Schema.isPattern(/^\d+$/))

type Options = Partial<Step.ModelSettings> & {
  readonly system?: string
  readonly template?: "{{text}}" | "Now: {{text}}"
  readonly output?: Schema.Codec<unknown, unknown>
  readonly check?: (output: unknown, input: typeof Text.Type) => string | undefined
  readonly version?: number
}

const number = ({ output = Digits, template = "{{text}}", ...options }: Options = {}) =>
  Step.make("number", {
    input: Text,
    output,
    prompt: PromptTemplate.make(template),
    variables: ({ text }) => ({ text }),
    ...options
  })

const one = (options: Options = {}) =>
  Workflow.make("w", { input: Text }).pipe(Workflow.bind("number", number(options), "input"))

const many = Workflow.make("w", { input: Schema.Array(Text) }).pipe(
  Workflow.forEach("each", number(), { items: "input", key: "text", input: "item", concurrency: 2 }),
  Workflow.bind("last", number(), ({ each }) => ({ text: each.join() }))
)

/** A run of one step, killed after the reply of a turn. */
const killed = (turn: number, options: Options = {}) =>
  Effect.map(Effect.provide(keeping(begun(one(options), { text: "go" })), model().layer), (kept) =>
    cut(kept, afterReply(kept, turn))
  )

describe("Engine, replies that are in the journal", () => {
  it.effect("are asked for once, wherever the run is cut, and cut again", () =>
    Effect.gen(function* () {
      const first = model()
      const whole = yield* Effect.provide(keeping(begun(one(), { text: "go" })), first.layer)
      assert.deepStrictEqual(first.turns(), [1, 2, 3])
      const expected = stateOf(whole)
      for (let length = 1; length <= whole.events.length; length++) {
        const before = cut(whole, length)
        const again = model()
        const once = yield* Effect.provide(keeping(resumed(one()), before), again.layer)
        assert.deepStrictEqual(again.turns(), [1, 2, 3].slice(replies(before)), `cut after ${length} events`)
        for (let second = length; second <= once.events.length; second++) {
          const between = cut(once, second)
          const last = model()
          const twice = yield* Effect.provide(keeping(resumed(one()), between), last.layer)
          assert.deepStrictEqual(last.turns(), [1, 2, 3].slice(replies(between)), `after ${length}, then ${second}`)
          assert.strictEqual(replies(twice), 3)
          const { result } = twice.result.state.records["number"]!
          assert.deepStrictEqual({ ...result, at: 0 }, { ...expected.records["number"]?.result, at: 0 })
        }
        const { state } = once.result
        assert.deepStrictEqual(stateOf(once), state)
        assert.deepStrictEqual(yield* WorkflowState.fromJson(WorkflowState.toJson(stateOf(before))), stateOf(before))
        const { records } = state
        assert.deepStrictEqual(
          [records["number"]?.replies, records["number"]?.usage],
          [expected.records["number"]?.replies, expected.records["number"]?.usage]
        )
        assert.strictEqual(once.result.replies, 3 - replies(before))
      }
    })
  )

  it.effect("are asked for once by steps side by side, and by those after them", () =>
    Effect.gen(function* () {
      const input = [{ text: "a" }, { text: "b" }, { text: "c" }]
      const first = model()
      const whole = yield* Effect.provide(keeping(begun(many, input)), first.layer)
      assert.strictEqual(first.asked.length, 12)
      for (let length = 1; length <= whole.events.length; length++) {
        const before = cut(whole, length)
        const again = model()
        const { result } = yield* Effect.provide(keeping(resumed(many), before), again.layer)
        assert.deepStrictEqual(result.ending, whole.result.ending)
        assert.strictEqual(again.asked.length, 12 - replies(before), `cut after ${length} events`)
      }
    })
  )

  it.effect("are asked for once in samples, in rounds, and before another way is taken", () =>
    Effect.gen(function* () {
      const useless = number({ template: "Now: {{text}}", repair: 1 })
      const all = Workflow.make("w", { input: Text }).pipe(
        Workflow.sample("drafts", number(), { input: "input", count: 2 }),
        Workflow.fallback("either", useless, { input: "input", errors: ["StepOutputError"], otherwise: number() }),
        Workflow.iterate("rounds", number(), {
          input: ({ input }) => input,
          next: ({ last }) => ({ text: `after ${last}` }),
          until: () => false,
          atMost: 2
        })
      )
      const first = model()
      const whole = yield* Effect.provide(keeping(begun(all, { text: "go" })), first.layer)
      assert.strictEqual(first.asked.length, 17)
      for (let length = 1; length <= whole.events.length; length++) {
        const before = cut(whole, length)
        const again = model()
        const { result } = yield* Effect.provide(keeping(resumed(all), before), again.layer)
        assert.deepStrictEqual(result.ending, whole.result.ending)
        assert.strictEqual(again.asked.length, 17 - replies(before), `cut after ${length} events`)
      }
    })
  )

  it.effect("are taken by a single step as by a run, and by a state that went to JSON and back", () =>
    Effect.gen(function* () {
      const kept = yield* killed(2)
      const again = model()
      const read = Effect.flatMap(WorkflowState.fromJson(WorkflowState.toJson(stateOf(kept))), (state) =>
        stepState(one(), state, "number")
      )
      const { result } = yield* Effect.provide(keeping(read, kept), again.layer)
      assert.deepStrictEqual([again.turns(), result.records["number"]?.result?.output], [[3], "3"])
    })
  )

  it.effect("are read by the parser of today: a usable one is the result, another is told what is wrong today", () =>
    Effect.gen(function* () {
      const kept = yield* killed(2)
      const none = model()
      const lenient = yield* Effect.provide(keeping(resumed(one({ output: Schema.String })), kept), none.layer)
      assert.deepStrictEqual([none.turns(), lenient.result.state.records["number"]?.result?.output], [[], "no"])
      const Short = Schema.String.check(Schema.isMaxLength(1))
      const some = model()
      const strict = yield* Effect.provide(keeping(resumed(one({ output: Short })), kept), some.layer)
      // the first reply is refused for another reason, so that the second turn is another one
      assert.deepStrictEqual([some.turns(), strict.result.state.status], [[2, 3], "COMPLETED"])
      assert.deepStrictEqual(some.asked[0]?.messages[1], { role: "assistant", content: "no" })
    })
  )

  it.effect("are checked by the check of today, which a result is not: that is what `version` is for", () =>
    Effect.gen(function* () {
      const noNo = (output: unknown, { text }: typeof Text.Type) => (output === "no" ? `not to "${text}"` : undefined)
      const checked = { output: Schema.String, check: noNo }
      const kept = yield* killed(1, { output: Schema.String })
      const some = model()
      const { result } = yield* Effect.provide(keeping(resumed(one(checked)), kept), some.layer)
      assert.deepStrictEqual([some.turns(), result.state.records["number"]?.result?.output], [[2], "nor"])
      assert.include(some.asked[0]?.messages[2]?.content, `not to "go"`)

      const done = yield* Effect.provide(keeping(resumed(one({ output: Schema.String })), kept), model().layer)
      const none = model()
      const still = yield* Effect.provide(keeping(resumed(one(checked)), done), none.layer)
      assert.deepStrictEqual([none.turns(), still.result.state.records["number"]?.result?.output], [[], "no"])
      const anew = model()
      yield* Effect.provide(keeping(resumed(one({ ...checked, version: 2 })), done), anew.layer)
      assert.deepStrictEqual(anew.turns(), [1, 2])
    })
  )

  it.effect("are no result of a step whose check refuses them all, which another way may take over", () =>
    Effect.gen(function* () {
      const picky = number({ output: Schema.String, check: () => "never", repair: 1 })
      const either = Workflow.make("w", { input: Text }).pipe(
        Workflow.fallback("either", picky, { input: "input", errors: ["StepOutputError"], otherwise: number() })
      )
      const first = model()
      const whole = yield* Effect.provide(keeping(begun(either, { text: "go" })), first.layer)
      assert.deepStrictEqual(first.turns(), [1, 2, 1, 2, 3])
      for (let length = 1; length <= whole.events.length; length++) {
        const before = cut(whole, length)
        const again = model()
        const { result } = yield* Effect.provide(keeping(resumed(either), before), again.layer)
        assert.deepStrictEqual(result.ending, whole.result.ending)
        assert.strictEqual(again.asked.length, 5 - replies(before), `cut after ${length} events`)
      }
    })
  )

  for (const [what, options] of [
    ["another prompt", { template: "Now: {{text}}" }],
    ["another system text", { system: "Be brief." }],
    ["other parameters", { parameters: { temperature: 1 } }],
    ["another response format", { output: Schema.Struct({ x: Schema.Int }) }]
  ] as const) {
    it.effect(`answer what they were asked, and not ${what}`, () =>
      Effect.gen(function* () {
        const again = model(() => '{"x":3}')
        const workflow = one({ repair: 0, ...options })
        const kept = yield* killed(1, { repair: 0 })
        yield* Effect.provide(keeping(resumed(workflow), kept), again.layer)
        assert.deepStrictEqual(again.turns(), [1])
      })
    )
  }

  it.effect("stay those of the model that gave them where another is named since", () =>
    Effect.gen(function* () {
      const kept = yield* killed(3, { model: "small" })
      const none = model()
      const { result } = yield* Effect.provide(keeping(resumed(one({ model: "large" })), kept), none.layer)
      const { records } = result.state
      assert.deepStrictEqual([none.turns(), records["number"]?.result?.model], [[], "small"])
      const two = yield* killed(2, { model: "small" })
      const some = model()
      const further = yield* Effect.provide(keeping(resumed(one({ model: "large" })), two), some.layer)
      assert.deepStrictEqual(
        some.asked.map(({ metadata, model }) => [metadata.turn, model]),
        [[3, "large"]]
      )
      assert.strictEqual(further.result.state.records["number"]?.result?.model, "large")
    })
  )

  it.effect("end as they ended: one that was cut off is followed by the next model, a filtered one is refused", () =>
    Effect.gen(function* () {
      const models = { model: ["small", "large"] as const }
      const short = model((request) => (request.model === "small" ? reply("3", { finishReason: "length" }) : "4"))
      const whole = yield* Effect.provide(keeping(begun(one(models), { text: "go" })), short.layer)
      assert.strictEqual(short.asked.length, 2)
      const rest = model(() => "4")
      yield* Effect.provide(keeping(resumed(one(models)), cut(whole, afterReply(whole, 1))), rest.layer)
      assert.deepStrictEqual(
        rest.asked.map(({ metadata, model }) => [metadata.turn, model]),
        [[2, "large"]]
      )
      const filtered = model(() => reply("3", { finishReason: "content-filter" }))
      const refused = yield* Effect.provide(keeping(begun(one(), { text: "go" })), filtered.layer)
      const none = model()
      const { result } = yield* Effect.provide(
        keeping(resumed(one()), cut(refused, afterReply(refused, 1))),
        none.layer
      )
      assert.deepStrictEqual([none.turns(), result.ending], [[], refused.result.ending])
    })
  )

  it.effect("count among what a step's error says that all of them cost", () =>
    Effect.gen(function* () {
      const useless = model(() => "no")
      const whole = yield* Effect.provide(keeping(begun(one(), { text: "go" })), useless.layer)
      const kept = cut(whole, afterReply(whole, 2))
      const { result } = yield* Effect.provide(keeping(resumed(one()), kept), model(() => "no").layer)
      assert.deepStrictEqual(result.ending, whole.result.ending)
      assert.strictEqual(result.replies, 1)
    })
  )

  it.effect("are asked for anew after a failure, and when a new result is asked for", () =>
    Effect.gen(function* () {
      const useless = model(() => "no")
      const failed = yield* Effect.provide(keeping(begun(one(), { text: "go" })), useless.layer)
      const after = model(() => "3")
      const healed = yield* Effect.provide(keeping(resumed(one()), failed), after.layer)
      assert.deepStrictEqual(after.turns(), [1])
      assert.notProperty(healed.result.state.records["number"], "replied")

      const kept = yield* killed(2)
      const forced = model(() => "4")
      const forcing = Effect.flatMap(Engine.load(one(), "r"), (state) =>
        stepState(one(), state, "number", { force: true })
      )
      const { result } = yield* Effect.provide(keeping(forcing, kept), forced.layer)
      assert.deepStrictEqual([forced.turns(), result.records["number"]?.result?.output], [[1], "4"])
    })
  )

  it.effect("are taken up again where a cap came between them and their repair", () =>
    Effect.gen(function* () {
      const detail = "no more calls"
      const capped = model(({ metadata }) =>
        metadata.turn === 1 ? "no" : new LlmError.LlmError({ reason: new LlmError.BudgetExceeded({ detail }) })
      )
      const suspended = yield* Effect.provide(keeping(begun(one(), { text: "go" })), capped.layer)
      assert.strictEqual(suspended.result.state.status, "SUSPENDED")
      const after = model(() => "3")
      const done = yield* Effect.provide(keeping(resumed(one()), suspended), after.layer)
      assert.deepStrictEqual([after.turns(), done.result.state.status], [[2], "COMPLETED"])
      assert.notProperty(done.result.state.records["number"], "replied")
    })
  )

  it.effect("count no more once a result is set by hand", () =>
    Effect.gen(function* () {
      const kept = yield* killed(3)
      const byHand = Effect.flatMap(Engine.load(one(), "r"), (state) => Engine.set(one(), state, "number", "5"))
      const { result } = yield* Effect.provide(keeping(byHand, kept), model().layer)
      assert.notProperty(result.records["number"], "replied")
      assert.strictEqual(result.records["number"]?.result?.output, "5")
    })
  )

  for (const [what, damage] of [
    ["altered", (texts: Map<string, string>, hash: string) => void texts.set(hash, "4")],
    ["lost", (texts: Map<string, string>, hash: string) => void texts.delete(hash)],
    ["emptied", (texts: Map<string, string>, hash: string) => void texts.set(hash, "")]
  ] as const) {
    it.effect(`are asked for again where their text was ${what}`, () =>
      Effect.gen(function* () {
        const kept = yield* killed(3)
        const last = kept.events.at(-1)!
        assert.strictEqual(last._tag, "StepReplied")
        const texts = new Map(kept.texts)
        if (last._tag === "StepReplied") damage(texts, last.reply)
        const again = model()
        const done = yield* Effect.provide(keeping(resumed(one()), { ...kept, texts }), again.layer)
        assert.deepStrictEqual([again.turns(), done.result.state.records["number"]?.result?.output], [[3], "3"])
      })
    )
  }

  it.effect("are not paid for again because the journal cannot be read now", () =>
    Effect.gen(function* () {
      const kept = yield* killed(3)
      const again = model()
      const failing = Effect.gen(function* () {
        const journal = yield* Journal.Journal
        const getText: Journal.Service["getText"] = (run) =>
          Effect.fail(new Journal.JournalError({ run, reason: "Failed", detail: "no permission" }))
        return yield* Effect.provideService(Effect.flip(resumed(one())), Journal.Journal, { ...journal, getText })
      })
      const { events, result } = yield* Effect.provide(keeping(failing, kept), again.layer)
      assert.deepStrictEqual([again.turns(), result.reason._tag], [[], "JournalError"])
      assert.include(result.message, "no permission")
      const later = yield* Effect.provide(keeping(resumed(one()), { events, texts: kept.texts }), again.layer)
      assert.deepStrictEqual([again.turns(), later.result.state.status], [[], "COMPLETED"])
    })
  )

  it.effect("are asked for again by a run of another journal, which has a state but no texts", () =>
    Effect.gen(function* () {
      const state = stateOf(yield* killed(2))
      const again = model()
      const done = yield* Effect.provide(
        Effect.provideService(runState(one(), state), Journal.Journal, Journal.makeMemory()),
        again.layer
      )
      assert.deepStrictEqual([again.turns(), done.status], [[1, 2, 3], "COMPLETED"])
    })
  )
})
