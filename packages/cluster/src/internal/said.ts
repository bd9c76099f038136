import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** What a worker says of what it does. */
export type Said =
  /** It takes runs of these definitions, by the names of workflows. */
  | {
      readonly _tag: "Joined"
      readonly worker: string
      readonly slots: number
      readonly definitions: Readonly<Record<string, string>>
    }
  | { readonly _tag: "Took"; readonly run: string; readonly workflow: string; readonly events: number }
  | { readonly _tag: "Ended"; readonly run: string; readonly status: string }
  | { readonly _tag: "GaveBack"; readonly run: string }
  /** Another worker has it by now. */
  | { readonly _tag: "Lost"; readonly run: string }
  /** It cannot be worked on, and rests. */
  | { readonly _tag: "Rests"; readonly run: string; readonly why: string }
  /** It takes no run any more, and lets those end that it has. **Units** milliseconds */
  | { readonly _tag: "Drains"; readonly runs: ReadonlyArray<string>; readonly atMost: number }

/** The same in words. */
const inWords = (said: Said): string => {
  switch (said._tag) {
    case "Joined":
      return `worker ${said.worker} takes runs, ${said.slots} at a time`
    case "Took":
      return `took run ${said.run} of ${said.workflow}, which has ${said.events === 1 ? "1 event" : `${said.events} events`}`
    case "Ended":
      return `run ${said.run}: ${said.status}`
    case "GaveBack":
      return `gave run ${said.run} back`
    case "Lost":
      return `run ${said.run} is another worker's by now`
    case "Rests":
      return `run ${said.run} cannot be worked on, and rests: ${said.why}`
    case "Drains": {
      const atMost = Duration.format(Duration.millis(said.atMost))
      return `takes no run any more, and lets those end that it has, ${said.runs.length}, for ${atMost} at most`
    }
  }
}

/** What is said where nobody else wants to know. */
export const log = (said: Said): Effect.Effect<void> => {
  const words = inWords(said)
  if (said._tag === "Took" || said._tag === "Joined") return Effect.logDebug(words)
  if (said._tag === "Lost") return Effect.logWarning(words)
  return said._tag === "Rests" ? Effect.logError(words) : Effect.logInfo(words)
}
