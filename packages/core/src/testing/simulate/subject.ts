import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { insideOf } from "../../internal/ask/step.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "../../internal/definition/nodes.ts"
import * as StepPath from "../../StepPath.ts"
import { mix } from "../internal/random.ts"
import { sample } from "../internal/sample.ts"
import type { Calls } from "./laws.ts"
import type { Model } from "./provider.ts"
import type { Edit, SampleOf } from "./scene.ts"
import type { Broken, Trace } from "./base/trace.ts"
import type { Measure, World } from "./base/world.ts"

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
}

export interface Known extends Peace {
  readonly calls: Calls
  readonly samples: Samples
}

/** The paths that ask the same, in the order in which they did first. */
export type Samples = Map<string, Array<string>>

export const hasSeveral = (samples: Samples): boolean => [...samples.values()].some((paths) => paths.length > 1)

export const sampleOf =
  (samples: Samples): SampleOf =>
  (key, path) => {
    const paths = samples.get(key) ?? []
    samples.set(key, paths)
    const at = paths.indexOf(path)
    return at === -1 ? paths.push(path) - 1 : at
  }

/** What a run in a world is made with. */
export interface Running {
  readonly salt: number
  readonly samples: Samples
  readonly samplesAfter?: Samples
  readonly version?: number
  readonly edit?: Edit | undefined
  readonly instead?: ReadonlyMap<string, string>
}

/** A run, and what is wrong with it. */
export interface Tried {
  readonly trace: Trace
  readonly broken: ReadonlyArray<Broken>
}

export interface Bench {
  /** Makes the runs that others are held against; tells what is wrong with these. */
  readonly begin: Effect.Effect<ReadonlyArray<Tried>>
  /** The laws that are broken where there is nothing to hold runs against. */
  readonly hopeless: ReadonlySet<string>
  /** Does once more what was done first, to see whether it goes as it went. */
  readonly end: Effect.Effect<ReadonlyArray<Tried>>
  /** The place of a path in the definition, which items of a `forEach` share. */
  readonly placeOf: (path: string) => string
  /** Paths of steps that no run came to. */
  readonly unreached: () => ReadonlyArray<string>
  /** Inputs, by number, that have an item less than one. */
  readonly lessOf: (input: number) => Effect.Effect<ReadonlyArray<number>>
  /** Those that nobody gave. */
  readonly others: ReadonlyArray<number>
  /** What a run of an input comes to in peace; made once. */
  readonly peace: (input: number) => Effect.Effect<Peace>
  readonly tryIn: (world: World) => Effect.Effect<Tried>
}

/** A decision that a gate takes, as JSON. */
export const decisionOf = (workflow: UntypedWorkflow, path: string, question: unknown): Option.Option<unknown> => {
  const gates = stepsOf(nodesOf(workflow)).filter(({ step }) => step.isGate)
  const gate = gates.find((gate) => StepPath.matches(gate.path, path))?.step
  if (gate === undefined) return Option.none()
  return Option.map(sample(gate.output, mix(JSON.stringify(question) ?? "")), insideOf(gate).output.encode)
}
