// Runs that are made before all others, and once more after them, to see whether what others left behind changes them; and
// whether what they were given turns up in others. In each, one step of code does its work, and others are stood in for.

import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { UntypedStep } from "../../internal/ask/step.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "../../internal/definition/nodes.ts"
import { mix } from "../internal/random.ts"
import { type Manner, sample } from "../internal/sample.ts"
import type { Broken, Trace } from "./base/trace.ts"
import { inputsLike, nearly } from "./edit.ts"
import type { Watching } from "./instrument.ts"
import { fromNothing, stateOf } from "./laws.ts"
import type { Tried } from "./subject.ts"

/** How many steps of code are done by themselves, and with how many inputs that nobody else has. */
const mostSteps = 8
const mostInputs = 3

/** What no text of a user's has in it. */
export const mark = "quokka 7q3z"

const textsIn = (value: unknown): ReadonlyArray<string> =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(textsIn)
      : []

/** What stands in for the output of a step: made of the texts of its input, as steps mostly give them on. */
const standIn = (path: string, step: UntypedStep, input: unknown): Option.Option<unknown> => {
  const texts = textsIn(input)
  const seed = mix(path + JSON.stringify(input ?? null))
  const manner: Manner = texts.length === 0 ? "plain" : { texts }
  return Option.orElse(sample(step.output, seed, manner), () => sample(step.output, seed))
}

/** Inputs in which one text is marked, as far as a Schema takes them. */
export const marked = (workflow: UntypedWorkflow, input: unknown): ReadonlyArray<unknown> =>
  inputsLike(workflow, input, (json) => nearly(json, (text) => `${text} ${mark}`)).slice(0, mostInputs)

/** That a run has nothing of what other runs were given. */
export const unmarked = (trace: Trace): ReadonlyArray<Broken> => {
  const isMarked = (value: unknown) => (JSON.stringify(value) ?? "").toLowerCase().includes(mark)
  const records = Object.entries(stateOf(trace)?.records ?? {})
  const given = records
    .toSorted(([, a], [, b]) => (a.result?.at ?? 0) - (b.result?.at ?? 0))
    .find(([, { result }]) => isMarked(result?.output))?.[0]
  const path = given ?? trace.receipts.find(({ prompt }) => isMarked(prompt))?.path
  if (path === undefined) return []
  return [
    {
      law: "runs know nothing of each other",
      path,
      expected: "a run has nothing of what others are given",
      happened: `${given === undefined ? "what it asks" : "its output"} has "${mark}" in it, which only a run before it was given`
    }
  ]
}

/** `run` makes a run of one of the inputs. */
export const makeStrangers = (
  workflow: UntypedWorkflow,
  watch: { -readonly [K in keyof Watching]: Watching[K] },
  run: (input: number) => Effect.Effect<Trace>
) => {
  const steps = new Set(
    stepsOf(nodesOf(workflow)).flatMap(({ step }) => (step.model === undefined && !step.isGate ? [step] : []))
  )
  // those that come later in a run do theirs before others can have left something for them
  const late = [...steps].toReversed().slice(0, mostSteps)
  const stranger = (but: UntypedStep | undefined, input: number) => {
    watch.standIn = (path, step, input) => (step === but ? Option.none() : standIn(path, step, input))
    return Effect.ensuring(
      run(input),
      Effect.sync(() => {
        watch.standIn = () => Option.none()
      })
    )
  }
  const all = (inputs: ReadonlyArray<number>) =>
    Effect.forEach(inputs, (input) => Effect.forEach([undefined, ...late], (but) => stranger(but, input))).pipe(
      Effect.map((traces) => traces.flat())
    )
  let inputs: ReadonlyArray<number> = []
  let firsts: ReadonlyArray<Trace> = []
  return {
    before: (of: ReadonlyArray<number>) =>
      Effect.tap(all(of), (traces) =>
        Effect.sync(() => {
          inputs = of
          firsts = traces
        })
      ),
    after: Effect.suspend(() => all(inputs)).pipe(
      Effect.map((traces) =>
        traces.map((trace, i): Tried => ({ trace, broken: fromNothing(firsts[i] ?? trace, trace) }))
      )
    )
  }
}
