// A workflow that tells what the functions and steps in it do. It has the same paths and fingerprints as the one it is
// made of.

import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { insideOf, isStep, type Prepared, type Speech, type UntypedStep, within } from "../../internal/ask/step.ts"
import {
  below,
  bodiesOf,
  type Body,
  insideOf as insideOfWorkflow,
  type Node,
  nodesOf,
  type UntypedWorkflow,
  withBodies,
  within as withInside,
  withNodes
} from "../../internal/definition/nodes.ts"
import type { Compiled } from "../../internal/definition/selector.ts"
import { goesBack, type JsonCodec } from "../../internal/json/codec.ts"
import { own } from "../../internal/json/own.ts"
import { Execution } from "./base/execution.ts"
import { changed, often, ofScope, ofValue, type Watch } from "./probe.ts"
import { difference } from "./base/same.ts"
import { type Manner, sample } from "../internal/sample.ts"
import { type Broken, type Items, told } from "./base/trace.ts"

export interface Watching extends Watch {
  readonly items: (path: string, items: Items) => void
  /** What stands in for the work of a step of code, where its own is not done. */
  readonly standIn: (path: string, step: UntypedStep, input: unknown) => Option.Option<unknown>
  /** No reply could be made up that the step at a path takes. */
  readonly unanswered: (path: string) => void
  /** A step of code is at work, and is done. */
  readonly begin: (execution: Execution) => void
  readonly end: (execution: Execution, exit: Exit.Exit<unknown, unknown>) => void
  /** What is no step is done: a key, or whether a result still holds. */
  readonly done: (execution: Execution) => void
}

const roles: Readonly<Record<string, string>> = {
  input: "what feeds it",
  value: "the function of `let`",
  items: "the function of `items`",
  key: "the function of `key`",
  dependsOn: "the function of `dependsOn`",
  on: "the function of `on`",
  next: "the function of `next`",
  until: "the function of `until`"
}

/** Functions of an item, which need not have names in it. */
const ofItems = new Set(["key", "dependsOn"])

const probed = (watch: Watching, path: string, name: string, compiled: Compiled): Compiled => {
  if (compiled.wire !== undefined) return compiled
  const probe = ofItems.has(name) ? ofValue : ofScope
  return { select: probe(watch, path, roles[name] ?? name, compiled.select) }
}

/** Functions and wires of a node, watched; the items of a `forEach` are told with their keys. */
const wiresOf = (watch: Watching, path: string, wires: Readonly<Record<string, Compiled | undefined>>) => {
  let list: Items = { items: [], keys: [] }
  const noted: Readonly<Record<string, (compiled: Compiled) => Compiled["select"]>> = {
    items:
      ({ select }) =>
      (scope) => {
        list = { items: [], keys: [] }
        watch.items(path, list)
        return select(scope)
      },
    key:
      ({ select }) =>
      (item) => {
        const key = select(item)
        list.items.push(item)
        list.keys.push(key)
        return key
      }
  }
  return Object.fromEntries(
    Object.entries(wires).map(([name, compiled]) => {
      if (compiled === undefined) return [name, compiled]
      const watched = probed(watch, path, name, compiled)
      return [name, { ...watched, select: noted[name]?.(watched) ?? watched.select }]
    })
  )
}

/** The workflow, watched. */
export const instrument = (workflow: UntypedWorkflow, watch: Watching): UntypedWorkflow => {
  // where a step stands twice it is the same step
  const steps = new Map<UntypedStep, UntypedStep>()
  const stepOf = (step: UntypedStep): UntypedStep => {
    const known = steps.get(step) ?? instrumentStep(step, watch)
    steps.set(step, known)
    return known
  }
  const nodesIn = (nodes: ReadonlyArray<Node>, parent: string): ReadonlyArray<Node> =>
    nodes.map((node): Node => {
      if (node._tag === "All") return { ...node, parts: node.parts.map((part) => nodesIn(part, parent)) }
      if (!("name" in node)) return node
      const path = below(node, parent, "")
      const wires = wiresOf(watch, path, node.wires)
      const bodies = bodiesOf(node).map(([name, body]): Body => {
        const at = below(node, parent, name)
        if (!isStep(body)) return looked(body, at, nodesIn(nodesOf(body), at))
        if (!body.isGate) return stepOf(body)
        return within(body, { input: writing(watch, insideOf(body).input, (it) => watch.found({ ...it, path: at })) })
      })
      // the same wires, watched
      return withBodies({ ...node, wires } as typeof node, bodies)
    })
  /** A workflow with other nodes, that tells what its Schema does to its input. */
  const looked = (workflow: UntypedWorkflow, path: string, nodes: ReadonlyArray<Node>): UntypedWorkflow => {
    const input = writing(watch, insideOfWorkflow(workflow).input, (it) => watch.found({ ...it, path }))
    return withInside(withNodes(workflow, nodes), { input })
  }
  return looked(workflow, "input", nodesIn(nodesOf(workflow), ""))
}

/** A codec of an input that tells what becomes of what it writes. */
const writing = (watch: Watching, codec: JsonCodec<unknown>, found: (broken: Broken) => void): JsonCodec<unknown> => ({
  ...codec,
  encode: (value) => {
    const written = codec.encode(value)
    if (watch.isProbing) roundTrip({ ...watch, found }, "", "the input", codec, value)
    return written
  }
})

/** A value is what its Schema reads of what it writes. */
const roundTrip = (watch: Watch, path: string, what: string, codec: JsonCodec<unknown>, value: unknown): void => {
  const law = "Schemas read what they write"
  // one that knows no way back writes nothing
  if (!goesBack(codec)) return
  const written = Result.try(() => codec.encode(value))
  // what does not fit at all is told by the run
  if (Result.isFailure(written)) return
  const read = codec.decode(written.success)
  // members that the Schema has not are no part of the value
  const own = Schema.decodeUnknownResult(Schema.toType(codec.schema))(value)
  if (Result.isFailure(own)) return
  if (Result.isFailure(read)) {
    const happened = `it refuses its own ${JSON.stringify(written.success)}: ${read.failure.message}`
    return watch.found({ law, path, expected: `the Schema of ${what} reads what it writes`, happened })
  }
  const differ = difference(own.success, read.success)
  if (differ !== undefined) {
    const { expected, happened } = told(differ, what)
    return watch.found({ law, path, expected, happened: `written as JSON and read again, ${happened}` })
  }
  const again = Result.try(() => codec.encode(read.success))
  const other = Result.isSuccess(again) ? difference(written.success, again.success) : undefined
  if (other !== undefined) {
    const { expected, happened } = told(other, `${what}, as JSON`)
    watch.found({ law, path, expected, happened: `read and written again, ${happened}` })
  }
}

const instrumentStep = (step: UntypedStep, watch: Watching): UntypedStep => {
  const inside = insideOf(step)
  const written: Array<Broken> = []
  /** Looks at what the step gave while what is outside was as it is in every world. */
  const known: Array<() => void> = []
  const { name } = step
  const prepare: typeof inside.prepare = (read, encoded) => {
    const isProbing = watch.isProbing
    /** What is found before the path is known: what was written was so just now, for this. */
    const early = written.splice(0)
    const watching: Watch = { ...watch, found: (broken) => void early.push(broken) }
    /** What was handed out, and what it was. */
    const given: Array<{ readonly value: unknown; readonly before: unknown }> = []
    const handing = () => {
      const value = read()
      if (isProbing && given.length < 8) given.push({ value, before: own(value) })
      return value
    }
    const look = (path: string, what: string) => {
      for (const { before, value } of given.splice(0)) {
        const broken = changed(path, what, before, value)
        if (broken !== undefined) watching.found(broken)
      }
    }
    if (isProbing && watch.isChanged) for (const look of known.splice(0)) look()
    const call = () => inside.prepare(handing, encoded)
    const prepared: Prepared = isProbing
      ? often(watching, name, "the function of `variables`", call, ({ parts }) => parts)
      : call()
    if (isProbing) look(name, "the function of `variables`")
    return {
      ...prepared,
      ...(prepared.key !== undefined && { key: beingDone(watch, name, prepared.key) }),
      work: (context) =>
        Effect.suspend(() => {
          const { path } = context
          const { speech } = inside
          for (const broken of early.splice(0)) watch.found({ ...broken, path })
          const execution: Execution = {
            path,
            calls: new Map(),
            spoilt: new Map(),
            failed: [],
            accepts: speech && ((text) => speech.accepts(text, read())),
            reply:
              speech &&
              ((seed, manner) => {
                const { isTaken, text } = replyOf(step, speech, read, seed, manner)
                if (!isTaken) watch.unanswered(path)
                return text
              })
          }
          const standIn = step.model === undefined ? watch.standIn(path, step, encoded) : Option.none()
          if (Option.isSome(standIn)) return Effect.succeed(standIn.value)
          if (step.model === undefined) watch.begin(execution)
          return prepared.work(context).pipe(
            Effect.provideService(Execution, execution),
            Effect.onExit((exit) =>
              Effect.sync(() => {
                watch.end(execution, exit)
                if (isProbing) look(path, step.model === undefined ? "`run`" : "`check`")
                for (const broken of early.splice(0)) watch.found(broken)
              })
            ),
            Effect.tap((output) =>
              Effect.sync(() => {
                if (!isProbing) return
                roundTrip(watch, path, "the output", inside.output, output)
                if (speech?.check === undefined) return
                const look = checks(watch, path, speech.check, own(output), read())
                look()
                if (!watch.isChanged) known.push(look)
              })
            )
          )
        })
    }
  }
  const isCurrent: typeof inside.isCurrent =
    inside.isCurrent && ((output, input) => beingDone(watch, name, inside.isCurrent!(output, input)))
  const input = writing(watch, inside.input, (broken) => void written.push(broken))
  return within(step, { prepare, isCurrent, input })
}

/** Looks at the `check` of a step as at any function. */
const checks =
  (watch: Watching, path: string, check: NonNullable<Speech["check"]>, output: unknown, input: unknown) => () => {
    // what throws where it is looked at is told where it is called
    const call = ([output, input]: ReadonlyArray<unknown>) => Result.getOrNull(Result.try(() => check(output, input)))
    const look = ofValue(watch, path, "the function of `check`", (given) => call(given as ReadonlyArray<unknown>))
    look([own(output), own(input)])
  }

/** What may wait for something outside, as a step of code may. */
const beingDone = <A>(watch: Watching, path: string, effect: Effect.Effect<A, unknown, unknown>) =>
  Effect.suspend(() => {
    const execution: Execution = {
      path,
      calls: new Map(),
      spoilt: new Map(),
      failed: [],
      accepts: undefined,
      reply: undefined
    }
    watch.begin(execution)
    return effect.pipe(
      Effect.provideService(Execution, execution),
      Effect.onExit(() => Effect.sync(() => watch.done(execution)))
    )
  })

const mostTries = 50

/** A reply that a step takes, if one can be made. */
const replyOf = (step: UntypedStep, speech: Speech, read: () => unknown, seed: number, manner: Manner) => {
  let text: string | undefined
  // where there are no values, there are none after more tries
  for (let i = 0; i < mostTries && (i < 3 || text !== undefined); i++) {
    const made = Option.flatMap(sample(step.output, seed + i * 7919, manner), (output) =>
      Result.getSuccess(Result.try(() => speech.print(output)))
    )
    if (Option.isNone(made)) continue
    text = made.value
    if (speech.accepts(text, read())) return { isTaken: true, text }
  }
  return { isTaken: false, text }
}
