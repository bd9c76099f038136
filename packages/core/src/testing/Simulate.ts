import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { DefinitionError } from "../DefinitionError.ts"
import type { UntypedWorkflow } from "../internal/definition/nodes.ts"
import { suggest } from "../internal/text/suggest.ts"
import type { LlmClient } from "../LlmClient.ts"
import type { LlmRequest } from "../LlmRequest.ts"
import type * as Workflow from "../Workflow.ts"
import type { WorkflowEvent } from "../WorkflowEvent.ts"
import type { WorkflowState } from "../WorkflowState.ts"
import { makeBench } from "./simulate/bench.ts"
import { outputOf } from "./simulate/laws.ts"
import { type Finding, findingOf, inText } from "./simulate/report.ts"
import { show } from "./simulate/base/same.ts"
import { sample } from "./internal/sample.ts"
import type { Bench } from "./simulate/subject.ts"
import { type Broken, lawNames, type Trace, unmade } from "./simulate/base/trace.ts"
import { lessOf, type World, worldOf } from "./simulate/base/world.ts"

/**
 * What a model answers: a text, JSON, an `LlmReply`, or an `LlmError` where it never does; with nothing, a reply is made up
 * that the step can use. `sample` tells equal requests apart, from 0 on. It is a function, and gives the same for the same.
 */
export type Model = (request: LlmRequest, sample: number) => unknown

/** How a run went that is complete. */
export interface Outcome<out In, out Out> {
  readonly input: In
  readonly output: Out
  readonly state: WorkflowState
  readonly events: ReadonlyArray<WorkflowEvent>
  /** How many requests the model received. */
  readonly requests: number
}

/** A law of one's own: `false`, a text that says what is wrong, or a throw, where it does not hold. */
export type Law<In, Out> = (outcome: Outcome<In, Out>) => unknown

export interface Options<In, Out, RL = never> {
  /** What runs are given, each in its turn; without any, inputs are made of the workflow's Schema. */
  readonly inputs?: ReadonlyArray<In>
  readonly input?: In
  /** How many worlds, from seed 0 on, or the seeds of those that are tried: 100 unless given. */
  readonly seeds?: number | ReadonlyArray<number>
  readonly model?: Model
  /** Laws of one's own, by name. */
  readonly laws?: Readonly<Record<string, Law<In, Out>>>
  /** Laws that need not hold, by name. */
  readonly except?: ReadonlyArray<string>
  /** Services that the steps need, built anew for each world: what one run left there, another does not see. */
  readonly layer?: Layer.Layer<RL>
  /** Makes what the steps read outside (files, say) another one for each number; 0 is how it is in all worlds. */
  readonly outside?: (version: number) => Effect.Effect<unknown>
  /** What is decided at a gate, as JSON; made of its Schema unless given. */
  readonly decide?: (path: string, question: unknown) => unknown
  /** How many requests one life of a run may make: 1,000 unless given. */
  readonly maxRequests?: number
}

/** What was tried. */
export interface Report {
  readonly worlds: number
  /** Processes that runs lived in: more than worlds, as they die. */
  readonly lives: number
  readonly events: number
  readonly requests: number
  /** Paths of steps that no run came to, so that nothing is known of them. */
  readonly unreached: ReadonlyArray<string>
}

const Found = Schema.Struct({
  law: Schema.String,
  path: Schema.optional(Schema.String),
  expected: Schema.String,
  happened: Schema.String,
  seed: Schema.optional(Schema.Int)
})

/** Laws that a workflow breaks, each with the smallest world found in which it does, and a seed that finds it again. */
export class SimulationError extends Schema.TaggedError<SimulationError>()("SimulationError", {
  workflow: Schema.String,
  findings: Schema.NonEmptyArray(Found),
  text: Schema.String
}) {
  override get message() {
    return this.text
  }
}

/**
 * Runs a workflow in worlds that seeds make, by a clock of their own and without a network: replies take their time, requests
 * fail, replies are spoilt, processes die, journals fail, budgets end; and holds laws against each run. **Fails with**
 * `SimulationError`: which law, what was expected, what happened.
 *
 * ```ts
 * const report = Simulate.check(article, { input: { topic: "Effect" } })
 * ```
 */
export const check = Effect.fnUntraced(function* <In, Out, E, R, RL = never>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  options: Options<In, Out, RL> = {}
): Effect.fn.Return<Report, SimulationError, Exclude<R, LlmClient | RL>> {
  const { except = [], maxRequests = 1000, seeds = 100 } = options
  const known = [...lawNames, ...Object.keys(options.laws ?? {})]
  const unknown = except.find((law) => !known.includes(law))
  if (unknown !== undefined) {
    return yield* Effect.die(
      new DefinitionError({ place: "except", detail: `no law is called "${unknown}"${suggest(unknown, known)}` })
    )
  }
  // a workflow of any type is one whose types are forgotten
  const untyped = workflow as unknown as UntypedWorkflow
  const inputs = inputsOf(untyped, options)
  if (inputs.length === 0) return yield* noInput(workflow.name)
  // what the steps need besides is there, by the type of this effect
  const around = (yield* Effect.context<Exclude<R, LlmClient | RL>>()) as Context.Context<never>
  const bench = makeBench({
    workflow: untyped,
    inputs,
    model: options.model,
    decide: options.decide,
    limit: maxRequests,
    laws: lawsOf(options),
    services: servicesOf(around, options.layer),
    outside: options.outside && ((version) => Effect.asVoid(options.outside!(version)))
  })
  const search = makeSearch(bench, inputs, new Set(except))
  const list = typeof seeds === "number" ? Array.from({ length: seeds }, (_, i) => i) : seeds
  const findings = yield* search.through(list)
  const [first, ...others] = findings
  if (first === undefined) return search.report()
  const text = inText(workflow.name, findings)
  return yield* new SimulationError({ workflow: workflow.name, findings: [found(first), ...others.map(found)], text })
})

const found = ({ expected, happened, law, path, seed }: Finding) => ({ law, path, expected, happened, seed })

const inputsOf = <In, Out, RL>(workflow: UntypedWorkflow, options: Options<In, Out, RL>): ReadonlyArray<unknown> => {
  if (options.inputs !== undefined && options.inputs.length > 0) return options.inputs
  if ("input" in options) return [options.input]
  return [1, 2, 3].flatMap((seed) => Option.toArray(sample(workflow.input, seed)))
}

const noInput = (workflow: string) => {
  const happened = "no input could be made up that the workflow's Schema takes: give `input`, or `inputs`"
  const finding = { law: unmade, path: "input", expected: "an input", happened }
  return new SimulationError({ workflow, findings: [finding], text: `"${workflow}" is not tried: ${happened}` })
}

const servicesOf = <RL>(
  around: Context.Context<never>,
  layer: Layer.Layer<RL> | undefined
): Effect.Effect<Context.Context<never>, never, Scope.Scope> =>
  layer === undefined
    ? Effect.succeed(around)
    : Effect.flatMap(Effect.scope, (scope) =>
        Effect.map(Layer.buildWithMemoMap(layer, Layer.makeMemoMapUnsafe(), scope), (built) =>
          // whoever asks for a service knows that it is there
          Context.merge(around, built as Context.Context<never>)
        )
      )

/** Whether laws of one's own hold of a run that is complete. */
const lawsOf =
  <In, Out, RL>({ laws = {} }: Options<In, Out, RL>) =>
  (trace: Trace): ReadonlyArray<Broken> => {
    const state = trace.lives.findLast(({ outcome }) => outcome !== undefined)?.outcome?.state
    if (state === undefined) return []
    const { events, input, receipts } = trace
    const outcome = { input, output: outputOf(trace), state, events, requests: receipts.length }
    return Object.entries(laws).flatMap(([law, holds]) => {
      // a run of this workflow has its input and its output
      const result = Result.try(() => holds(outcome as Outcome<In, Out>))
      const problem = Result.isFailure(result) ? result.failure : result.success
      if (Result.isSuccess(result) && problem !== false && typeof problem !== "string") return []
      const happened = Predicate.isError(problem)
        ? problem.message
        : problem === false
          ? "it does not"
          : String(problem)
      return [{ law, path: undefined, expected: "the law holds", happened }]
    })
  }

/** How many items an input may lose on the way to the smallest. */
const mostRounds = 20

/** How many laws are told of at most. */
const mostFindings = 10

const makeSearch = (bench: Bench, inputs: ReadonlyArray<unknown>, except: ReadonlySet<string>) => {
  const findings: Array<Finding> = []
  const count = { worlds: 0, lives: 0, events: 0, requests: 0 }

  /** Whether it is not known yet: what is wrong at a path shows in many ways. */
  const isNew = (broken: Broken) =>
    !except.has(broken.law) &&
    !findings.some(({ law, path }) =>
      path === undefined || broken.path === undefined
        ? law === broken.law && path === broken.path
        : bench.placeOf(path) === bench.placeOf(broken.path)
    )

  const note = ({ events, lives, receipts }: Trace) => {
    count.worlds++
    count.lives += lives.length
    count.events += events.length
    count.requests += receipts.length
  }

  const tryIn = (world: World) => Effect.tap(bench.tryIn(world), ({ trace }) => Effect.sync(() => note(trace)))

  /** The smallest world in which the same law is broken, as far as taking away leads. */
  const shrink = Effect.fnUntraced(function* (broken: Broken, trace: Trace) {
    let least = { broken, trace }
    const isLess = Effect.fnUntraced(function* (worlds: ReadonlyArray<World>) {
      for (const world of worlds) {
        const { broken: others, trace } = yield* bench.tryIn(world)
        const same = others.find(({ law, path }) => law === broken.law && path === broken.path)
        if (same === undefined) continue
        least = { broken: same, trace }
        return true
      }
      return false
    })
    let rounds = 0
    while (yield* isLess(lessOf(least.trace.world))) rounds++
    for (rounds = 0; rounds < mostRounds; rounds++) {
      const { world } = least.trace
      const smaller = (yield* bench.lessOf(world.input)).map((input) => ({ ...world, input }))
      if (!(yield* isLess(smaller))) break
    }
    return least
  })

  const add = (broken: Broken, trace: Trace, isSeeded: boolean) =>
    findings.push(findingOf(broken, trace, show(trace.input), isSeeded))

  const through = Effect.fnUntraced(function* (seeds: ReadonlyArray<number>) {
    const inPeace = yield* bench.begin
    for (const { broken, trace } of inPeace) {
      note(trace)
      for (const it of broken) if (isNew(it)) add(it, trace, false)
    }
    // of a run that goes wrong without any trouble only what is seen at its place is told besides
    const isWrong = findings.length > 0
    if (findings.some(({ law }) => bench.hopeless.has(law))) return findings
    const measures = []
    for (let input = 0; input < inputs.length; input++) measures.push((yield* bench.peace(input)).measure)
    for (const seed of seeds) {
      const { broken, trace } = yield* tryIn(worldOf(seed, measures, bench.others))
      for (const it of isWrong ? trace.broken : broken) {
        if (!isNew(it) || findings.length >= mostFindings) continue
        const least = yield* shrink(it, trace)
        if (isNew(least.broken)) add(least.broken, least.trace, true)
      }
    }
    for (const { broken, trace } of isWrong ? [] : yield* bench.end) {
      note(trace)
      for (const it of broken) if (isNew(it)) add(it, trace, false)
    }
    return findings
  })

  return { through, report: (): Report => ({ ...count, unreached: bench.unreached() }) }
}
