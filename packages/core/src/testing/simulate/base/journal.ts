import * as Effect from "effect/Effect"
import { JournalError, type Service } from "../../../Journal.ts"
import type { WorkflowEvent } from "../../../WorkflowEvent.ts"

/** What a journal keeps of a run, whatever becomes of the processes that write to it. */
export interface Kept {
  readonly events: Array<WorkflowEvent>
  readonly texts: Map<string, string>
}

export const makeKept = (): Kept => ({ events: [], texts: new Map() })

/** What becomes of an event that is to be kept: the life goes on, or not; the event is there, or not. */
export type Written = "Kept" | "Lost" | "FailedKept" | "Failed" | "KilledKept" | "Killed"

/** The journal as one life sees it. `write` says what becomes of each event; who is killed stands still for ever. */
export const make = (
  { events, texts }: Kept,
  write: (event: WorkflowEvent) => Written,
  forever: Effect.Effect<never> = Effect.never
): Service => {
  let isBroken = false
  const fail = (run: string, reason: "Failed" | "NotFound", detail: string) =>
    Effect.fail(new JournalError({ run, reason, detail }))
  const broken = "the disk is full, as this world has it"
  return {
    append: (run, event) =>
      Effect.suspend(() => {
        if (isBroken) return fail(run, "Failed", broken)
        const written = write(event)
        if (written === "Kept" || written === "FailedKept" || written === "KilledKept") events.push(event)
        if (written === "Killed" || written === "KilledKept") return forever
        if (written === "Kept") return Effect.void
        isBroken = true
        return fail(run, "Failed", broken)
      }),
    load: (run) => (events.length === 0 ? fail(run, "NotFound", "no such run") : Effect.succeed(events.slice())),
    size: () => Effect.sync(() => events.length),
    putText: (run, hash, text) =>
      Effect.suspend(() => (isBroken ? fail(run, "Failed", broken) : Effect.sync(() => void texts.set(hash, text)))),
    getText: (run, hash) => {
      const text = texts.get(hash)
      return text === undefined ? fail(run, "NotFound", `no text with hash ${hash}`) : Effect.succeed(text)
    }
  }
}
