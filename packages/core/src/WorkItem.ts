import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { identity } from "effect/Function"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AttemptSink } from "./AttemptSink.ts"
import { DeltaSink } from "./DeltaSink.ts"
import { Hasher } from "./Hasher.ts"
import { insideOf, type UntypedStep } from "./internal/ask/step.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "./internal/definition/nodes.ts"
import { finder } from "./internal/definition/places.ts"
import { readKept } from "./internal/json/codec.ts"
import { examine } from "./internal/judge/verdict.ts"
import { errorCodec } from "./internal/run/execution.ts"
import { encodeOutput } from "./internal/run/record.ts"
import { root } from "./internal/walk/place.ts"
import type { Execution } from "./StepExecutor.ts"
import type { Workflow } from "./Workflow.ts"
import { describeError } from "./WorkflowError.ts"

/** The work of a step as JSON, for another process that has the same workflow. */
export const WorkItem = Schema.Struct({
  run: Schema.String,
  path: Schema.String,
  fingerprint: Schema.String,
  input: Schema.Json
})
export type WorkItem = typeof WorkItem.Type

/** Work that a process cannot do for another one. */
export class WorkItemError extends Schema.TaggedError<WorkItemError>()("WorkItemError", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.path} cannot be done by another process: ${this.detail}`
  }
}

/** What a `StepExecutor` sends to another process. */
export const of = ({ fingerprint, input, path, run }: Execution): WorkItem => ({ run, path, fingerprint, input })

/**
 * Does the work of an item, and gives its exit as JSON, for `exitOf`, whose defect is a `WorkItemError` where the work
 * cannot be done here, and nothing was: a path that the workflow does not have, a step that asks a model, and one that
 * would do something else here, as its fingerprint shows. Other defects travel as text.
 */
export const work = <In, Out, E, R>(
  workflow: Workflow<In, Out, E, R>,
  item: WorkItem
): Effect.Effect<Schema.Json, never, R> =>
  Effect.suspend(() => {
    const { path } = item
    const step = stepAt(workflow as unknown as UntypedWorkflow, path)
    if (step === undefined) return refuse(path, "no step of the workflow has this path; is it the same version?")
    if (step.model !== undefined) return refuse(path, "it asks a model")
    const done = doneBy(step, item).pipe(
      Effect.provideService(AttemptSink, unrecorded(path)),
      Effect.provideService(DeltaSink, undefined)
    )
    return Effect.flatMap(Effect.exit(done), (exit) => {
      const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      if (isRefusal(error)) return refuse(path, error.detail)
      return Effect.catchCause(Schema.encodeUnknownEffect(writtenBy(step))(exit), (cause) =>
        refuse(path, `its exit cannot be written as JSON: ${describeError(Cause.squash(cause)).message}`)
      )
    }) as Effect.Effect<Schema.Json, never, R>
  })

/** The exit that `work` gave, of the types of the step that is executed. */
export const exitOf = (execution: Execution, json: Schema.Json): Effect.Effect<unknown, unknown> => {
  const refusal = readRefusal(json)
  if (Result.isSuccess(refusal)) return Effect.die(refusal.success)
  return Effect.flatten(
    Effect.mapError(Schema.decodeUnknownEffect(readBy(execution))(json), ({ message }) => {
      const detail = `what came back is no exit of it: ${message}`
      return new WorkItemError({ path: execution.path, detail })
    })
  )
}

const stepAt = (workflow: UntypedWorkflow, path: string): UntypedStep | undefined => {
  const steps = new Map(stepsOf(nodesOf(workflow)).map(({ path, step }) => [path, step]))
  return steps.get(finder(steps.keys())(path) ?? "")
}

const nothing = { record: undefined, answered: new Map() }

/** Does what a step does in a run; gives its output as JSON. */
const doneBy = Effect.fnUntraced(function* (
  step: UntypedStep,
  { fingerprint, input, path, run }: WorkItem
): Effect.fn.Return<Schema.Json, unknown, unknown> {
  const decoded = readKept(insideOf(step).input, input)
  if (Result.isFailure(decoded))
    return yield* Effect.die(no(path, `its input does not fit: ${decoded.failure.message}`))
  const examined = yield* examine(yield* Hasher, step, { ...root, path }, decoded.success, nothing)
  if (examined.fingerprint.value !== fingerprint) {
    const detail = "its version, its Schemas or its key are others here, so that it would do something else"
    return yield* Effect.die(no(path, detail))
  }
  const output = yield* examined.prepared.work({
    run,
    path,
    fresh: false,
    restore: identity,
    recall: () => Effect.undefined,
    replied: () => Effect.void
  })
  return yield* Effect.fromResult(encodeOutput(step, output))
})

/** A request is in the ledger before it leaves, where only the process of the run writes. */
const unrecorded = (path: string): typeof AttemptSink.Service => ({
  started: () => Effect.die(no(path, "its code asks a model, which would not be recorded; leave out `heavy`"))
})

const no = (path: string, detail: string) => new WorkItemError({ path, detail })

const isRefusal = Schema.is(WorkItemError)
const readRefusal = Schema.decodeUnknownResult(WorkItemError)

/** What a process gives that cannot do an item: `exitOf` has a `WorkItemError` of it. */
export const refuse = (path: string, detail: string): Effect.Effect<Schema.Json> =>
  Effect.orDie(Schema.encodeEffect(WorkItemError)(no(path, detail)))

const exitWith = (output: Schema.Codec<unknown, unknown>, error: Schema.Codec<unknown, unknown>) =>
  Schema.toCodecJson(Schema.Exit(output, error, Schema.Defect()))

type ExitCodec = ReturnType<typeof exitWith>

const made = new WeakMap<object, ExitCodec>()

/** Compiled once for a step, as compiling takes longer than most exits. */
const once = (key: object, make: () => ExitCodec): ExitCodec => {
  const codec = made.get(key) ?? make()
  made.set(key, codec)
  return codec
}

const writtenBy = (step: UntypedStep) => once(step, () => exitWith(Schema.Json, errorCodec(step)))

const readBy = ({ error, output }: Execution) =>
  // the Schema of errors is one for each step
  once(error, () => exitWith(output, error))
