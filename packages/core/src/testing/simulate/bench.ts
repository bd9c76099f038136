// A workflow under test: runs it in worlds, and says which laws do not hold.

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { insideOf } from "../../internal/ask/step.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "../../internal/definition/nodes.ts"
import * as StepPath from "../../StepPath.ts"
import type { Execution } from "./base/execution.ts"
import { instrument } from "./instrument.ts"
import { brokenIn, type Calls, keyTells, oneRetry, passedOn, whyNot } from "./laws.ts"
import type { Model } from "./provider.ts"
import { mix } from "./base/random.ts"
import { type AnyWorkflow, type Heard, runWorld, type Scene } from "./run.ts"
import { sample } from "./base/sample.ts"
import { shelter } from "./shelter.ts"
import type { Broken, Trace } from "./trace.ts"
import { calm as calmWorld, type Measure, type World } from "./world.ts"

/** What is tried, and with what. */
export interface Subject {
  readonly workflow: UntypedWorkflow
  readonly inputs: ReadonlyArray<unknown>
  readonly model: Model | undefined
  readonly decide: ((path: string, question: unknown) => unknown) | undefined
  readonly limit: number
  /** Laws of the user's own, of a run that is complete. */
  readonly laws: (trace: Trace) => ReadonlyArray<Broken>
  /** The services that a world has, new in each. */
  readonly services: Effect.Effect<Context.Context<never>, never, Scope.Scope>
  /** Makes what is outside what it is in a version of it: 0 but where a law is about that. */
  readonly outside: ((version: number) => Effect.Effect<void>) | undefined
}

/** A run from the start to which nothing happens. */
export interface Peace {
  readonly trace: Trace
  readonly measure: Measure
  readonly broken: ReadonlyArray<Broken>
}

interface Known extends Peace {
  readonly salt: number
  readonly calls: Calls
  readonly samples: Map<string, Array<string>>
}

export interface Bench {
  /** What a run of an input comes to in peace; made once. */
  readonly peace: (input: number) => Effect.Effect<Peace>
  readonly tryIn: (world: World) => Effect.Effect<{ readonly trace: Trace; readonly broken: ReadonlyArray<Broken> }>
}

/** How many replies are made up before it is given up that any gets a run through. */
const mostSalts = 20

const versions = [1, 2, 3]

export const makeBench = (subject: Subject): Bench => {
  const { inputs, laws, workflow } = subject
  const listeners: {
    current: Heard | undefined
    end: (execution: Execution, isSuccess: boolean) => Broken | undefined
  } = {
    current: undefined,
    end: () => undefined
  }
  const watch = {
    isProbing: false,
    found: (broken: Broken) => listeners.current?.found(broken),
    begin: (execution: Execution) => listeners.current?.begin(execution),
    end: (execution: Execution, isSuccess: boolean) => {
      const broken = listeners.end(execution, isSuccess)
      if (broken !== undefined) listeners.current?.found(broken)
      listeners.current?.end(execution)
    }
  }
  // a workflow is one of whatever types its maker gave it
  const watched = instrument(workflow, watch) as unknown as AnyWorkflow
  const isSheltered = shelter(workflow)
  const silence: Model = () => undefined
  const known = new Map<number, Known>()

  const decide = (path: string, question: unknown): unknown =>
    subject.decide?.(path, question) ?? Option.getOrUndefined(decisionOf(workflow, path, question))

  const besideOf = (input: number) => {
    const other = inputs.length > 1 ? Option.some(inputs[(input + 1) % inputs.length]) : sample(workflow.input, 77)
    return { input: Option.getOrElse(other, () => inputs[input]), model: subject.model ?? silence, salt: 5000 }
  }

  const run = (world: World, salt: number, samples: Map<string, Array<string>>, version = 0) =>
    Effect.scoped(
      Effect.gen(function* () {
        if (subject.outside !== undefined) yield* subject.outside(version)
        const services = yield* subject.services
        const servicesBeside = world.beside ? yield* subject.services : services
        const scene: Scene = {
          workflow: watched,
          input: inputs[world.input],
          model: subject.model ?? silence,
          salt,
          sampleOf: (key, path) => {
            const paths = samples.get(key) ?? []
            samples.set(key, paths)
            const at = paths.indexOf(path)
            return at === -1 ? paths.push(path) - 1 : at
          },
          isSheltered,
          decide,
          limit: subject.limit,
          besides: besideOf(world.input),
          services,
          servicesBeside,
          listen: (heard) => {
            listeners.current = heard
          }
        }
        return yield* runWorld(scene, world)
      })
    )

  const counting = () => {
    const calls = new Map<string, Map<string, number>>()
    const end = (execution: Execution) => {
      const ofPath = calls.get(execution.path) ?? new Map<string, number>()
      calls.set(execution.path, ofPath)
      for (const [key, count] of execution.calls) ofPath.set(key, Math.max(count, ofPath.get(key) ?? 0))
      return undefined
    }
    return { calls, end }
  }

  const inPeace = Effect.fnUntraced(function* (input: number): Effect.fn.Return<Known> {
    const salts = subject.model === undefined ? mostSalts : 1
    for (let salt = 0; ; salt++) {
      const samples = new Map<string, Array<string>>()
      const { calls, end } = counting()
      listeners.end = end
      watch.isProbing = true
      const trace = yield* run(calmWorld(input, 0), salt, samples)
      watch.isProbing = false
      const not = whyNot(trace)
      if (not !== undefined && salt + 1 < salts && trace.broken.length === 0) continue
      const measure = { happenings: Math.max(1, trace.happenings), requests: trace.receipts.length }
      const law = "a run completes in peace"
      const advice = subject.model === undefined ? ` (with replies made up ${salt + 1} times over: give a model)` : ""
      const broken =
        not === undefined
          ? [...brokenIn(trace, trace), ...laws(trace)]
          : trace.broken.length > 0
            ? trace.broken
            : [{ law, expected: "it completes", ...not, happened: not.happened + advice }]
      const first = { trace, measure, calls, samples, salt, broken }
      if (not !== undefined) return first
      const other = yield* run(calmWorld(input, 1), salt, samples)
      const more = brokenIn(trace, other)
      const changes: Array<Broken> = []
      if (subject.outside !== undefined) {
        for (const version of versions)
          changes.push(...keyTells(trace, yield* run(calmWorld(input, 2), salt, samples, version)))
      }
      return { ...first, broken: [...broken, ...more, ...changes] }
    }
  })

  const peace = Effect.fnUntraced(function* (input: number): Effect.fn.Return<Known> {
    const made = known.get(input) ?? (yield* inPeace(input))
    known.set(input, made)
    return made
  })

  return {
    peace,
    tryIn: Effect.fnUntraced(function* (world) {
      const { calls, salt, samples, trace: calm } = yield* peace(world.input)
      listeners.end = (execution, isSuccess) =>
        oneRetry(calls, execution) ?? (isSuccess ? passedOn(execution) : undefined)
      const trace = yield* run(world, salt, samples)
      const broken = brokenIn(calm, trace)
      return { trace, broken: broken.length === 0 && whyNot(trace) === undefined ? laws(trace) : broken }
    })
  }
}

/** A decision that a gate takes, as JSON. */
const decisionOf = (workflow: UntypedWorkflow, path: string, question: unknown): Option.Option<unknown> => {
  const gates = stepsOf(nodesOf(workflow)).filter(({ step }) => step.isGate)
  const gate = gates.find((gate) => StepPath.matches(gate.path, path))?.step
  if (gate === undefined) return Option.none()
  return Option.map(sample(gate.output, mix(JSON.stringify(question) ?? "")), insideOf(gate).output.encode)
}
