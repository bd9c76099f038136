import * as Schema from "effect/Schema"

/** A prompt template that cannot be used; `line` and `column`, both from 1, say where. */
export class PromptTemplateError extends Schema.TaggedError<PromptTemplateError>()("PromptTemplateError", {
  detail: Schema.String,
  /** The name or file of the template, where it has one. */
  template: Schema.optionalKey(Schema.String),
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int)
}) {
  override get message() {
    const name = this.template === undefined ? "" : ` ${this.template}`
    const place = this.line === undefined ? "" : `, line ${this.line}, column ${this.column}`
    return `prompt template${name}${place}: ${this.detail}`
  }
}
