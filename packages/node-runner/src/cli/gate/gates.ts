import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Engine from "@stepwright/core/Engine"
import { Journal, makeMemory } from "@stepwright/core/Journal"
import * as StandardSchema from "@stepwright/core/StandardSchema"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import { lineage, resultAt, type StepRecord, type WorkflowState } from "@stepwright/core/WorkflowState"
import * as decision from "./decision.ts"
import { fit } from "../base/terminal.ts"

/** A gate that waits for a decision; its question where that is known. */
export interface Gate {
  readonly path: string
  readonly question?: Schema.Json
}

/** Whether a record is that of a gate which waits, for all that it says by itself. */
export const isOpen = ({ asked, renew, result }: StepRecord): boolean =>
  asked !== undefined &&
  (renew === true || result === undefined || (result.fingerprint.value !== asked.fingerprint && result.at < asked.at))

/** The gates that a plan says are to be decided, in the order of the definition. */
export const inPlan = (plan: ReadonlyArray<Engine.PlanEntry>): ReadonlyArray<Gate> =>
  plan.flatMap((entry) => (entry.action === "decide" ? [gateOf(entry)] : []))

const gateOf = ({ path, question }: Engine.PlanEntry): Gate => ({ path, ...(question !== undefined && { question }) })

/** What a gate is at that a plan says is to be decided: `waits for a decision`, and why again. */
export const whyOf = ({ why }: Engine.PlanEntry): string => why.replace(/^it /u, "")

/** Gates of a state with what they ask, as its journal has it. */
export const of = (
  state: WorkflowState,
  paths: ReadonlyArray<string>,
  workflow: Workflow.Any | undefined
): Effect.Effect<ReadonlyArray<Gate>> =>
  Effect.forEach(
    paths,
    Effect.fnUntraced(function* (path) {
      const journal = yield* Journal
      const hash = state.records[path]?.asked?.question
      const schema = workflow && Workflow.gateAt(workflow, path)?.input
      if (hash === undefined) return { path }
      const textIn = (run: string) => Effect.orElseSucceed(journal.getText(run, hash), () => undefined)
      // the texts of a run stay with it when another one starts from its state
      let text: string | undefined
      for (const run of lineage(state)) text ??= yield* textIn(run)
      const question = yield* Effect.orElseSucceed(decodeText(text), () => undefined)
      return question === undefined ? { path } : { path, question: schema ? inOrder(schema, question) : question }
    })
  )

const decodeText = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Json))

/** A value as its Schema writes it: a journal has its keys in an order of its own. */
const inOrder = (schema: Workflow.Any["input"], value: Schema.Json): Schema.Json => {
  const codec = Schema.toCodecJson(StandardSchema.given(schema))
  return Option.getOrElse(
    Option.flatMap(Schema.decodeUnknownOption(codec)(value), Schema.encodeOption(codec)),
    () => value
  )
}

/** The command that decides a gate. */
export const command = (again: string, run: string, path: string): string => `${again} decide ${run} ${path} VALUE`

/** What is decided upon, a line for each of its fields. */
const questionLines = ({ question }: Gate): ReadonlyArray<string> => {
  if (question === undefined) return []
  if (typeof question === "string") return question.trimEnd().split("\n")
  return typeof question === "object" && question !== null && !Array.isArray(question)
    ? Object.entries(question).flatMap(([name, value]) =>
        typeof value === "string" ? `${name}: ${value.trimEnd()}`.split("\n") : [`${name}: ${JSON.stringify(value)}`]
      )
    : [JSON.stringify(question)]
}

/** How much of a question is shown where it is not what one looks at. */
const most = { lines: 5, columns: 100 }

/** What is decided upon, cut short. */
export const cutShort = (gate: Gate): ReadonlyArray<string> => {
  const question = questionLines(gate)
  const shown = question.slice(0, most.lines).map((line) => fit(line, most.columns))
  return question.length > most.lines ? [...shown, "…"] : shown
}

/** What a person reads of gates that wait: each with its question, cut short, and with what decides it. */
export const lines = (
  gates: ReadonlyArray<Gate>,
  workflow: Workflow.Any | undefined,
  run: string,
  again: string
): ReadonlyArray<string> =>
  gates.flatMap((gate) => {
    const output = workflow === undefined ? undefined : decisionAt(workflow, gate.path)
    const shape = output === undefined ? "" : `  (VALUE: ${decision.shapeOf(output)})`
    return [
      `waits for a decision: ${gate.path}`,
      ...cutShort(gate).map((line) => `  ${line}`),
      `  ${command(again, run, gate.path)}${shape}`
    ]
  })

/** The Schema of what a gate is decided with, if the path is one of a gate. */
export const decisionAt = (workflow: Workflow.Any, path: string): Workflow.Any["input"] | undefined =>
  Workflow.gateAt(workflow, path)?.output

/** What a gate is decided with, as a run would find it, wherever that is recorded. Nothing is written. */
export const decided = Effect.fnUntraced(function* <In, Out, E, R>(
  workflow: Workflow.Workflow<In, Out, E, R>,
  before: WorkflowState,
  path: string
): Effect.fn.Return<Decided, WorkflowError, R> {
  const { state } = yield* Effect.provideService(Engine.step(workflow, before, path), Journal, makeMemory())
  const [gate = { path }] = yield* of(state, [path], workflow)
  const result = resultAt(state, path)
  return { gate, ...(result !== undefined && { now: result.output }) }
})

/** What there is to say to a person of a gate's decision: what it is, or what it was before it was asked for anew. */
export interface Decided {
  readonly gate: Gate
  /** That it waits, and why again. */
  readonly why?: string
  readonly now?: Schema.Json
  readonly before?: Schema.Json
}

/** The gates that a plan says are to be decided, with what was decided there for another question, or rejected. */
export const waitingIn = (plan: ReadonlyArray<Engine.PlanEntry>, state: WorkflowState): ReadonlyArray<Decided> =>
  plan.flatMap((entry) => {
    if (entry.action !== "decide") return []
    const before = lastIn(state.records[entry.path])
    return [{ gate: gateOf(entry), why: whyOf(entry), ...(before !== undefined && { before }) }]
  })

const lastIn = ({ former = [], result }: Partial<StepRecord> = {}) => {
  for (const answer of [...(result === undefined ? [] : [result]), ...former]) {
    if ("by" in answer && answer.by === "decision") return answer.output
  }
  return undefined
}

/** What a person is told of a gate: its question as a whole, and what was decided. */
export const told = ({ before, gate, now, why = "waits for a decision" }: Decided): ReadonlyArray<string> => {
  const question = questionLines(gate)
  return [
    `${gate.path} ${now === undefined ? why : "is decided"}${question.length === 0 ? "" : ":"}`,
    ...question.map((line) => `  ${line}`),
    ...(now === undefined ? [] : [`now: ${JSON.stringify(now)}`]),
    ...(before === undefined ? [] : [`before: ${JSON.stringify(before)}`])
  ]
}

/** Shows a person what a gate asks, and asks for the decision; `undefined` where nothing is answered. */
export const ask = Effect.fnUntraced(function* (known: Decided, schema: Workflow.Any["input"]) {
  for (const line of told(known)) yield* Console.error(line)
  return yield* decision.ask(schema)
})
