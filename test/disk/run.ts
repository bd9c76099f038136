// A run of items side by side, rounds, a gate and a failure that is taken over, on a disk in memory.
import {
  AttemptSink,
  Engine,
  Journal,
  LlmClient,
  PromptTemplate,
  Step,
  Workflow,
  type WorkflowEvent,
  type WorkflowState
} from "@stepwright/core"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"
import { Effect, Exit, FileSystem, Schema } from "effect"
import { WorkflowEvent as Events } from "@stepwright/core"
import * as disk from "./disk.ts"
import type * as tree from "./tree.ts"

export const id = "mortal"

const Text = Schema.Struct({ text: Schema.String })

const ask = Step.make("ask", {
  input: Text,
  output: Text,
  prompt: PromptTemplate.make("{{text}}"),
  variables: ({ text }) => ({ text })
})

const count = Step.effect("count", {
  input: Schema.Array(Text),
  output: Schema.Int,
  run: (texts) => Effect.succeed(texts.length)
})

const broken = Step.effect("broken", {
  input: Text,
  output: Text,
  error: Schema.TaggedStruct("Broken", {}),
  run: () => Effect.fail({ _tag: "Broken" } as const)
})

const workflow = Workflow.make(id, { input: Schema.Struct({ items: Schema.Array(Schema.String) }) }).pipe(
  Workflow.forEach("each", ask, { items: "input.items", key: (item) => item, input: { text: "item" }, concurrency: 3 }),
  Workflow.bind("count", count, "each"),
  Workflow.gate("approval", { question: Schema.Int, input: "count", decision: Text }),
  Workflow.iterate("rounds", Workflow.make("round", { input: Text }).pipe(Workflow.bind("draft", ask, "input")), {
    input: "approval",
    next: ({ last }) => ({ text: `${last.draft.text}!` }),
    until: ({ last }) => last.draft.text.length > 8,
    atMost: 3
  }),
  Workflow.fallback("tried", Workflow.make("first", { input: Text }).pipe(Workflow.bind("it", broken, "input")), {
    input: "approval",
    errors: ["Broken"],
    otherwise: Workflow.make("second", { input: Text }).pipe(Workflow.bind("it", ask, "input"))
  })
)

/** What a process did until it ended or the power was cut. */
export interface Life {
  readonly isWhole: boolean
  /** What it was told to be on the disk, and what it asked for: `path turn`. */
  readonly durable: ReadonlyArray<string>
  readonly asked: ReadonlyArray<string>
  readonly state: WorkflowState.WorkflowState | undefined
  readonly disk: disk.Disk
}

/** Begins the run of a disk or goes on with it, to its end. */
export const live = (root: tree.Folder, options: disk.Options = {}): Promise<Life> => {
  const on = disk.make(root, options)
  const durable: Array<string> = []
  const asked: Array<string> = []
  let state: WorkflowState.WorkflowState | undefined
  const model = LlmClient.layer((request) =>
    Effect.gen(function* () {
      const { messages, metadata } = request
      const ended = yield* (yield* AttemptSink.AttemptSink).started(request)
      asked.push(`${metadata.path} ${metadata.turn}`)
      yield* Effect.yieldNow
      const [line = ""] = (messages[0]?.content ?? "").split("\n")
      const usage = { input: 10, output: 5 }
      yield* ended({ model: "model", usage })
      // the first answer to one of them is none
      const text = line === "twice" && metadata.turn === 1 ? "no JSON" : JSON.stringify({ text: `${line} re` })
      return { text, finishReason: "stop", usage } as const
    })
  )
  const program = Effect.gen(function* () {
    const journal = yield* NodeJournal.make("runs")
    const goOn = Effect.gen(function* () {
      let at = yield* Effect.catch(Engine.load(workflow, id), () =>
        Engine.initialize(workflow, { items: ["a", "twice", "b"] }, { run: id })
      )
      for (;;) {
        const onEvent = (event: WorkflowEvent.WorkflowEvent) => {
          if (Events.isDurable(event) && !on.isCut()) durable.push(JSON.stringify(event))
        }
        const outcome = yield* Engine.run(workflow, at, { onEvent })
        if (outcome.undecided.length === 0) return outcome.state
        at = yield* Engine.decide(workflow, outcome.state, "approval", { text: "yes" })
      }
    })
    state = yield* Effect.provideService(goOn, Journal.Journal, journal)
  })
  return Effect.runPromiseExit(
    program.pipe(Effect.scoped, Effect.provide(model), Effect.provideService(FileSystem.FileSystem, on.fileSystem))
  ).then((exit) => ({ isWhole: Exit.isSuccess(exit), durable, asked, state, disk: on }))
}

/** A state without its times, and without the counts that tell of attempts which were cut off. */
export const essence = (state: WorkflowState.WorkflowState | undefined) => {
  const left = /^(?:at|createdAt|updatedAt|durationMillis|events|attempts|replies|usage|requests)$/u
  return JSON.stringify(state, (key, value) => (left.test(key) ? undefined : value))
}
