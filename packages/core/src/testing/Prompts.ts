import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Engine from "../Engine.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "../internal/definition/nodes.ts"
import { finder } from "../internal/definition/places.ts"
import { Journal, makeMemory } from "../Journal.ts"
import * as LlmClient from "../LlmClient.ts"
import type { LlmRequest } from "../LlmRequest.ts"
import * as ResultCache from "../ResultCache.ts"
import { type Execution, StepExecutor } from "../StepExecutor.ts"
import { matches } from "../StepPath.ts"
import type { Workflow } from "../Workflow.ts"
import { WorkflowError } from "../WorkflowError.ts"

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
  const asked = new Map<string, LlmRequest>()
  const isModels = modelPaths(workflow)
  const given = outputOf(outputs)

  const client = LlmClient.make((request) =>
    Effect.suspend(() => {
      asked.set(request.metadata.path, request)
      return Effect.die(answered)
    })
  )
  /** A model is asked, to hear the prompt, and not answered; code that has an output does nothing. */
  const executor = <A, E, R>(work: Effect.Effect<A, E, R>, execution: Execution): Effect.Effect<A, E, R> => {
    const { path } = execution
    const isModel = isModels(path)
    if (!isModel && given(path) === undefined) return work
    // what fits the Schema of its output is one of the step
    const output = Effect.orDie(decoded(execution, given(path))) as Effect.Effect<A>
    if (!isModel) return output
    return Effect.catchDefect(work, (defect) => (defect === answered ? output : Effect.die(defect)))
  }

  const run = Effect.gen(function* () {
    let state = yield* Engine.initialize(workflow, input, { run: "prompts" })
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
  return yield* run.pipe(
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

const modelPaths = (workflow: object) => {
  // every workflow is one whose types can be forgotten
  const steps = stepsOf(nodesOf(workflow as UntypedWorkflow))
  const isModel = new Map(steps.map(({ path, step }) => [path, step.model !== undefined]))
  const placeOf = finder(isModel.keys())
  return (path: string) => isModel.get(placeOf(path) ?? "") === true
}

const outputOf = (outputs: Readonly<Record<string, Schema.Json>>) => (path: string) => {
  if (Object.hasOwn(outputs, path)) return outputs[path]
  const pattern = Object.keys(outputs).find((pattern) => matches(pattern, path))
  return pattern === undefined ? undefined : outputs[pattern]
}

const decoded = ({ output, path }: Execution, given: Schema.Json | undefined) => {
  if (given !== undefined) {
    return Effect.mapError(
      Schema.decodeUnknownEffect(Schema.toCodecJson(output))(given),
      ({ message }) => new PromptsError({ path, detail: `the output given for it does not fit: ${message}` })
    )
  }
  return Effect.suspend(() => Arbitrary.sampleEffect(Arbitrary.schema(output), { count: 1, size: 2, seed: path })).pipe(
    Effect.map(([value]) => value),
    Effect.catchCause(() =>
      Effect.fail(new PromptsError({ path, detail: "no value could be made for its Schema: give one in `outputs`" }))
    )
  )
}
