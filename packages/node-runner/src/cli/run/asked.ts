import * as Effect from "effect/Effect"
import { Hasher } from "@stepwright/core/Hasher"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as runFolder from "./runFolder.ts"

/** Whether models answered a request, by its prompt, where this happened. */
export const inEvents = (events: ReadonlyArray<WorkflowEvent>) =>
  Effect.map(Hasher, (hash) => {
    const prompts = new Set(events.flatMap((event) => (event._tag === "StepReplied" ? [event.prompt] : [])))
    return ({ messages }: Pick<LlmRequest, "messages">): boolean => prompts.has(hash(promptText(messages)))
  })

/** A prompt as a journal has it. */
const promptText = (messages: LlmRequest["messages"]) =>
  JSON.stringify(messages.map(({ content, role }) => ({ content, role })))

/** What happened to the runs that a run comes from, as far as they are there. */
export const before = Effect.fnUntraced(function* ({ origin }: WorkflowState) {
  const events: Array<WorkflowEvent> = []
  const seen = new Set<string>()
  for (let run = origin; run !== undefined && !seen.has(run);) {
    seen.add(run)
    const loaded = yield* Effect.option(runFolder.load(run))
    if (loaded._tag === "None") break
    events.push(...loaded.value.events)
    run = loaded.value.state.origin
  }
  return events
})
