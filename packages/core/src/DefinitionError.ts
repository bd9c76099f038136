import * as Schema from "effect/Schema"

/** What the constructors of steps, workflows, templates and parsers throw: a definition that can never work. */
export class DefinitionError extends Schema.TaggedError<DefinitionError>()("DefinitionError", {
  /** What is defined: `step "draft"`, `workflow "article"`. */
  place: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.place}: ${this.detail}`
  }
}
