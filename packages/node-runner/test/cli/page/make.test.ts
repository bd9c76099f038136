import { gunzipSync } from "node:zlib"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Engine, LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Effect, Layer, Schema } from "effect"
import { Bound, forget } from "../../../src/cli/module/workflowModule.ts"
import { make, type Options } from "../../../src/cli/page/make.ts"
import * as NodeHasher from "../../../src/NodeHasher.ts"
import * as NodeJournal from "../../../src/NodeJournal.ts"
import { inFolder } from "../../support/commandLine.ts"

/** A text with a word that is nowhere else, so often that it is worth a word of two characters. */
const marked = (name: string) => `${`marked${name} `.repeat(9)}.`

const Text = Schema.Struct({ text: Schema.String }).annotate({ description: marked("Schema") })
const texts = { input: Text, output: Schema.Struct({ text: Schema.String }) }

// named as what says something in an event
const output = Step.make("output", {
  ...texts,
  system: marked("System"),
  prompt: PromptTemplate.make(`${marked("Template")} {{text}}`),
  variables: ({ text }) => ({ text })
})
const long = Step.effect("long", {
  input: Text,
  output: Schema.String,
  run: () => Effect.succeed(Array.from({ length: 300 }, (_, i) => `markedLong ${(i * 7919) % 10_007}`).join())
})
const noting = Step.effect("noting", {
  input: Text,
  output: Schema.Struct({ notes: Schema.Array(Schema.Struct({ kind: Schema.String, text: Schema.String })) }),
  produces: "notes",
  run: () => Effect.succeed({ notes: [{ kind: "question", text: marked("Note") }] })
})

class Refused extends Schema.TaggedError<Refused>()("Refused", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}
const refuse = Step.effect("refuse", {
  input: Text,
  output: Schema.String,
  error: Refused,
  run: () => Effect.fail(new Refused({ reason: marked("Error") }))
})

const workflow = Workflow.make("marked", { input: Text }).pipe(
  Workflow.bind("output", output, "input"),
  Workflow.bind("long", long, "input"),
  Workflow.bind("noting", noting, "input"),
  Workflow.gate("decided", { question: Schema.String, input: () => marked("Question"), decision: Schema.String }),
  Workflow.gate("open", { question: Schema.String, input: () => marked("Asked"), decision: Schema.Boolean }),
  Workflow.bind("refused", refuse, "input")
)

/** What is said in a run, and in forks of it. */
const names = ["Asked", "Changed", "Decision", "Edited", "EditedSystem", "Error", "Input", "Long", "Note", "Question"]
const all = [...names, "Reply", "Schema", "Stop", "System", "Template"]

const model = LlmClient.layer(() =>
  Effect.succeed({ text: JSON.stringify({ text: marked("Reply") }), finishReason: "stop", usage: {} })
)
const environment = Layer.mergeAll(
  NodeJournal.layer({ directory: ".stepwright/runs" }),
  NodeHasher.layer,
  NodeServices.layer,
  model
)

/** A run with a decision that waits, and a fork of it with prompts of its own, in which a step fails. */
const ran = Effect.gen(function* () {
  const begun = yield* Engine.initialize(workflow, { text: marked("Input") }, { run: "first" })
  yield* Effect.ignore(Engine.run(workflow, begun))
  const asked = yield* Engine.load(workflow, "first")
  const decided = yield* Engine.decide(workflow, asked, "decided", marked("Decision"), { who: "ada" })
  yield* Effect.ignore(Engine.run(workflow, decided))
  const config = {
    parameters: { stop: [marked("Stop")] },
    steps: { output: { prompt: `${marked("Edited")} {{text}}`, system: marked("EditedSystem") } }
  }
  const origin = yield* Engine.load(workflow, "first")
  const fork = yield* Engine.import(workflow, { ...origin, config }, { run: "fork" })
  // what was there becomes what was there before
  const changed = yield* Engine.set(workflow, fork, "input", { text: marked("Changed") })
  yield* Effect.ignore(Engine.run(workflow, changed))
  const told = yield* Engine.load(workflow, "fork")
  yield* Effect.ignore(Engine.run(workflow, yield* Engine.decide(workflow, told, "open", true)))
  // and once more, with all that in the state that it starts from
  yield* Engine.import(workflow, yield* Engine.load(workflow, "fork"), { run: "again" })
})

/** All that is in a file, unpacked, the page itself left out. */
const unpacked = (html: string): string =>
  [...html.matchAll(/<script type="application\/gzip"[^>]*>([^<]*)/gu)]
    .map(([, base64 = ""]) => gunzipSync(Buffer.from(base64, "base64")).toString())
    .join("\n")

const made = (run: string, options: Options) => make({ script: "", style: "" }, run, options)

const there = <A, E>(work: Effect.Effect<A, E, Layer.Success<typeof environment>>) =>
  work.pipe(
    Effect.provide(environment),
    Effect.provideService(Bound, {
      workflow: forget(workflow),
      layer: Layer.empty as never,
      hasLayer: false,
      program: "p.ts"
    }),
    inFolder
  )

/** The marked words in a text. */
const wordsIn = (text: string): ReadonlyArray<string> =>
  [...new Set(Array.from(text.matchAll(/marked([A-Z]\w*)/gu), ([, name = ""]) => name))].toSorted()

describe("make", () => {
  it.effect("has no word of a text that is left out, but what an error says", () =>
    Effect.gen(function* () {
      yield* ran
      const seen = new Set<string>()
      for (const run of ["first", "fork", "again"]) {
        const whole = yield* made(run, { hasTexts: true, most: 1e9 })
        for (const word of wordsIn(unpacked(whole.html))) seen.add(word)
        const { html, holds } = yield* made(run, { hasTexts: false, most: 1e9 })
        const text = unpacked(html)
        assert.deepStrictEqual(wordsIn(text), ["Error"], run)
        // nor anything by which somebody could find out whether it is one that they guess
        assert.notMatch(text, /[\da-f]{64}/u)
        assert.deepStrictEqual(
          holds.map(({ kind }) => kind),
          ["error"],
          run
        )
      }
      // all of them would be there otherwise
      assert.deepStrictEqual([...seen].toSorted(), all)
    }).pipe(there)
  )

  it.effect("keeps what a configuration sets that is no text, and counts its texts with the workflow's", () =>
    Effect.gen(function* () {
      yield* ran
      const ofWorkflow = ({ without }: Effect.Success<ReturnType<typeof made>>) =>
        without.find(({ kind }) => kind === "workflow")!
      const bare = ofWorkflow(yield* made("first", { hasTexts: false, most: 1e9 }))
      const fork = yield* made("fork", { hasTexts: false, most: 1e9 })
      assert.strictEqual(ofWorkflow(fork).count, 1)
      assert.isAbove(ofWorkflow(fork).bytes, bare.bytes + marked("Edited").length)
      const standing = unpacked(fork.html)
        .split("\n")
        .find((line) => line.startsWith("/runs/fork {"))!
      const { config } = JSON.parse(standing.slice("/runs/fork ".length))
      assert.match(config.steps.output.prompt, /^\(left out of this file: /u)
    }).pipe(there)
  )

  it.effect("has no word of the largest texts where it is to be smaller", () =>
    Effect.gen(function* () {
      yield* ran
      const whole = yield* made("first", { hasTexts: true, most: 1e9 })
      const fitted = yield* made("first", { hasTexts: true, most: Buffer.byteLength(whole.html) - 200 })
      assert.deepStrictEqual(
        fitted.tooLarge.map(({ kind, of }) => [kind, of]),
        [["output", "long"]]
      )
      assert.include(wordsIn(unpacked(whole.html)), "Long")
      assert.notInclude(wordsIn(unpacked(fitted.html)), "Long")
    }).pipe(there)
  )
})
