import * as Schema from "effect/Schema"
import { Path } from "./edits.ts"

// what is told of a run that is to go on: what it would do, what that cost, and what it asks first

export const JsonSchema = Schema.Json.annotate({ description: "A JSON Schema." })
export const Usd = Schema.Finite.annotate({ description: "USD" })

export const PlanEntry = Schema.Struct({
  path: Path,
  action: Schema.Literals(["reuse", "run", "perhaps", "decide"]),
  why: Schema.String,
  question: Schema.optionalKey(Schema.Json),
  /** What it cost when it was asked last, where that is known. */
  usd: Schema.optionalKey(Usd)
}).annotate({ identifier: "PlanEntry" })

/** What a step's requests to providers cost, all of its attempts; `null`: nobody knows it. */
export const Cost = Schema.Struct({ path: Path, usd: Schema.NullOr(Usd) }).annotate({ identifier: "Cost" })

/** The question that somebody saw who decides. */
export const QuestionName = Schema.String.annotate({
  description: "`of` of the question that is answered: where another one is asked by then, nothing is decided."
})

/** A gate that waits, with what it takes. */
export const Question = Schema.Struct({
  path: Path,
  why: Schema.String,
  question: Schema.optionalKey(Schema.Json),
  /** What was decided for another question, or before somebody asked for another decision. */
  before: Schema.optionalKey(Schema.Json),
  /** What a decision is like. */
  decision: JsonSchema,
  of: Schema.String.annotate({ description: "The name of this question, which another one at the gate has not." })
}).annotate({ identifier: "Question" })

/** What comes of a change of a run, once it goes on. */
export const Outlook = Schema.Struct({
  run: Schema.String,
  pending: Schema.Array(Path),
  perhaps: Schema.Array(Path),
  undecided: Schema.Array(Path)
}).annotate({ identifier: "Outlook" })
