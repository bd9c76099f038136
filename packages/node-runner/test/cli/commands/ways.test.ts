import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Effect, Layer, Schema } from "effect"
import { forget, type Loaded } from "../../../src/cli/module/workflowModule.ts"
import { program } from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

const Text = Schema.Struct({ text: Schema.String })

const code = (name: string) =>
  Step.effect(name, { input: Text, output: Schema.String, run: ({ text }) => Effect.succeed(`${name} ${text.trim()}`) })

class Worn extends Schema.TaggedError<Worn>()("Worn", {}) {
  override get message() {
    return "worn out"
  }
}

const fails = Step.effect("fails", { input: Text, output: Schema.String, run: () => Effect.fail(new Worn()) })

const say = Step.make("say", {
  input: Text,
  output: Schema.String,
  prompt: PromptTemplate.make("{{text}}"),
  variables: ({ text }) => ({ text })
})

const begun = Workflow.make("ways", { input: Text })

const forked = (kind: "bug" | "question") =>
  program(
    begun.pipe(
      Workflow.let("kind", (): "bug" | "question" => kind),
      Workflow.branch("answer", {
        on: "kind",
        cases: { bug: code("fix"), question: code("reply") },
        input: "input"
      }),
      Workflow.bind("last", code("last"), ({ answer }) => ({ text: answer }))
    )
  )

const fallen = program(
  begun.pipe(
    Workflow.fallback("draft", fails, { input: "input", errors: ["Worn"], otherwise: code("other") }),
    Workflow.bind("last", code("last"), ({ draft }) => ({ text: draft }))
  )
)

const round = Workflow.make("round", { input: Text }).pipe(
  Workflow.bind("facts", say, () => ({ text: "facts" })),
  Workflow.bind("write", say, "input")
)

const asked: Loaded = {
  ...program(
    begun.pipe(
      Workflow.iterate("refine", round, {
        input: "input",
        next: ({ last }) => ({ text: `${last.write}!` }),
        until: ({ last }) => last.write.length > 8,
        atMost: 5,
        again: "changed"
      })
    )
  ),
  layer: LlmClient.layer(({ messages }) =>
    Effect.succeed({ text: `<${messages[0]!.content.trim()}>`, finishReason: "stop", usage: {} })
  ) as Layer.Layer<never>,
  hasLayer: true
}

const started = Effect.fnUntraced(function* (bound: Loaded, text = "x") {
  writeFileSync("doc.md", text)
  return yield* call(["run", "doc.md"], bound)
})

const document = Effect.fnUntraced(function* (bound: Loaded, ...args: ReadonlyArray<string>) {
  return JSON.parse((yield* call([...args, "--json"], bound)).out)
})

const steps = Effect.fnUntraced(function* (bound: Loaded) {
  const { steps } = yield* document(bound, "status")
  return steps.map(({ path, status, why }: Readonly<Record<string, string>>) =>
    why === undefined ? [path, status] : [path, status, why]
  )
})

describe("a branch", () => {
  it.effect("is shown by the way that is taken; what another one made is none of the run's results", () =>
    Effect.gen(function* () {
      yield* started(forked("bug"))
      assert.deepStrictEqual(yield* steps(forked("bug")), [
        ["answer/bug", "done"],
        ["last", "done"]
      ])
      assert.deepStrictEqual(yield* steps(forked("question")), [
        ["answer/bug", "skipped", "not taken"],
        ["answer/question", "waiting"],
        ["last", "stale", "reads answer/question"]
      ])
      const { output } = yield* document(forked("question"), "resume")
      assert.deepStrictEqual(output, { "answer/question": "reply x", last: "last reply x" })
      assert.deepStrictEqual(yield* steps(forked("question")), [
        ["answer/bug", "skipped", "not taken"],
        ["answer/question", "done"],
        ["last", "done"]
      ])
      const { out } = yield* call(["status"], forked("question"))
      assert.match(out, /\n✔ answer\n {2}- bug +not taken\n {2}✔ question/)
    }).pipe(inFolder)
  )
})

describe("a fallback", () => {
  it.effect("is shown with what failed and was taken over, and fails no run", () =>
    Effect.gen(function* () {
      const { err, out, status } = yield* started(fallen)
      assert.strictEqual(status, 0, err)
      assert.match(out, /\nlast:\nlast other x\n$/)
      assert.deepStrictEqual(yield* steps(fallen), [
        ["draft/try", "takenOver", "failed: Worn, taken over"],
        ["draft/otherwise", "done"],
        ["last", "done"]
      ])
      const told = yield* call(["status"], fallen)
      assert.match(told.out, /COMPLETED\n✔ draft\n {2}↷ try +failed: Worn, taken over.*\n +worn out\n {2}✔ otherwise/)
      assert.deepStrictEqual((yield* document(fallen, "resume")).output, {
        "draft/otherwise": "other x",
        last: "last other x"
      })
      const [{ status: shown, steps: done }] = yield* document(fallen, "list")
      assert.deepStrictEqual([shown, done], ["COMPLETED", 2])
      const none = yield* call(["show", "draft/try"], fallen)
      assert.include(none.err, "draft/try has no result: it failed, which was taken over: worn out")
    }).pipe(inFolder)
  )
})

describe("rounds", () => {
  it.effect("are counted, and what one shares with another is shown as its own", () =>
    Effect.gen(function* () {
      yield* started(asked)
      const { out } = yield* call(["status"], asked)
      assert.match(out, /\n✔ refine +round 3 of at most 5\n/)
      assert.match(out, /\n {2}✔ 2\n {4}✔ facts +as in refine\/1\/facts\n/)
      const [{ steps: done }] = yield* document(asked, "list")
      assert.strictEqual(done, 6)
      const { output } = yield* document(asked, "resume")
      assert.strictEqual(output["refine/2/facts"], "<facts>")
      assert.strictEqual((yield* call(["show", "refine/2/facts"], asked)).out, "<facts>\n")
      assert.strictEqual((yield* call(["show", "refine/2/facts", "--reply"], asked)).out, "<facts>\n")
      assert.include((yield* call(["show", "refine/2/facts", "--prompt"], asked)).out, "facts")
    }).pipe(inFolder)
  )
})

describe("a result that is found elsewhere", () => {
  const named = (name: "one" | "two"): Loaded => ({
    ...asked,
    workflow: forget(begun.pipe(Workflow.bind(name as "one", say, "input")))
  })
  it.effect("is shown with where it was made, and its reply too", () =>
    Effect.gen(function* () {
      yield* started(named("one"))
      const { err, status } = yield* call(["resume"], named("two"))
      assert.strictEqual(status, 0, err)
      assert.match((yield* call(["status"], named("two"))).out, /\n✔ two +moved from one/)
      assert.strictEqual((yield* call(["show", "two", "--reply"], named("two"))).out, "<x>\n")
      assert.strictEqual((yield* call(["show", "two"], named("two"))).out, "<x>\n")
    }).pipe(inFolder)
  )
})
