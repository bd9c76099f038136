// The run of `mortal` on a disk in memory.
import { AttemptSink, Engine, Journal, LlmClient, type WorkflowEvent, type WorkflowState } from "@stepwright/core"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"
import { Effect, Exit, FileSystem } from "effect"
import { WorkflowEvent as Events } from "@stepwright/core"
import { answer, id, workflow } from "../support/mortal.ts"
import * as disk from "./disk.ts"
import type * as tree from "./tree.ts"

type Mark = "begun" | "decided"

/** What a process did until it ended or the power was cut. */
export interface Life {
  readonly isWhole: boolean
  /** What it was told to be on the disk, and what it asked for: `path turn`. */
  readonly durable: ReadonlyArray<string>
  readonly asked: ReadonlyArray<string>
  /** What else was said to be done. */
  readonly marks: ReadonlySet<Mark>
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
      const usage = { input: 10, output: 5 }
      yield* ended({ model: "model", usage })
      const text = answer(messages[0]?.content ?? "", metadata.turn)
      return { text, finishReason: "stop", usage } as const
    })
  )
  const marks = new Set<Mark>()
  const done = (mark: Mark) => Effect.sync(() => void (on.isCut() || marks.add(mark)))
  const program = Effect.gen(function* () {
    const journal = yield* NodeJournal.make("runs")
    const goOn = Effect.gen(function* () {
      let at = yield* Effect.catch(Engine.load(workflow, id), () =>
        Effect.tap(Engine.initialize(workflow, { items: ["a", "twice", "b"] }, { run: id }), () => done("begun"))
      )
      for (;;) {
        const onEvent = (event: WorkflowEvent.WorkflowEvent) => {
          if (Events.isDurable(event) && !on.isCut()) durable.push(JSON.stringify(event))
        }
        const outcome = yield* Engine.run(workflow, at, { onEvent })
        if (outcome.undecided.length === 0) return outcome.state
        at = yield* Engine.decide(workflow, outcome.state, "approval", { text: "yes" })
        yield* done("decided")
      }
    })
    state = yield* Effect.provideService(goOn, Journal.Journal, journal)
  })
  return Effect.runPromiseExit(
    program.pipe(Effect.scoped, Effect.provide(model), Effect.provideService(FileSystem.FileSystem, on.fileSystem))
  ).then((exit) => ({ isWhole: Exit.isSuccess(exit), durable, asked, marks, state, disk: on }))
}

/** A state without its times, and without the counts that tell of attempts which were cut off. */
export const essence = (state: WorkflowState.WorkflowState | undefined) => {
  const left = /^(?:at|createdAt|updatedAt|durationMillis|events|attempts|replies|usage|requests)$/u
  return JSON.stringify(state, (key, value) => (left.test(key) ? undefined : value))
}
