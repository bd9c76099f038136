import { readdirSync, writeFileSync } from "node:fs"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Journal, LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Console, Effect, Layer, Schema } from "effect"
import { CliOutput, Command } from "effect/cli"
import { general } from "../../../src/cli/base/words.ts"
import * as stepwright from "../../../src/cli/commands/stepwright.ts"
import { Bound, forget } from "../../../src/cli/module/workflowModule.ts"
import * as NodeJournal from "../../../src/NodeJournal.ts"
import * as support from "../../support/commandLine.ts"

/** What happens behind a run, counted. */
const counts = () => ({ built: 0, walked: 0, read: 0, asked: 0 })
type Counts = ReturnType<typeof counts>

const say = Step.make("say", {
  input: Schema.Struct({ text: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("{{text}}"),
  variables: ({ text }) => ({ text })
})

/** A workflow of three steps whose last selector is called once a walk. */
const workflowOf = (counts: Counts) =>
  Workflow.make("saying", { input: Schema.Struct({ text: Schema.String }) }).pipe(
    Workflow.bind("first", say, "input"),
    Workflow.forEach("each", say, { items: () => ["a", "b"], key: (item) => item, input: { text: "item" } }),
    Workflow.bind("last", say, ({ each }) => {
      counts.walked++
      return { text: each.join() }
    })
  )

const clientOf = (counts: Counts) =>
  Layer.sync(LlmClient.LlmClient, () => {
    counts.built++
    return LlmClient.make(() =>
      Effect.sync(() => {
        counts.asked++
        return { text: "said", finishReason: "stop", usage: {} }
      })
    )
  })

/** The journal on disk, each reading of it counted. */
const journalOf = (counts: Counts) =>
  Layer.effect(
    Journal.Journal,
    Effect.map(Journal.Journal, (journal) => {
      const counting = <A, E>(read: Effect.Effect<A, E>) => Effect.suspend(() => (counts.read++, read))
      return {
        ...journal,
        load: (run: string) => counting(journal.load(run)),
        getText: (run: string, hash: string) => counting(journal.getText(run, hash))
      }
    })
  ).pipe(Layer.provide(NodeJournal.layer({ directory: ".stepwright/runs" })))

const call = (counts: Counts, ...args: ReadonlyArray<string>) => {
  const printed: Array<string> = []
  const console = { ...globalThis.console, log: (text: string) => void printed.push(text) }
  const bound = {
    workflow: forget(workflowOf(counts)),
    layer: clientOf(counts),
    hasLayer: true,
    program: "saying.ts"
  }
  return stepwright.make("stepwright", general).pipe(
    Effect.flatMap((command) => Command.runWith(command, { version: "0.0.0" })(args)),
    Effect.provide([journalOf(counts), NodeServices.layer, CliOutput.layerPresenter(CliOutput.defaultPresenter)]),
    Effect.provideService(Bound, bound),
    Effect.provideService(Console.Console, console),
    Effect.as(printed)
  )
}

const inFolder = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.andThen(
    Effect.sync(() => writeFileSync("doc.md", "Say it.")),
    work
  ).pipe(support.inFolder)

describe("run", () => {
  it.effect("builds the client once, walks the workflow once and never reads the journal", () =>
    Effect.gen(function* () {
      const counted = counts()
      const printed = yield* call(counted, "run", "doc.md", "--max-calls", "10")
      assert.include(printed.join("\n"), "COMPLETED")
      assert.deepStrictEqual(counted, { built: 1, walked: 1, read: 0, asked: 4 })
      assert.strictEqual(readdirSync(".stepwright/runs").length, 1)
    }).pipe(inFolder)
  )

  it.effect("resumes with the journal read once, for the state", () =>
    Effect.gen(function* () {
      yield* call(counts(), "run", "doc.md")
      const counted = counts()
      yield* call(counted, "resume", "latest")
      assert.deepStrictEqual(counted, { built: 1, walked: 1, read: 1, asked: 0 })
    }).pipe(inFolder)
  )
})
