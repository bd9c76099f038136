import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { PlanEntry } from "@stepwright/core/Engine"
import { Journal } from "@stepwright/core/Journal"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { StepRecord, WorkflowState } from "@stepwright/core/WorkflowState"
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

/** The gates of a state that wait, for all that it says by itself. */
export const openIn = ({ orphaned, records, status }: WorkflowState): ReadonlyArray<string> =>
  status === "COMPLETED"
    ? []
    : Object.keys(records).filter((path) => isOpen(records[path]!) && !orphaned.includes(path))

/** The gates that a plan says are to be decided. */
export const inPlan = (plan: ReadonlyArray<PlanEntry>): ReadonlyArray<Gate> =>
  plan.flatMap(({ action, path, question }) =>
    action === "decide" ? [{ path, ...(question !== undefined && { question }) }] : []
  )

/** Gates of a state with what they ask, as its journal has it. */
export const of = (
  { origin, records, run }: WorkflowState,
  paths: ReadonlyArray<string>,
  workflow: Workflow.Any | undefined
): Effect.Effect<ReadonlyArray<Gate>> =>
  Effect.forEach(
    paths,
    Effect.fnUntraced(function* (path) {
      const journal = yield* Journal
      const hash = records[path]?.asked?.question
      const schema = workflow && stepAt(workflow, path)?.input
      if (hash === undefined) return { path }
      const textIn = (run: string) => Effect.orElseSucceed(journal.getText(run, hash), () => undefined)
      // the texts of a run stay with it when another one starts from its state
      const text = (yield* textIn(run)) ?? (origin === undefined ? undefined : yield* textIn(origin))
      const question = yield* Effect.orElseSucceed(decodeText(text), () => undefined)
      return question === undefined ? { path } : { path, question: schema ? inOrder(schema, question) : question }
    })
  )

const decodeText = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Json))

/** A value as its Schema writes it: a journal has its keys in an order of its own. */
const inOrder = (schema: Workflow.Any["input"], value: Schema.Json): Schema.Json => {
  const codec = Schema.toCodecJson(schema)
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

/** What a person reads of gates that wait: each with its question, cut short, and with what decides it. */
export const lines = (
  gates: ReadonlyArray<Gate>,
  workflow: Workflow.Any | undefined,
  run: string,
  again: string
): ReadonlyArray<string> =>
  gates.flatMap((gate) => {
    const question = questionLines(gate)
    const output = workflow === undefined ? undefined : decisionAt(workflow, gate.path)
    const shape = output === undefined ? "" : `  (VALUE: ${decision.shapeOf(output)})`
    return [
      `waits for a decision: ${gate.path}`,
      ...question.slice(0, most.lines).map((line) => `  ${fit(line, most.columns)}`),
      ...(question.length > most.lines ? ["  …"] : []),
      `  ${command(again, run, gate.path)}${shape}`
    ]
  })

const stepAt = (workflow: Workflow.Any, path: string) =>
  Workflow.steps(workflow).find(({ path: pattern, step }) => step.isGate && StepPath.matches(pattern, path))?.step

/** The Schema of what a gate is decided with, if the path is one of a gate. */
export const decisionAt = (workflow: Workflow.Any, path: string): Workflow.Any["input"] | undefined =>
  stepAt(workflow, path)?.output

/** Shows a person what a gate asks, and asks for the decision; `undefined` where nothing is answered. */
export const ask = Effect.fnUntraced(function* (gate: Gate, schema: Workflow.Any["input"]) {
  const question = questionLines(gate)
  yield* Console.error(`${gate.path} waits for a decision${question.length === 0 ? "" : ":"}`)
  for (const line of question) yield* Console.error(`  ${line}`)
  return yield* decision.ask(schema)
})
