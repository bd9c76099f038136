import type { StepResult } from "@stepwright/core/WorkflowState"
import * as histories from "../history.ts"
import { waiting, type StepStanding, type Steps } from "../standing.ts"

/** What is known of a run that is compared. */
export interface Side {
  readonly steps: Steps
  readonly history: histories.History
}

/** How a path stands in two runs. */
export interface Row {
  readonly path: string
  /** Which of them has it. */
  readonly of: "both" | "one" | "other"
  /** What differs, in words; nothing where all is the same. */
  readonly differs: ReadonlyArray<string>
  readonly one: StepStanding
  readonly other: StepStanding
}

const modelOf = ({ history }: Side, path: string): string | undefined =>
  histories.resultOf(history, path)?.model ?? lastReply(history, path)?.model

/** The reply that a result was made of, the last after repairs and fallbacks, as far as this run has it. */
export const lastReply = (history: histories.History, path: string): histories.Reply | undefined => {
  const step = history.steps.get(path)
  const found = step?.same === undefined ? step : history.steps.get(step.same)
  return found?.attempts.findLast(({ replies }) => replies.length > 0)?.replies.at(-1)
}

/** What the step asked at first, without what was said of replies that were no result. */
export const promptOf = (history: histories.History, path: string): string | undefined => {
  const reply = lastReply(history, path)
  return reply?.opening ?? reply?.prompt
}

const outputOf = (result: StepResult | undefined) => (result === undefined ? undefined : JSON.stringify(result.output))

/** All paths of two runs, with what differs there; a run's own steps come in the order of the first. */
export const compare = (one: Side, other: Side): ReadonlyArray<Row> => {
  const has = ({ steps }: Side, path: string) => {
    const status = steps.get(path)?.status
    return status !== undefined && status !== "waiting" && status !== "skipped"
  }
  return [...new Set([...one.steps.keys(), ...other.steps.keys()])].flatMap((path): ReadonlyArray<Row> => {
    const [inOne, inOther] = [has(one, path), has(other, path)]
    if (!inOne && !inOther) return []
    const row = {
      path,
      one: one.steps.get(path) ?? waiting(path),
      other: other.steps.get(path) ?? waiting(path)
    }
    if (!inOne || !inOther) return [{ ...row, of: inOne ? "one" : "other", differs: [] }]
    const [a, b] = [histories.resultOf(one.history, path), histories.resultOf(other.history, path)]
    const parts = a === undefined || b === undefined ? [] : histories.changed(a.fingerprint, b.fingerprint)
    const isModel = modelOf(one, path) !== modelOf(other, path)
    const isOutput = outputOf(a) !== outputOf(b)
    const isStatus = row.one.status !== row.other.status
    const differs = [
      ...parts,
      ...(isModel ? ["model"] : []),
      ...(isOutput ? ["output"] : []),
      ...(isStatus ? ["status"] : [])
    ]
    return [{ ...row, of: "both", differs: [...new Set(differs)] }]
  })
}
