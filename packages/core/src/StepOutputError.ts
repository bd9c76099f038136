import * as Schema from "effect/Schema"
import { OutputParseError } from "./OutputParseError.ts"
import { Usage } from "./Usage.ts"

/** No reply of the model could be used, repairs and further models included. `usage` is what all of them cost. */
export class StepOutputError extends Schema.TaggedError<StepOutputError>()("StepOutputError", {
  step: Schema.String,
  turns: Schema.Int,
  usage: Usage,
  /** What was wrong with the last reply. */
  reason: OutputParseError
}) {
  override get message() {
    const tries = this.turns === 1 ? "1 reply" : `${this.turns} replies`
    return `${this.step}: none of ${tries} could be used. ${this.reason.message}`
  }
}
