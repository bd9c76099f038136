// What a program comes to and what it asks, by plain recursion over its description. Nothing of the engine is in here.

import type { Body, Branch, Each, Expr, Fallback, Feed, Gives, Iterate, Leaf, Nest, Node } from "./program/program.ts"
import { errorOf } from "./program/risk.ts"
import { answer, type Asked, coded, decision, isBroken, isEnough, items, itemsOf, show, side } from "./program/words.ts"

/** A value that is not there yet. */
export const hole = Symbol("hole")
/** That of an earlier round which asked the same. */
export const share = Symbol("share")

/** What a step comes to that fails; thrown, it leads to what is tried otherwise. */
export class Failed {
  readonly tag: string
  constructor(tag: string) {
    this.tag = tag
  }
}

export type Value = unknown

/** Who answers at a place: a step, or a person. */
export type Answerer = Leaf | { readonly tag: "Gate"; readonly name: string }

const person: Answerer = { tag: "Gate", name: "gate" }

/** What a step is asked: `key` is equal for what a result answers alike, whichever model it was that was asked. */
export interface Question {
  readonly step: Answerer
  readonly key: string
  readonly input: Value
  /** What a model receives first. */
  readonly request: (Asked & { readonly model: string }) | undefined
}

/** A place of a run; without a question where its input is not known. */
export interface Place {
  readonly path: string
  readonly step: Answerer
  readonly question: Question | undefined
  /** Whether it is not known that a run comes by it: which way it goes, which items there are, or how many rounds. */
  readonly open: boolean
  /** Whether it is in an item that depends on one which is not done: it may wait for that, whatever it reads. */
  readonly waits: boolean
  /** Whether an earlier round asked the same, and this one takes what is asked alike. */
  readonly isShared: boolean
  /** Whether it is in rounds that take what is asked alike. */
  readonly mayShare: boolean
  /** The errors that are taken over around it. */
  readonly takes: ReadonlySet<string>
  /** Whether a step before it, in what is tried, may fail, and was not asked yet. */
  readonly isDoubted: boolean
}

/** The texts that the library puts into requests, and the oracle cannot know. */
export interface Texts {
  readonly instructions: string
  readonly schema: unknown
  /** What is said of a reply that is no JSON. */
  readonly repair: string
}

export type Library = Readonly<Record<"one" | "two", Texts>>

/** What there is at a place: an output, a failure, a hole, or what it may share. */
export type At = (place: Place) => Value

const hasHole = (value: Value): boolean =>
  value === hole || (typeof value === "object" && value !== null && Object.values(value).some(hasHole))

type Request = NonNullable<Question["request"]>

/** What is asked of any model. */
export const isSame = (a: Asked, b: Asked): boolean =>
  show([a.messages, a.format, a.parameters]) === show([b.messages, b.format, b.parameters])

/** The part of what a step asks that does not hang on its input. */
export const partsOf = (step: Answerer): string =>
  step.tag === "Gate"
    ? "gate"
    : step.tag === "Code"
      ? show(["code", step.name, step.version])
      : show(["model", step.name, step.version, step.output, step.temperature ?? null])

const isUsed = (step: Answerer, reply: string) =>
  (step.tag === "Ask" && step.output === "text") || reply.startsWith("{")

/** What asks again after a reply that cannot be used. */
const repairOf = (library: Library, step: Answerer, request: Request, reply: string): Request =>
  step.tag !== "Ask" || step.output === "text"
    ? request
    : {
        ...request,
        messages: [
          ...request.messages,
          { role: "assistant", content: reply },
          { role: "user", content: library[step.output].repair }
        ]
      }

/** The requests that a question leads to, in turn. */
export const requestsOf = (library: Library, { request, step }: Question): ReadonlyArray<Request> => {
  if (request === undefined) return []
  const requests = [request]
  while (requests.length <= repairs) {
    const last = requests.at(-1)!
    const reply = answer(last)
    if (isUsed(step, reply)) break
    requests.push(repairOf(library, step, last, reply))
  }
  return requests
}

/** How often a step asks again. */
const repairs = 2

/** What code gives in place of a text. */
const given = (gives: Gives, input: Value): Value => {
  if (gives.tag === "side") return side(input)
  if (gives.tag === "enough") return isEnough(input)
  return gives.list === undefined ? itemsOf(input, gives.needs) : items(gives.list, gives.needs)
}

/** What is made of a question, where equal ones are answered alike. */
export const madeOf = (library: Library, question: Question): Value => {
  const { input, step } = question
  if (step.tag === "Gate") return decision(input)
  if (step.tag === "Code") {
    const { key, name, version } = step
    if (step.gives !== undefined) return given(step.gives, input)
    return isBroken(name, version, key, input) ? new Failed("Broken") : coded(name, version, key, input)
  }
  const reply = answer(requestsOf(library, question).at(-1)!)
  if (!isUsed(step, reply)) return new Failed("StepOutputError")
  return step.output === "text" ? reply : JSON.parse(reply)
}

/** Whether a recorded output is one that a step can have. */
export const fits = (step: Answerer, output: Value): boolean =>
  step.tag === "Code" && step.gives !== undefined
    ? typeof output === (step.gives.tag === "enough" ? "boolean" : step.gives.tag === "side" ? "string" : "object")
    : step.tag === "Gate" || (step.tag === "Ask" && step.output !== "text")
      ? typeof output === "object"
      : typeof output === "string"

const questionOf = (library: Library, step: Answerer, input: Value): Question => {
  if (step.tag === "Gate") return { step, input, request: undefined, key: show(["gate", input]) }
  if (step.tag === "Code") {
    return { step, input, request: undefined, key: show(["code", step.name, step.version, step.key, input]) }
  }
  const { model, name, output, says, system, temperature, version } = step
  const texts = output === "text" ? undefined : library[output]
  const prompt = `${says} ${show(input)}${texts === undefined ? "" : `\n\n${texts.instructions}`}`
  const asked = {
    messages: [
      ...(system === undefined ? [] : [{ role: "system", content: system }]),
      { role: "user", content: prompt }
    ],
    format: texts === undefined ? { type: "text" } : { type: "json", name, schema: texts.schema },
    parameters: temperature === undefined ? {} : { temperature }
  }
  return { step, input, request: { ...asked, model }, key: show(["model", name, version, asked]) }
}

const join = (path: string, name: string) => (path === "" ? name : `${path}/${name}`)

type Scope = Readonly<Record<string, Value>>

/** The value of a dotted name; a hole on the way is one. */
const at = (scope: Value, ref: string): Value => {
  let value = scope
  for (const key of ref.split(".")) {
    if (value === hole) return hole
    value = (value as Scope)[key]
  }
  return value
}

const read = (scope: Value, expr: Expr): Value => {
  if (expr.tag === "text") return expr.text
  const value = at(scope, expr.ref)
  if (expr.tag === "ref") return value
  return hasHole(value) ? hole : show(value).length
}

/** What a selector gives: a hole, if it looks at one. */
const select = (scope: Value, { members, whole }: Feed): Value => {
  if (members === undefined) return read(scope, whole)
  const values = Object.entries(members).map(([name, expr]) => [name, read(scope, expr)] as const)
  return values.some(([, value]) => value === hole) ? hole : Object.fromEntries(values)
}

/** The output of a program and its places in order, where `answers` tells what there is at each of them. */
export const evaluate = (library: Library, program: Nest, input: Value, answers: At) => {
  const places: Array<Place> = []
  let open = false
  let waits = false
  let takes: ReadonlySet<string> = new Set()
  /** How many places have no answer yet, and the errors that those of them may have which are inside of what is tried. */
  let holes = 0
  /** Where something that was tried failed. */
  const failed: Array<string> = []
  let doubts: ReadonlySet<string> = new Set()
  /** What places came to, and for rounds that share it where the same place is in a round before, the nearest first. */
  const answered = new Map<string, { readonly key: string; readonly value: Value }>()
  let rounds: ReadonlyArray<readonly [round: string, earlier: string]> = []
  /** What may be. */
  const perhaps = (it: Body, path: string): void => {
    const before = open
    open = true
    body(it, path, hole)
    open = before
  }

  const body = (it: Body, path: string, given: Value): Value => {
    // where it is not known whether a run comes by, what is fed is not either
    const input = open ? hole : given
    return it.tag === "Nest" ? sequence(it.nodes, path, { input }) : visit(it, path, input)
  }

  const visit = (it: Answerer, path: string, input: Value): Value => {
    const question = open || hasHole(input) ? undefined : questionOf(library, it, input)
    const earlier = rounds.map(([round, earlier]) => answered.get(earlier + path.slice(round.length)))
    const shared = question && earlier.find((it) => it?.key === question.key)
    const place = {
      path,
      step: it,
      question,
      open,
      waits,
      isShared: shared !== undefined,
      mayShare: rounds.length > 0,
      takes,
      isDoubted: doubts.size > 0
    }
    places.push(place)
    const own = answers(place)
    const value = own === share ? (shared?.value ?? hole) : own
    if (value instanceof Failed) throw value
    if (value === hole) {
      holes++
      const error = it.tag === "Gate" ? undefined : errorOf(it)
      if (error !== undefined) doubts = new Set([...doubts, error])
    }
    if (question !== undefined && value !== hole) answered.set(path, { key: question.key, value })
    return value
  }

  const sequence = (nodes: ReadonlyArray<Node>, path: string, start: Value): Value =>
    nodes.reduce((scope, node): Value => {
      switch (node.tag) {
        case "AndThen":
          return body(node.body, join(path, node.body.name), scope)
        case "All":
          return Object.assign({}, ...node.parts.map((part) => sequence(part, path, scope)))
        default:
          return { ...(scope as Scope), [node.name]: named(node, join(path, node.name), scope) }
      }
    }, start)

  const named = (node: Exclude<Node, { tag: "All" | "AndThen" }>, path: string, scope: Value): Value => {
    switch (node.tag) {
      case "Bind":
      case "Timeout":
        return body(node.body, path, select(scope, node.feed))
      case "Let":
        return select(scope, node.feed)
      case "Gate":
        return visit(person, path, select(scope, node.feed))
      case "Branch":
        return branch(node, path, scope)
      case "Iterate":
        return iterate(node, path, scope as Scope)
      case "Fallback":
        return fallback(node, path, scope)
      case "Sample": {
        const given = select(scope, node.feed)
        const outputs = Array.from({ length: node.count }, (_, i) => body(node.body, join(path, String(i + 1)), given))
        return outputs.includes(hole) ? hole : outputs
      }
      default:
        return each(node, path, scope as Scope)
    }
  }

  const branch = ({ cases, feed, on }: Branch, path: string, scope: Value): Value => {
    const value = read(scope, on)
    if (!hasHole(value)) return body(cases[side(value)], join(path, side(value)), select(scope, feed))
    for (const name of ["left", "right"] as const) perhaps(cases[name], join(path, name))
    return hole
  }

  const fallback = ({ errors, feed, otherwise, tries }: Fallback, path: string, scope: Value): Value => {
    const given = select(scope, feed)
    const before = { doubts, holes, open, rounds, takes, waits }
    const leave = () => {
      const own = [...doubts].filter((tag) => !errors.some((error) => error === tag))
      doubts = new Set([...before.doubts, ...own])
      ;({ open, rounds, takes, waits } = before)
    }
    takes = new Set([...takes, ...errors])
    try {
      const output = body(tries, join(path, "try"), given)
      leave()
      if (output !== hole && holes === before.holes) return output
    } catch (failure) {
      leave()
      if (failure instanceof Failed && errors.some((error) => error === failure.tag)) {
        failed.push(join(path, "try"))
        // what is missing in there is of no account
        ;({ doubts, holes } = before)
        return body(otherwise, join(path, "otherwise"), given)
      }
      throw failure
    }
    // which of them it is, is not known
    perhaps(otherwise, join(path, "otherwise"))
    return hole
  }

  /** Whether a round tells itself whether it was the last. */
  const isWired = (round: Body): boolean =>
    round.tag === "Nest" && round.nodes.some((node) => node.tag === "Bind" && node.name === "done")

  const iterate = (node: Iterate, path: string, scope: Scope): Value => {
    const outputs: Array<Value> = []
    let given = select(scope, node.feed)
    for (let round = 1; round <= node.atMost; round++) {
      const here = join(path, String(round))
      const before = rounds
      if (node.again === "changed") {
        const own = Array.from({ length: round - 1 }, (_, i) => [here, join(path, String(round - 1 - i))] as const)
        rounds = own.concat(rounds)
      }
      const last = body(node.body, here, given)
      rounds = before
      // a wire looks at nothing else of a round
      if (hasHole(isWired(node.body) ? at(last, "done") : last)) {
        if (round < node.atMost) perhaps(node.body, join(path, "*"))
        return hole
      }
      outputs.push(last)
      if (isEnough(last)) break
      given = node.next === undefined ? given : select({ ...scope, last }, node.next)
    }
    return node.collect === "all" ? outputs : outputs.at(-1)
  }

  const each = (node: Each, path: string, scope: Scope): Value => {
    const source = node.items.tag === "of" ? read(scope, node.items.value) : undefined
    if (hasHole(source)) {
      perhaps(node.body, join(path, "*"))
      return hole
    }
    const list = node.items.tag === "list" ? items(node.items.list, node.needs) : itemsOf(source, node.needs)
    const outputs: Record<string, Value> = {}
    for (const item of list) {
      const needed = item.needs[node.key].map((key) => [key, outputs[key]] as const)
      const dependencies = needed.some(([, output]) => output === hole) ? hole : Object.fromEntries(needed)
      const names = node.tag === "ForEach" ? { item } : { item, dependencies }
      const before = waits
      waits ||= node.tag === "ForEachDependency" && needed.some(([, output]) => hasHole(output))
      outputs[item[node.key]] = body(node.body, join(path, item[node.key]), select({ ...scope, ...names }, node.feed))
      waits = before
    }
    // by key, or in order
    const values = list.map((item) => outputs[item[node.key]])
    if (values.includes(hole)) return hole
    return node.tag === "ForEach" ? values : outputs
  }

  const output = body(program, "", input)
  return { failed, output, places }
}
