// A workflow under test: runs it in worlds, and says which laws do not hold.

import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Execution } from "./base/execution.ts"
import { realNow } from "./base/globals.ts"
import { makeHost } from "./base/process.ts"
import { instrument } from "./instrument.ts"
import { type Edit, editOf, inputsLike, inputsOf, withItemInFront, withoutItems } from "./edit.ts"
import {
  brokenAfterEdit,
  brokenIn,
  completes,
  foreseen,
  keyTells,
  oneRetry,
  passedOn,
  stateOf,
  whyNot
} from "./laws.ts"
import type { Model } from "./provider.ts"
import { runWorld } from "./run.ts"
import { type AnyWorkflow, makeWatch, type Scene } from "./scene.ts"
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
import { outward, shelter, unbounded } from "./shelter.ts"
import { makeStrangers, marked, unmarked } from "./strangers.ts"
import { makeReach, manners, otherSalts, strange, stubborn } from "./ways.ts"
import { type Broken, endless, type Trace, unmade } from "./base/trace.ts"
import { calm as calmWorld, todayOf, type World } from "./base/world.ts"

const nothing = new Map<string, string>()

/** How many replies are made up before it is given up that any gets a run through. */
const mostSalts = 20

const versions = [1, 2, 3]

/** How many results are set by hand to see what becomes of keys. */
const mostEdits = 6

/** To how many lists and texts of an input an item is added, and how many items are tried, until a run completes. */
const mostLists = 6
const mostLikes = 8

/** How many smaller inputs are tried in place of one. */
const mostLess = 20

export const makeBench = (subject: Subject): Bench => {
  const { laws, workflow } = subject
  const inputs = [...subject.inputs]
  const given = inputs.length
  /** Inputs like the given ones, which these can be changed to. */
  const others: Array<number> = []
  let salt = 0
  /** Where no value could be made up: what, and what to give. */
  const unmadeAt = new Map<string, string>()
  const today = todayOf(realNow())
  const { listeners, watch } = makeWatch(today, (path) =>
    unmadeAt.set(path, "reply could be made up that its Schema, its parser and its check take: give a `model`")
  )
  // a workflow is one of whatever types its maker gave it
  const watched = instrument(workflow, watch) as unknown as AnyWorkflow
  const isSheltered = shelter(workflow)
  const isUnbounded = unbounded(workflow, subject.limit)
  const isOutward = outward(workflow)
  const silence: Model = () => undefined
  const host = makeHost()
  const known = new Map<string, Known>()
  /** The replies that get runs through, and whether any were made up. */
  const salts: Array<number> = []
  let isMadeUp = false
  const reach = makeReach(workflow)

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

  const runOnce = (
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
          manner: manners.get(salt) ?? "plain",
          makesUp: () => {
            isMadeUp = true
          },
          sampleOf: sampleOf(samples),
          sampleAfter: sampleOf(samplesAfter),
          isSheltered,
          isUnbounded,
          isOutward,
          decide,
          edit,
          instead,
          limit: subject.limit,
          host,
          today,
          besides: besideOf(world.input),
          services,
          servicesBeside,
          listen: (heard) => {
            listeners.current = heard
          }
        }
        const trace = yield* runWorld(scene, world)
        if (salt !== strange) reach.note(trace)
        return trace
      })
    )

  const run = (world: World, running: Running) =>
    Effect.flatMap(runOnce(world, running), (trace) => (trace.isHeld ? runOnce(world, running) : Effect.succeed(trace)))

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
    const isFault = trace.lives.some(({ fault }) => fault !== undefined)
    const advice =
      !isMadeUp || isFault ? "" : `; its replies were made up, ${salts} times over: where it needs others, give a model`
    return [{ law: completes, expected: "it completes", ...not, happened: not.happened + advice }]
  }

  /** What is wrong with runs of an input to which hardly anything happens. */
  const brokenInPeace = Effect.fnUntraced(function* (input: number, { samples, trace }: Known) {
    const tried: Array<Tried> = [{ trace, broken: [...brokenIn(trace, trace), ...unmarked(trace), ...laws(trace)] }]
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
    const seen = [trace]
    for (const version of subject.outside === undefined ? [] : versions) {
      watch.isProbing = watch.isChanged = true
      const changed = yield* run(calmWorld(input, 2), { ...at, version })
      watch.isProbing = watch.isChanged = false
      const untold = seen.flatMap((other) => keyTells(other, changed)).slice(0, 1)
      tried.push({ trace: changed, broken: [...changed.broken, ...untold, ...foreseen(changed)] })
      seen.push(changed)
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

  const strangers = makeStrangers(workflow, watch, (input) => {
    listeners.end = () => undefined
    return run(calmWorld(input, 5), { salt: strange, samples: new Map() })
  })

  /** Looks for replies that get the runs of all inputs through. */
  const begin = Effect.gen(function* () {
    const marks = marked(workflow, inputs[0]).map((input) => inputs.push(input) - 1)
    const firsts = yield* strangers.before([...marks, 0])
    const stuck = firsts.find(({ broken }) => broken.some(({ law }) => law === endless))
    if (stuck !== undefined) return [{ trace: stuck, broken: stuck.broken }]
    const most = subject.model === undefined ? mostSalts : 1
    for (let next = 0; next < most; next++) {
      salt = next
      known.clear()
      unmadeAt.clear()
      for (let input = 0; input < given; input++) {
        const it = yield* first(input, salt)
        known.set(`${input}/${salt}`, it)
        if (whyNot(it.trace) !== undefined) break
      }
      const failed = [...known.values()].find(({ trace }) => whyNot(trace) !== undefined)
      if (failed === undefined) {
        salts.push(salt)
        break
      }
      if (failed.trace.broken.length === 0 && next + 1 < most) continue
      const { trace } = failed
      return [{ trace, broken: incomplete(trace, most) }]
    }
    const tried: Array<Tried> = []
    for (let input = 0; input < given; input++) {
      for (const likes of inputsOf(workflow, inputs[input], withItemInFront).slice(0, mostLists)) {
        for (const other of likes.slice(0, mostLikes)) {
          const at = inputs.push(other) - 1
          if (whyNot((yield* peace(at)).trace) !== undefined) continue
          others.push(at)
          break
        }
      }
    }
    for (let input = 0; input < given; input++) tried.push(...(yield* brokenInPeace(input, yield* peace(input))))
    if (isMadeUp) tried.push(...(yield* otherwise))
    return tried
  })

  /** Runs with other replies, and with those of a model that always says the least, or the most: is there an end? */
  const otherwise = Effect.gen(function* () {
    const tried: Array<Tried> = []
    for (const way of otherSalts) {
      const traces = []
      for (let input = 0; input < given; input++) traces.push((yield* peace(input, way)).trace)
      if (traces.some((trace) => whyNot(trace) !== undefined)) continue
      salts.push(way)
      tried.push(...traces.map((trace) => ({ trace, broken: [...brokenIn(trace, trace), ...laws(trace)] })))
    }
    for (const way of stubborn) {
      for (let input = 0; input < given; input++) {
        listeners.end = () => undefined
        const trace = yield* run(calmWorld(input, 4), { salt: way, samples: new Map() })
        tried.push({ trace, broken: trace.broken.filter(({ law }) => law === endless) })
      }
    }
    return tried
  })

  const peace = Effect.fnUntraced(function* (input: number, way = salt): Effect.fn.Return<Known> {
    const name = `${input}/${way}`
    const made = known.get(name) ?? (yield* first(input, way))
    known.set(name, made)
    return made
  })

  /** Which replies a world has: those of its seed, where a run of its input gets through with them. */
  const saltOf = Effect.fnUntraced(function* ({ input, seed }: World) {
    const way = salts[seed % Math.max(1, salts.length)] ?? salt
    return whyNot((yield* peace(input, way)).trace) === undefined ? way : salt
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
  const freshAfter = Effect.fnUntraced(function* (edit: Edit, salt: number) {
    if (edit.instead.size === 0) return yield* peace(edit.input, salt)
    listeners.end = () => undefined
    const samples: Samples = new Map()
    const trace = yield* run(calmWorld(edit.input, 0), { salt, samples, instead: edit.instead })
    return { samples, trace }
  })

  const tryIn = Effect.fnUntraced(function* (world: World) {
    const salt = yield* saltOf(world)
    const { calls, samples, trace: calm } = yield* peace(world.input, salt)
    const state = stateOf(calm)
    const edit = world.edit && state && editOf(workflow, state, inputs, world.input, world.edit)
    const fresh = edit && (yield* freshAfter(edit, salt))
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

  return {
    begin,
    end: strangers.after,
    unreached: reach.unreached,
    placeOf: reach.placeOf,
    hopeless: new Set([completes, endless, unmade]),
    lessOf,
    others,
    peace,
    tryIn
  }
}
