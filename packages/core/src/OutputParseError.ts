import * as Schema from "effect/Schema"

/**
 * A reply that is not in the format asked for. Its message is quoted to the model, so it says what to change.
 *
 * `at` is a line and column, or a path inside the value, and empty when nothing of the format was found. `truncated`:
 * the reply ended before the format's end.
 */
export class OutputParseError extends Schema.TaggedError<OutputParseError>()("OutputParseError", {
  expected: Schema.String,
  found: Schema.String,
  at: Schema.String,
  detail: Schema.String,
  truncated: Schema.Boolean
}) {
  override get message() {
    const place = this.at === "" ? "" : `At ${this.at}: `
    const ended = this.truncated ? "The reply ended too early. " : ""
    return `${ended}${place}${this.detail}. Expected ${this.expected}.\nFound: ${this.found}`
  }
}
