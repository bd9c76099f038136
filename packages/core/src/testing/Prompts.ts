import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Engine from "../Engine.ts"
import type { UntypedStep } from "../internal/ask/step.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "../internal/definition/nodes.ts"
import { finder } from "../internal/definition/places.ts"
import { Journal, makeMemory } from "../Journal.ts"
import * as LlmClient from "../LlmClient.ts"
import type { LlmRequest } from "../LlmRequest.ts"
import * as ResultCache from "../ResultCache.ts"
import { type Execution, StepExecutor } from "../StepExecutor.ts"
import { matches } from "../StepPath.ts"
import type { Workflow } from "../Workflow.ts"
import { describeError, WorkflowError } from "../WorkflowError.ts"
import * as Fixtures from "./Fixtures.ts"
import { stepPaths, strange } from "./internal/places.ts"
import { mix } from "./internal/random.ts"
import { sample, sampleReply } from "./internal/sample.ts"

export interface Options<In> {
  readonly input: In
  /**
   * What steps give and gates are answered, by path, `*` for any item or round. **Shape** JSON, as a state shows outputs.
   * A model that has none here gives some value that fits its Schema; code that has none runs.
   */
  readonly outputs?: Readonly<Record<string, Schema.Json>>
}

/** An output that cannot be had for a step whose prompt others hang on. */
export class PromptsError extends Schema.TaggedError<PromptsError>()("PromptsError", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.path}: ${this.detail}`
  }
}

/**
 * What each model step of a workflow would be asked, in the order of the definition, without a model: the first request
 * of each path. **Fails with** `PromptsError` for an output that does not fit, `WorkflowError` where the run failed.
 */
export const requests = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow<In, Out, E, R>,
  { input, outputs = {} }: Options<In>
): Effect.fn.Return<ReadonlyArray<LlmRequest>, WorkflowError<E> | PromptsError, Exclude<R, LlmClient.LlmClient>> {
  // every workflow is one whose types can be forgotten
  const untyped = workflow as unknown as UntypedWorkflow
  const isStrange = strange(stepPaths(untyped))
  for (const path of Object.keys(outputs)) {
    const detail = isStrange(path)
    if (detail !== undefined) return yield* new PromptsError({ path, detail: `outputs has it, but ${detail}` })
  }
  const asked = new Map<string, Array<LlmRequest>>()
  const modelStepAt = modelSteps(untyped)
  const given = outputOf(outputs)

  const client = LlmClient.make((request) =>
    Effect.gen(function* () {
      const code = yield* AtWork
      const path = code ?? request.metadata.path
      const before = asked.get(path) ?? []
      if (request.metadata.turn === 1) asked.set(path, [...before, request])
      // code goes on with what it is answered
      return code === undefined
        ? yield* Effect.die(answered)
        : Fixtures.reply(sampleReply(request, mix(path, before.length)))
    })
  )
  /** A model is asked, to hear the prompt, and not answered; code that has an output does nothing. */
  const executor = <A, E, R>(work: Effect.Effect<A, E, R>, execution: Execution): Effect.Effect<A, E, R> => {
    const { path } = execution
    // a run that code makes of its own has paths of its own
    if (execution.run !== run) return work
    const step = modelStepAt(path)
    if (step === undefined && given(path) === undefined) {
      return Effect.catchCause(Effect.provideService(work, AtWork, path), (cause) =>
        asked.has(path) && !Cause.hasInterruptsOnly(cause) ? Effect.die(misled(path, cause)) : Effect.failCause(cause)
      )
    }
    // what fits the Schema of its output is one of the step
    const output = Effect.orDie(decoded(execution, given(path), step)) as Effect.Effect<A>
    if (step === undefined) return output
    return Effect.catchDefect(work, (defect) => (defect === answered ? output : Effect.die(defect)))
  }

  const run = "prompts"
  const all = Effect.gen(function* () {
    let state = yield* Engine.initialize(workflow, input, { run })
    for (;;) {
      const outcome = yield* Engine.run(workflow, state)
      state = outcome.state
      const decisions = outcome.undecided.flatMap((path) => {
        const decision = given(path)
        return decision === undefined ? [] : [{ path, decision }]
      })
      const { ending } = outcome
      if (ending._tag === "Failed") return yield* new WorkflowError<E>({ path: ending.path, reason: ending.reason })
      if (decisions.length === 0) break
      for (const { decision, path } of decisions) state = yield* Engine.decide(workflow, state, path, decision)
    }
    const order = yield* Engine.plan(workflow, state)
    return order.flatMap(({ path }) => asked.get(path) ?? [])
  })
  return yield* all.pipe(
    Effect.provideService(StepExecutor, executor),
    Effect.provideService(Journal, makeMemory()),
    Effect.provideService(LlmClient.LlmClient, client),
    Effect.provide(ResultCache.layerNone),
    Effect.catchDefect((defect) => (defect instanceof PromptsError ? Effect.fail(defect) : Effect.die(defect)))
  )
})

/**
 * The same as a text that people read, and that a test keeps to be compared.
 *
 * ```ts
 * expect(yield* Prompts.render(article, { input: { topic: "rain" }, outputs: { outline: { points: ["why"] } } }))
 *   .toMatchSnapshot()
 * ```
 */
export const render = <In, Out, E, R>(
  workflow: Workflow<In, Out, E, R>,
  options: Options<In>
): Effect.Effect<string, WorkflowError<E> | PromptsError, Exclude<R, LlmClient.LlmClient>> =>
  Effect.map(requests(workflow, options), (requests) => requests.map(textOf).join("\n\n"))

const textOf = ({ format, messages, metadata: { path }, model, parameters }: LlmRequest) => {
  const settings = Object.entries(parameters).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  const heading = [path, `model ${model}`, ...settings, `replies with ${format.type}`].join(" · ")
  return [`===== ${heading}`, ...messages.map(({ content, role }) => `----- ${role}\n${content}`)].join("\n\n")
}

/** What stands for the reply that no model gives. */
const answered = Symbol("answered")

/** The path of the step of code in which a model is asked. */
const AtWork = Context.Reference<string | undefined>("@stepwright/core/testing/Prompts/AtWork", {
  defaultValue: () => undefined
})

const modelSteps = (workflow: UntypedWorkflow) => {
  const steps = new Map(stepsOf(nodesOf(workflow)).map(({ path, step }) => [path, step]))
  const placeOf = finder(steps.keys())
  return (path: string) => {
    const step = steps.get(placeOf(path) ?? "")
    return step?.model === undefined ? undefined : step
  }
}

const outputOf = (outputs: Readonly<Record<string, Schema.Json>>) => (path: string) => {
  if (Object.hasOwn(outputs, path)) return outputs[path]
  const pattern = Object.keys(outputs).find((pattern) => matches(pattern, path))
  return pattern === undefined ? undefined : outputs[pattern]
}

const giveOne = (path: string) => `give one: outputs: { ${JSON.stringify(path)}: … }`

/** Code that was answered what no model said, and could not go on with that. */
const misled = (path: string, cause: Cause.Cause<unknown>) => {
  const { message } = describeError(Cause.squash(cause))
  return new PromptsError({
    path,
    detail: `its code asks a model, and fails with a reply that was made up (${message}): what it comes to is not known; ${giveOne(path)}`
  })
}

const decoded = ({ output, path }: Execution, given: Schema.Json | undefined, step: UntypedStep | undefined) => {
  if (given !== undefined) {
    return Effect.mapError(
      Schema.decodeUnknownEffect(Schema.toCodecJson(output))(given),
      ({ message }) => new PromptsError({ path, detail: `the output given for it does not fit: ${message}` })
    )
  }
  return Effect.suspend(() =>
    Option.match(step === undefined ? Option.none() : sample(step.output, mix(path)), {
      onSome: Effect.succeed,
      onNone: () =>
        Effect.fail(
          new PromptsError({ path, detail: `no output could be made up that its Schema takes; ${giveOne(path)}` })
        )
    })
  )
}
