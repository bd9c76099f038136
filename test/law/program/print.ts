// A description as the text of a program. What a case runs is made of this text, and so is what a failed case prints.

import { Effect, Result, Schema } from "effect"
import { PromptTemplate, Step, Workflow, WorkflowDefinition } from "@stepwright/core"
import type { Body, Code, Expr, Feed, Gives, Leaf, Nest, Node } from "./program.ts"
import { errorOf } from "./risk.ts"
import * as words from "./words.ts"

export const json = (value: unknown) => JSON.stringify(value)

/** The Schemas of outputs. */
const One = Schema.Struct({ v: Schema.String })
const Two = Schema.Struct({ v: Schema.String.annotate({ description: "in a word" }) })
/** The error of code. */
class Broken extends Schema.TaggedError<Broken>()("Broken", {}) {}

export const schemas = [
  "const One = Schema.Struct({ v: Schema.String })",
  'const Two = Schema.Struct({ v: Schema.String.annotate({ description: "in a word" }) })',
  'class Broken extends Schema.TaggedError()("Broken", {}) {}'
].join("\n")

export const outputSchemas = { one: One, two: Two }

const outputs = { text: "Schema.String", one: "One", two: "Two" }

const options = (entries: ReadonlyArray<readonly [string, string | undefined]>) =>
  `{ ${entries.flatMap(([name, code]) => (code === undefined ? [] : [`${name}: ${code}`])).join(", ")} }`

/** What a step of code gives that does what a selector would. */
const valueOfCode = (gives: Gives): string => {
  if (gives.tag === "side") return "side(input)"
  if (gives.tag === "enough") return "isEnough(input)"
  return gives.list === undefined ? `itemsOf(input, ${gives.needs})` : `items(${json(gives.list)}, ${gives.needs})`
}

const given = {
  side: 'Schema.Literals(["left", "right"])',
  enough: "Schema.Boolean",
  items: "Schema.Array(Schema.Json)"
}

const run = (step: Code): string => {
  const given = `${json(step.name)}, ${step.version}, ${step.key}, input`
  const made = `Effect.succeed(${step.gives === undefined ? `coded(${given})` : valueOfCode(step.gives)})`
  return errorOf(step) === undefined ? made : `isBroken(${given}) ? Effect.fail(new Broken()) : ${made}`
}

const leaf = (step: Leaf): string =>
  step.tag === "Ask"
    ? `Step.make(${json(step.name)}, ${options([
        ["input", "Schema.Json"],
        ["output", outputs[step.output]],
        ["prompt", `PromptTemplate.make(${json(`${step.says} {{given}}`)})`],
        ["variables", "(given) => ({ given: show(given) })"],
        ["system", step.system && json(step.system)],
        ["model", json(step.model)],
        ["parameters", step.temperature === undefined ? undefined : json({ temperature: step.temperature })],
        ["version", json(step.version)]
      ])})`
    : `Step.effect(${json(step.name)}, ${options([
        ["input", "Schema.Json"],
        ["output", step.gives === undefined ? "Schema.String" : given[step.gives.tag]],
        ["version", json(step.version)],
        ["key", `() => Effect.succeed(${step.key})`],
        ["run", `(input) => ${run(step)}`]
      ])})`

const isWire = (expr: Expr) => expr.tag === "ref" && !/\.\d+(\.|$)/.test(expr.ref)

const read = (expr: Expr): string => {
  if (expr.tag === "text") return json(expr.text)
  const value = ["scope", ...expr.ref.split(".").map((key) => `[${json(key)}]`)].join("")
  return expr.tag === "ref" ? value : `show(${value}).length`
}

const selector = ({ members, whole, wire }: Feed): string => {
  const exprs = members === undefined ? [whole] : Object.values(members)
  const isData = wire && exprs.every(isWire)
  const each = (expr: Expr) => (isData && expr.tag === "ref" ? json(expr.ref) : read(expr))
  const code =
    members === undefined ? each(whole) : options(Object.entries(members).map(([k, e]) => [json(k), each(e)]))
  return isData ? code : `(scope) => (${code})`
}

/** Writes descriptions; equal steps become one value. `isWired`: of programs that have wires only. */
const writer = (isWired: boolean) => {
  /** Names of steps, by their descriptions. */
  const names = new Map<string, string>()
  const steps = new Map<string, Leaf>()

  const body = (it: Body): string => {
    if (it.tag === "Nest") return nest(it)
    const id = json(it)
    const name = names.get(id) ?? `step${names.size + 1}`
    names.set(id, name)
    steps.set(name, it)
    return name
  }

  const node = (it: Node): string => {
    switch (it.tag) {
      case "Bind":
        return `Workflow.bind(${json(it.name)}, ${body(it.body)}, ${selector(it.feed)})`
      case "AndThen":
        return `Workflow.andThen(${body(it.body)})`
      case "Let":
        return `Workflow.let(${json(it.name)}, ${selector({ ...it.feed, wire: isWired })})`
      case "All":
        return `Workflow.all((scope) => [${it.parts.map((part) => pipe("scope", part)).join(", ")}])`
      case "Gate":
        return `Workflow.gate(${json(it.name)}, { question: Schema.Json, input: ${selector(it.feed)}, decision: One })`
      case "Branch":
        return `Workflow.branch(${json(it.name)}, ${options([
          ["on", isWired && it.on.tag === "ref" ? json(it.on.ref) : `(scope) => side(${read(it.on)})`],
          ["cases", options(Object.entries(it.cases).map(([name, inner]) => [name, body(inner)]))],
          ["input", selector(it.feed)]
        ])})`
      case "Iterate":
        return `Workflow.iterate(${json(it.name)}, ${body(it.body)}, ${options([
          ["input", selector(it.feed)],
          ["next", it.next && selector(it.next)],
          ["until", isWired ? json("last.done") : "(scope) => isEnough(scope.last)"],
          ["atMost", String(it.atMost)],
          ["collect", json(it.collect)],
          ["again", json(it.again)]
        ])})`
      case "Sample":
        return `Workflow.sample(${json(it.name)}, ${body(it.body)}, ${options([
          ["input", selector(it.feed)],
          ["count", String(it.count)],
          ["concurrency", String(it.concurrency)]
        ])})`
      case "Fallback":
        return `Workflow.fallback(${json(it.name)}, ${body(it.tries)}, ${options([
          ["input", selector(it.feed)],
          ["errors", json(it.errors)],
          ["otherwise", body(it.otherwise)]
        ])})`
      case "Timeout":
        return `Workflow.timeout(${json(it.name)}, ${body(it.body)}, ${options([
          ["input", selector(it.feed)],
          ["after", json("1 hour")]
        ])})`
      case "ForEach":
      case "ForEachDependency": {
        const { items } = it
        const list =
          items.tag === "list"
            ? `() => items(${json(items.list)}, ${it.needs})`
            : isWired && items.value.tag === "ref"
              ? json(items.value.ref)
              : `(scope) => itemsOf(${read(items.value)}, ${it.needs})`
        const make = it.tag === "ForEach" ? "forEach" : "forEachDependency"
        return `Workflow.${make}(${json(it.name)}, ${body(it.body)}, ${options([
          ["items", list],
          ["key", it.feed.wire ? json(it.key) : `(item) => item.${it.key}`],
          ["dependsOn", it.tag === "ForEach" ? undefined : json(`needs.${it.key}`)],
          ["input", selector(it.feed)],
          ["concurrency", String(it.concurrency)]
        ])})`
      }
    }
  }

  const pipe = (start: string, nodes: ReadonlyArray<Node>): string =>
    nodes.length === 0 ? start : `${start}.pipe(\n${nodes.map(node).join(",\n").replaceAll(/^/gm, "  ")}\n)`

  const nest = ({ name, nodes }: Nest): string => pipe(`Workflow.make(${json(name)}, { input: Schema.Json })`, nodes)

  return { nest, steps }
}

/** The code of several programs: the steps of all of them, and an expression for each. */
export const print = (programs: ReadonlyArray<Nest>, isWired = false) => {
  const { nest, steps } = writer(isWired)
  const workflows = programs.map(nest)
  return { steps: [...steps].map(([name, step]) => `const ${name} = ${leaf(step)}`).join("\n"), workflows }
}

const scenery = { ...words, Effect, Schema, PromptTemplate, Step, Workflow, One, Two, Broken }

const valueOf = (code: string, names: Readonly<Record<string, unknown>>) =>
  new Function(...Object.keys(names), `return ${code}`)(...Object.values(names))

/** Steps that were made before: they are values, and making one takes longer than what is done with it. */
const made = new Map<string, unknown>()

const stepOf = (step: Leaf): unknown => {
  const id = json(step)
  const value = made.get(id) ?? valueOf(leaf(step), scenery)
  made.set(id, value)
  return value
}

export type Program = Workflow.Workflow<unknown, unknown, Error, never>

/** The workflow that a description is of: made of the very text that would be printed; a wired one out of a file. */
export const build = (program: Nest, isWired = false): Program => {
  const { nest, steps } = writer(isWired)
  const code = nest(program)
  const values = Object.fromEntries([...steps].map(([name, step]) => [name, stepOf(step)]))
  const workflow = valueOf(code, { ...scenery, ...values })
  return isWired ? throughFile(workflow, { steps: values as NonNullable<Workflow.Catalog["steps"]> }) : workflow
}

const decode = Schema.decodeUnknownSync(WorkflowDefinition.WorkflowDefinition, { onExcessProperty: "error" })

/** A workflow as it is once its definition was the text of a file. */
const throughFile = (workflow: Program, catalog: Workflow.Catalog): Program => {
  const text = JSON.stringify(Result.getOrThrow(Workflow.toConfig(workflow, catalog)))
  // it is of the same types as that which was written
  return Result.getOrThrow(Workflow.fromConfig(decode(JSON.parse(text)), catalog)) as Program
}
