// Data → workflow. Every combinator is called as code calls it; what it would throw, and all else that is wrong, is
// reported with its place, and reading goes on after it.

import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as StepPath from "../../StepPath.ts"
import type * as Definition from "../../WorkflowDefinition.ts"
import { isStep } from "../ask/step.ts"
import * as combinators from "../definition/combinators.ts"
import { configuredStep } from "../definition/configure.ts"
import { type Body, nodesOf, otherwise, tried, type UntypedWorkflow } from "../definition/nodes.ts"
import { compile } from "../definition/selector.ts"
import type { AnyCodec } from "../json/codec.ts"
import { bodyNamed, type Catalog, noBody, textNamed } from "./catalog.ts"
import { checkWhole, checkWires } from "./checks.ts"
import { laterIn } from "./later.ts"
import { type Place, type Report, under } from "./problems.ts"
import * as schemaData from "./schemaData.ts"
import * as types from "./types.ts"
import type { Type } from "./types.ts"

/** How far a list of entries has been read: what is made of it, and the scope there. */
interface Reading {
  readonly self: UntypedWorkflow
  readonly scope: Type
}

/** What tells of a name that is not in a scope that it is made later. */
type Later = ReturnType<typeof laterIn>

type Combinator = (self: UntypedWorkflow) => UntypedWorkflow

/** Reads a definition with a catalog; what comes back is of use where nothing was reported. */
export const read = (definition: Definition.WorkflowDefinition, catalog: Catalog, report: Report): UntypedWorkflow => {
  const schema = (data: Definition.SchemaData | undefined, place: Place): AnyCodec => {
    const found = data === undefined ? Result.succeed(Schema.Json) : schemaData.read(data, catalog.schemas ?? {})
    if (Result.isSuccess(found)) return found.success
    report(under(place, ...found.failure.keys), found.failure.detail)
    return Schema.Json
  }

  /** What a node runs, fed with values of a type. */
  const bodyOf = (data: Definition.Body, place: Place, fed: Type): Body => {
    if (typeof data === "string") return named(data, place)
    return "step" in data ? stepOf(data, place) : group(data, place, fed)
  }

  const named = (name: string, place: Place): Body => {
    const found = bodyNamed(catalog, name)
    if (found === undefined) report(place, noBody(catalog, name))
    return found ?? missing
  }

  const stepOf = (data: Definition.StepUse, place: Place): Body => {
    const { promptFile, step: name, systemFile, ...own } = data
    const body = named(name, under(place, "step"))
    const settings = { ...own, ...text("prompt", promptFile, own, place), ...text("system", systemFile, own, place) }
    if (body === missing || Object.keys(settings).length === 0) return body
    if (!isStep(body)) {
      report(place, `"${name}" is a workflow, of which nothing can be set here: set it for its steps`)
      return body
    }
    const made = configuredStep(body, settings, place.path)
    if (Result.isSuccess(made)) return made.success
    const of = promptFile === undefined ? "prompt" : "promptFile"
    report(settings.prompt === undefined ? place : under(place, of), made.failure)
    return body
  }

  /** A text that stands in a file of its own. */
  const text = (of: "prompt" | "system", file: string | undefined, own: object, place: Place) => {
    if (file === undefined) return {}
    const at = under(place, `${of}File`)
    const found = textNamed(catalog, file)
    if (of in own) report(at, `${of} and ${of}File are both given: give one`, "key")
    else if (found === undefined) report(at, `there is no text "${file}" among the catalog's prompts`)
    return found === undefined ? {} : { [of]: found }
  }

  /** A workflow. */
  const group = (data: Definition.Group, place: Place, fed: Type): UntypedWorkflow => {
    const later = laterIn(data.steps, [...place.keys, "steps"])
    const start = (): Reading => {
      if (data.identity !== undefined) {
        const input = schema(data.identity, under(place, "identity"))
        return { self: combinators.identity(input), scope: types.inputOf(input, fed) }
      }
      const { name = "", version = 1 } = data
      const input = schema(data.input, under(place, "input"))
      const scope = types.namesOf([["input", types.inputOf(input, fed)]])
      return { self: combinators.make(name, { input, version }), scope }
    }
    const { scope, self } = entries(data.steps, start(), under(place, "steps"), later)
    types.known(self, scope)
    return self
  }

  const entries = (list: ReadonlyArray<Definition.Entry>, start: Reading, place: Place, later: Later): Reading =>
    list.reduce((reading: Reading, each, index) => entry(each, reading, under(place, index), later), start)

  const entry = (data: Definition.Entry, reading: Reading, place: Place, later: Later): Reading => {
    const { scope } = reading
    if (isAll(data)) {
      const parts: Array<Reading> = []
      const at = under(place, "all")
      const self = applied(
        reading.self,
        at,
        combinators.all((self) => {
          for (const [index, part] of data.all.entries())
            parts.push(entries(part, { self, scope }, under(at, index), later))
          return parts.map(({ self }) => self)
        })
      )
      return { self, scope: parts.reduce((all, part) => types.withNames(all, types.membersIn(part.scope)), scope) }
    }
    if (isAndThen(data)) {
      const at = under(place, "andThen")
      const body = bodyOf(data.andThen, at, scope)
      checkWhole(body, { place: at, scope, report, isLater: later(place.keys) })
      return { self: applied(reading.self, at, combinators.andThen(body)), scope: types.outOf(body) }
    }
    const members = Object.entries(data)
    return members.reduce((reading: Reading, [name, node]) => {
      const at = { keys: [...place.keys, name], path: StepPath.join(place.path, name) }
      return nodeOf(name, node, reading, at, later)
    }, reading)
  }

  const nodeOf = (
    name: string,
    data: Definition.Node,
    { scope, self }: Reading,
    place: Place,
    later: Later
  ): Reading => {
    const combinator = combinatorOf(name, data, place, scope)
    const made = applied(self, place, combinator)
    // where its name is that of another, it alone is wrong with it
    const node = nodesOf(made === self ? Result.getOrElse(attempted(combinator, blank), () => blank) : made).at(-1)
    if (node === undefined || !("name" in node) || node._tag === "AndThen") {
      return { self, scope: types.withNames(scope, [[name, types.unknown]]) }
    }
    checkWires(node, { place, scope, report, isLater: later(place.keys) })
    return { self: made, scope: made === self ? scope : types.after(scope, node) }
  }

  const applied = (self: UntypedWorkflow, place: Place, combinator: Combinator): UntypedWorkflow => {
    const made = attempted(combinator, self)
    if (Result.isSuccess(made)) return made.success
    report(place, made.failure, "key")
    return self
  }

  /** The combinator that a node is made by. */
  const combinatorOf = (name: string, data: Definition.Node, place: Place, scope: Type): Combinator => {
    if ("let" in data) return combinators.letValue(name, data.let)
    const fed = types.selected(compile(data.input), scope)
    const run = (body: Definition.Body, names: ReadonlyArray<string>, fed: Type, path = "") =>
      bodyOf(
        body,
        { keys: [...place.keys, ...names], path: path === "" ? place.path : StepPath.join(place.path, path) },
        fed
      )
    if ("bind" in data) {
      const body = run(data.bind, ["bind"], fed)
      return combinators.bind(name, body, data.input)
    }
    if ("timeout" in data) {
      const body = run(data.timeout, ["timeout"], fed)
      // what is no time the combinator refuses in words
      return combinators.timeout(name, body, { ...data, after: data.after as never })
    }
    if ("sample" in data) {
      const body = run(data.sample, ["sample"], fed, "*")
      return combinators.sample(name, body, options(data))
    }
    if ("gate" in data) {
      const [question, decision] = [data.gate.question, data.gate.decision].map((each, i) =>
        schema(each, under(place, "gate", i === 0 ? "question" : "decision"))
      )
      return combinators.gate(name, { question: question!, decision: decision!, input: data.input })
    }
    if ("iterate" in data) {
      const body = run(data.iterate, ["iterate"], data.next === undefined ? fed : types.unknown, "*")
      return combinators.iterate(name, body, data)
    }
    if ("branch" in data) {
      const cases = Object.entries(data.cases).map(
        ([key, body]) => [key, run(body, ["cases", key], fed, StepPath.encodeKey(key))] as const
      )
      return combinators.branch(name, { on: data.branch, cases: Object.fromEntries(cases), input: data.input })
    }
    if ("fallback" in data) {
      const body = run(data.fallback, ["fallback"], fed, tried)
      const other = run(data.otherwise, ["otherwise"], fed, otherwise)
      return combinators.fallback(name, body, { ...data, otherwise: other })
    }
    const inner = types.withItem(scope, types.selected(compile(data.items), scope))
    if ("forEach" in data) {
      const body = run(data.forEach, ["forEach"], types.selected(compile(data.input), inner), "*")
      return combinators.forEach(name, body, options(data))
    }
    // what items before an item gave is not known before their step is
    const given = types.selected(compile(data.input), types.withDependencies(inner, types.unknown))
    const body = run(data.forEachDependency, ["forEachDependency"], given, "*")
    return combinators.forEachDependency(name, body, options(data))
  }

  return group(definition, { keys: [], path: "" }, types.unknown)
}

/** Stands for a step or a workflow that is not there, of which nothing is known. */
const missing = combinators.identity(Schema.Json)

/** A workflow with nothing in it. */
const blank = combinators.make("blank", { input: Schema.Json, version: 1 })

/** What a combinator makes of a workflow, or why it refuses. */
const attempted = (combinator: Combinator, self: UntypedWorkflow): Result.Result<UntypedWorkflow, string> =>
  Result.mapError(
    Result.try(() => combinator(self)),
    (failure) => {
      if (!Predicate.isTagged(failure, "DefinitionError")) throw failure
      return Predicate.hasProperty(failure, "detail") ? String(failure.detail) : ""
    }
  )

/** Options as a combinator takes them: JSON has no infinity. */
const options = <A extends { readonly concurrency?: number | "unbounded" }>({ concurrency, ...others }: A) => ({
  ...others,
  ...(concurrency !== undefined && { concurrency: concurrency === "unbounded" ? Infinity : concurrency })
})

type All = Extract<Definition.Entry, { readonly all: ReadonlyArray<unknown> }>

const isAll = (entry: Definition.Entry): entry is All => "all" in entry && Array.isArray(entry["all"])

type AndThen = Extract<Definition.Entry, { readonly andThen: Definition.Body }>

const combinatorNames = [
  "bind",
  "let",
  "forEach",
  "forEachDependency",
  "branch",
  "iterate",
  "sample",
  "fallback",
  "timeout",
  "gate"
]

/** A node may have the name `andThen`, too. */
const isAndThen = (entry: Definition.Entry): entry is AndThen => {
  if (!("andThen" in entry)) return false
  const { andThen } = entry
  return !Predicate.isObject(andThen) || !combinatorNames.some((name) => name in andThen)
}
