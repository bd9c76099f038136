import { describeError } from "../../../WorkflowError.ts"
import type { WorkflowEvent } from "../../../WorkflowEvent.ts"
import type { WorkflowState } from "../../../WorkflowState.ts"
import type { PlanEntry, RunOutcome } from "../../../Engine.ts"
import type { Difference } from "./same.ts"
import type { World } from "./world.ts"

/** A request that the model received. */
export interface Receipt {
  readonly life: number
  /** The path of the step in whose execution it was made. */
  readonly path: string
  readonly model: string
  /** What it asks, without what was spoilt on the way. */
  readonly key: string
  /** Its last message, whole and in short. */
  readonly prompt: string
  readonly asks: string
  /** `Kept`: the journal has the reply; `Void`: its step failed since, and may ask anew; `Lost`: nobody has it. */
  fate: "Asked" | "Replied" | "Kept" | "Void" | "Spoilt" | "Failed" | "Lost"
}

/** The law that a run comes to an end. */
export const endless = "an end"

/** What is broken by no workflow: a value that nobody gave, and that cannot be made up. */
export const unmade = "values can be made up"

/** The laws that a workflow is held to, besides those of its maker. */
export const lawNames: ReadonlyArray<string> = [
  "same output",
  "least work",
  "nothing is lost",
  "the plan tells the truth",
  "what is done is done",
  "functions are pure",
  "inputs stay as they are",
  "steps of code give the same for the same",
  "a key tells what is read",
  "Schemas read what they write",
  "a key is an item's own",
  "retries have one owner",
  "errors are passed on",
  "runs know nothing of each other",
  "a process starts from nothing",
  endless,
  "a run completes in peace"
]

/** A law that does not hold, at a path where that is known. */
export interface Broken {
  readonly law: string
  readonly path?: string | undefined
  readonly expected: string
  readonly happened: string
}

/** Expected and found, in words. */
export const told = (difference: Difference, what: string) => {
  const place = [what, difference.place].filter((part) => part !== "").join(".")
  return { expected: `${place} is ${difference.expected}`, happened: `it is ${difference.found}` }
}

/** A life as its world has it; one to which nothing happens; one after an edit; one with nothing to do. */
export type LifeKind = "World" | "Peace" | "Edited" | "Again"

/** The items of a `forEach`, with their keys. */
export interface Items {
  readonly items: Array<unknown>
  readonly keys: Array<unknown>
}

/** One life of a run. */
export interface LifeTrace {
  /** The state that it began with, unless it began the run. */
  readonly before: WorkflowState | undefined
  readonly plan: ReadonlyArray<PlanEntry> | undefined
  /** How many events there were by then. */
  readonly from: number
  readonly to: number
  /** What came of it: nothing where it was cut off. */
  readonly outcome: RunOutcome<unknown, unknown> | undefined
  /** Why it could not run at all. */
  readonly fault: string | undefined
  readonly kind: LifeKind
}

/** How a run went in a world. */
export interface Trace {
  readonly world: World
  readonly input: unknown
  readonly lives: ReadonlyArray<LifeTrace>
  readonly events: ReadonlyArray<WorkflowEvent>
  readonly receipts: ReadonlyArray<Receipt>
  /** What each `forEach` went through last, by path. */
  readonly items: ReadonlyMap<string, Items>
  /** Whether the result of a path says what is outside. */
  readonly isOutward: (path: string) => boolean
  /**
   * Whether it may rightly come to something else than in peace: another model answered than there, or a step dealt with a
   * request that was refused.
   */
  readonly isAside: boolean
  /** Whether it ended as it waited for what a dead process held in memory, which is free now: it says nothing of the workflow. */
  readonly isHeld: boolean
  /** What was seen to be wrong while it ran. */
  readonly broken: ReadonlyArray<Broken>
  /** What happened, a line each. */
  readonly lines: ReadonlyArray<string>
  /** How much happened in the longest life. */
  readonly happenings: number
}

/** An event. */
export const eventInWords = (event: WorkflowEvent): string => {
  const path = "path" in event ? `${event.path}: ` : ""
  switch (event._tag) {
    case "StepFailed":
      return `${path}StepFailed ${event.tag}`
    case "RequestEnded":
      return `${path}RequestEnded${event.error === undefined ? "" : ` ${event.error}`}`
    case "RunEnded":
      return `RunEnded ${event.status}`
    case "ResultMoved":
      return `${event.to}: ResultMoved from ${event.from}`
    default:
      return `${path}${event._tag}`
  }
}

/** How a run ended. */
export const endInWords = ({ ending }: RunOutcome<unknown, unknown>): string => {
  if (ending._tag === "Completed") return "it completes"
  const { message } = describeError(ending.reason)
  return `it is ${ending._tag.toLowerCase()} at ${ending.path}: ${message}`
}
