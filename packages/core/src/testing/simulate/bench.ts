// A workflow under test: runs it in worlds, and says which laws do not hold.

import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { UntypedStep } from "../../internal/ask/step.ts"
import { nodesOf, stepsOf } from "../../internal/definition/nodes.ts"
import type { Execution } from "./base/execution.ts"
import { realNow } from "./base/globals.ts"
import { patience } from "./base/process.ts"
import { instrument, type Watching } from "./instrument.ts"
import { type Edit, editOf, inputsLike, withItemInFront, withoutItems } from "./edit.ts"
import { brokenAfterEdit, brokenIn, fromNothing, keyTells, oneRetry, passedOn, stateOf, whyNot } from "./laws.ts"
import type { Model } from "./provider.ts"
import { mix } from "../internal/random.ts"
import { runWorld } from "./run.ts"
import type { AnyWorkflow, Heard, Scene } from "./scene.ts"
import {
  type Bench,
  decisionOf,
  hasSeveral,
  type Known,
  type Running,
  type Samples,
  sampleOf,
  type Subject,
  type Tried
} from "./subject.ts"
import { sample } from "../internal/sample.ts"
import { outward, shelter } from "./shelter.ts"
import { type Broken, endless, type Items, type Trace, unmade } from "./trace.ts"
import { calm as calmWorld, todayOf, type World } from "./world.ts"

const completes = "a run completes in peace"

const nothing = new Map<string, string>()

/** How many replies are made up before it is given up that any gets a run through. */
const mostSalts = 20

const versions = [1, 2, 3]

/** How many results are set by hand to see what becomes of keys, and how many steps of code are done by themselves. */
const mostEdits = 6
const mostStrangers = 8

/** How many inputs with an item more are tried, until one is found of which a run completes. */
const mostLikes = 8

/** How many smaller inputs are tried in place of one. */
const mostLess = 20

/** Replies that no other run has. */
const strange = 9000

export const makeBench = (subject: Subject): Bench => {
  const { laws, workflow } = subject
  const inputs = [...subject.inputs]
  const given = inputs.length
  /** Inputs like the given ones, which these can be changed to. */
  const others: Array<number> = []
  let salt = 0
  const listeners: {
    current: Heard | undefined
    end: (execution: Execution, exit: Exit.Exit<unknown, unknown>) => Broken | undefined
  } = {
    current: undefined,
    end: () => undefined
  }
  /** Where no value could be made up: what, and what to give. */
  const unmadeAt = new Map<string, string>()
  const today = todayOf(realNow())
  const watch: { -readonly [K in keyof Watching]: Watching[K] } = {
    isProbing: false,
    isChanged: false,
    memory: new Map(),
    today,
    found: (broken: Broken) => listeners.current?.found(broken),
    items: (path: string, items: Items) => listeners.current?.items(path, items),
    standIn: () => Option.none(),
    unanswered: (path) =>
      unmadeAt.set(path, "reply could be made up that its Schema, its parser and its check take: give a `model`"),
    begin: (execution: Execution) => listeners.current?.begin(execution),
    end: (execution: Execution, exit: Exit.Exit<unknown, unknown>) => {
      const broken = listeners.end(execution, exit)
      if (broken !== undefined) listeners.current?.found(broken)
      listeners.current?.end(execution, Exit.isSuccess(exit))
    },
    done: (execution: Execution) => listeners.current?.end(execution, false)
  }
  // a workflow is one of whatever types its maker gave it
  const watched = instrument(workflow, watch) as unknown as AnyWorkflow
  const isSheltered = shelter(workflow)
  const isOutward = outward(workflow)
  const silence: Model = () => undefined
  const patient = patience()
  const known = new Map<number, Known>()

  const decide = (path: string, question: unknown): unknown => {
    const said = subject.decide?.(path, question)
    if (said !== undefined) return said
    const decision = decisionOf(workflow, path, question)
    if (Option.isNone(decision)) unmadeAt.set(path, "decision could be made up that its Schema takes: give `decide`")
    return Option.getOrUndefined(decision)
  }

  const besideOf = (input: number) => {
    const other = inputs.length > 1 ? Option.some(inputs[(input + 1) % inputs.length]) : sample(workflow.input, 77)
    return { input: Option.getOrElse(other, () => inputs[input]), model: subject.model ?? silence, salt: 5000 }
  }

  const run = (
    world: World,
    { edit, instead = nothing, salt, samples, samplesAfter = samples, version = 0 }: Running
  ) =>
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
          sampleOf: sampleOf(samples),
          sampleAfter: sampleOf(samplesAfter),
          isSheltered,
          isOutward,
          decide,
          edit,
          instead,
          limit: subject.limit,
          patience: patient,
          today,
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

  /** A run to which nothing happens, whose functions are looked at. */
  const first = Effect.fnUntraced(function* (input: number, salt: number): Effect.fn.Return<Known> {
    const samples: Samples = new Map()
    const { calls, end } = counting()
    listeners.end = end
    watch.isProbing = true
    const trace = yield* run(calmWorld(input, 0), { salt, samples })
    watch.isProbing = false
    const measure = { happenings: Math.max(1, trace.happenings), requests: trace.receipts.length }
    return { trace, measure, calls, samples }
  })

  const incomplete = (trace: Trace, salts: number): ReadonlyArray<Broken> => {
    const not = whyNot(trace)
    if (trace.broken.length > 0 || not === undefined) return trace.broken
    // it cannot run where a decision is none
    const [first] = unmadeAt.keys()
    const path = not.path ?? first
    const what = path === undefined ? undefined : unmadeAt.get(path)
    if (what !== undefined) return [{ law: unmade, path, expected: "a value for it", happened: `no ${what}` }]
    const advice = subject.model === undefined ? ` (with replies made up ${salts} times over: give a model)` : ""
    return [{ law: completes, expected: "it completes", ...not, happened: not.happened + advice }]
  }

  /** What is wrong with runs of an input to which hardly anything happens. */
  const brokenInPeace = Effect.fnUntraced(function* (input: number, { samples, trace }: Known) {
    const tried: Array<Tried> = [{ trace, broken: [...brokenIn(trace, trace), ...laws(trace)] }]
    const at = { salt, samples }
    const again = yield* run(calmWorld(input, 1), at)
    tried.push({ trace: again, broken: brokenIn(trace, again) })
    const alone = yield* run({ ...calmWorld(input, 3), latency: "any" }, at)
    const apart = brokenIn(trace, alone)
    tried.push({ trace: alone, broken: apart })
    for (const seed of apart.length === 0 ? [3, 6, 9] : []) {
      const beside = yield* run({ ...calmWorld(input, seed), latency: "any", beside: true }, at)
      const law = "runs know nothing of each other"
      const broken = brokenIn(trace, beside).map((it) => (it.law === "same output" ? { ...it, law } : it))
      tried.push({ trace: beside, broken })
    }
    for (const version of subject.outside === undefined ? [] : versions) {
      watch.isProbing = watch.isChanged = true
      const changed = yield* run(calmWorld(input, 2), { ...at, version })
      watch.isProbing = watch.isChanged = false
      tried.push({ trace: changed, broken: [...changed.broken, ...keyTells(trace, changed)] })
    }
    if (tried.some(({ broken }) => broken.length > 0)) return tried
    const edits: ReadonlyArray<World["edit"]> = [
      ...[...Array(given).keys(), ...others].flatMap((other) =>
        other === input ? [] : [{ _tag: "Input" as const, input: other }]
      ),
      ...Array.from({ length: mostEdits }, (_, at) => ({ _tag: "Result" as const, at }))
    ]
    for (const edit of edits) tried.push(yield* tryIn({ ...calmWorld(input, 2), edit }))
    return tried
  })

  const codeSteps = [
    ...new Set(
      stepsOf(nodesOf(workflow)).flatMap(({ step }) => (step.model === undefined && !step.isGate ? [step] : []))
    )
  ]

  /** A run whose steps of code are not done but for one, so that they leave nothing behind. */
  const stranger = (but: UntypedStep | undefined) => {
    watch.standIn = (path, step, input) =>
      step === but ? Option.none() : sample(step.output, mix(path + JSON.stringify(input ?? null)))
    return Effect.ensuring(
      run(calmWorld(0, 5), { salt: strange, samples: new Map() }),
      Effect.sync(() => {
        watch.standIn = () => Option.none()
      })
    )
  }

  const strangers = () => {
    listeners.end = () => undefined
    // those that come later in a run do theirs before others can have left something for them
    const steps = codeSteps.toReversed().slice(0, mostStrangers)
    return Effect.forEach(codeSteps.length === 0 ? [] : [undefined, ...steps], stranger)
  }
  let firsts: ReadonlyArray<Trace> = []

  const end = Effect.gen(function* () {
    const again = yield* strangers()
    return again.map((trace, i): Tried => ({ trace, broken: fromNothing(firsts[i] ?? trace, trace) }))
  })

  /** Looks for replies that get the runs of all inputs through. */
  const begin = Effect.gen(function* () {
    firsts = yield* strangers()
    const stuck = firsts.find(({ broken }) => broken.some(({ law }) => law === endless))
    if (stuck !== undefined) return [{ trace: stuck, broken: stuck.broken }]
    const salts = subject.model === undefined ? mostSalts : 1
    for (let next = 0; next < salts; next++) {
      salt = next
      known.clear()
      unmadeAt.clear()
      for (let input = 0; input < given; input++) {
        const it = yield* first(input, salt)
        known.set(input, it)
        if (whyNot(it.trace) !== undefined) break
      }
      const failed = [...known.values()].find(({ trace }) => whyNot(trace) !== undefined)
      if (failed === undefined) break
      if (failed.trace.broken.length === 0 && next + 1 < salts) continue
      const { trace } = failed
      return [{ trace, broken: incomplete(trace, salts) }]
    }
    const tried: Array<Tried> = []
    for (let input = 0; input < given; input++) {
      const likes = inputsLike(workflow, inputs[input], withItemInFront).slice(0, mostLikes)
      for (const other of likes) {
        const at = inputs.push(other) - 1
        if (whyNot((yield* peace(at)).trace) !== undefined) continue
        others.push(at)
        break
      }
    }
    for (let input = 0; input < given; input++) tried.push(...(yield* brokenInPeace(input, yield* peace(input))))
    return tried
  })

  const peace = Effect.fnUntraced(function* (input: number): Effect.fn.Return<Known> {
    const made = known.get(input) ?? (yield* first(input, salt))
    known.set(input, made)
    return made
  })

  /** Inputs with an item less than one has, as far as runs of them complete. */
  const lessOf = Effect.fnUntraced(function* (input: number) {
    const less: Array<number> = []
    for (const other of inputsLike(workflow, inputs[input], (json) => withoutItems(json).slice(0, mostLess))) {
      const at = inputs.push(other) - 1
      if (whyNot((yield* peace(at)).trace) === undefined) less.push(at)
    }
    return less
  })

  /** A run from the start of what one was edited to. */
  const freshAfter = Effect.fnUntraced(function* (edit: Edit) {
    if (edit.instead.size === 0) return yield* peace(edit.input)
    listeners.end = () => undefined
    const samples: Samples = new Map()
    const trace = yield* run(calmWorld(edit.input, 0), { salt, samples, instead: edit.instead })
    return { samples, trace }
  })

  const tryIn = Effect.fnUntraced(function* (world: World) {
    const { calls, samples, trace: calm } = yield* peace(world.input)
    const state = stateOf(calm)
    const edit = world.edit && state && editOf(workflow, state, inputs, world.input, world.edit)
    const fresh = edit && (yield* freshAfter(edit))
    const isEdited = fresh !== undefined && whyNot(fresh.trace) === undefined
    listeners.end = (execution, exit) => oneRetry(calls, execution) ?? passedOn(execution, exit)
    const trace = yield* run(world, {
      salt,
      samples,
      ...(isEdited && { edit: edit?.apply, samplesAfter: fresh.samples })
    })
    // which of several equal requests another run answers how, nobody can say
    const isSampled = fresh !== undefined && [samples, fresh.samples].some(hasSeveral)
    const broken = isEdited ? brokenAfterEdit(calm, isSampled ? undefined : fresh.trace, trace) : brokenIn(calm, trace)
    return { trace, broken: broken.length === 0 && !isEdited && whyNot(trace) === undefined ? laws(trace) : broken }
  })

  return { begin, end, hopeless: new Set([completes, endless, unmade]), lessOf, others, peace, tryIn }
}
