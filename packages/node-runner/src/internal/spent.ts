import * as Effect from "effect/Effect"
import { Journal, type JournalError } from "@stepwright/core/Journal"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import type { Spent } from "@stepwright/llm/Budget"

/** More tokens than a text has, as far as one can tell from its length: three characters a token. */
const estimate = (text: string) => Math.ceil(text.length / 3)

/**
 * What of a run's caps earlier processes used up: the calls that a model answered, or was answering when the process
 * ended. What a cassette answered is free; usage that nobody said is estimated from the texts, and never 0.
 */
export const spent = Effect.fnUntraced(function* (
  { records, run }: WorkflowState,
  isRelay: boolean
): Effect.fn.Return<Spent, JournalError> {
  const journal = yield* Journal
  let calls = 0
  let tokens = 0
  for (const event of yield* journal.load(run)) {
    if (event._tag === "RequestEnded" && event.error !== undefined) {
      tokens += (event.usage?.input ?? 0) + (event.usage?.output ?? 0)
    }
    if (event._tag !== "StepReplied" || !(isRelay || (records[event.path]?.requests.started ?? 0) > 0)) continue
    calls++
    tokens += event.usage.input ?? estimate(yield* journal.getText(run, event.prompt))
    tokens += event.usage.output ?? estimate(yield* journal.getText(run, event.reply))
  }
  for (const { requests } of Object.values(records)) calls += requests.started - requests.ended
  return { calls, tokens }
})
