import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { article, base, draft, lists, two } from "../parts.ts"

const prompt = {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make("Say {{text}}."),
  variables: (text: string) => ({ text })
}
const identity = {
  input: Schema.String,
  output: Schema.String,
  run: (text: string) => Effect.succeed(text)
}

export const steps = [
  // "" → "" cannot be a name: use no white space and none of . / * %
  Step.make("", prompt),
  // "a/b" → "a/b" cannot be a name: use no white space and none of . / * %
  Step.make("a/b", prompt),
  // "look up" → "look up" cannot be a name: use no white space and none of . / * %
  Step.effect("look up", identity),
  // "constructor" → "constructor" cannot be a name: every object has it already
  Step.effect("constructor", identity)
]

export const workflows = [
  // "draft" → the name "draft" is already used in this workflow
  article.pipe(Workflow.bind("draft", draft, ({ outline }) => outline)),
  // "one" → the name "one" is already used in this workflow
  base.pipe(Workflow.let("one", () => 1)),
  // "a.b" → "a.b" cannot be a name: use no white space and none of . / * %
  base.pipe(Workflow.bind("a.b", two, { a: "input" })),
  lists.pipe(
    // "input" → the name "input" is already used in this workflow
    Workflow.forEach("input", two, { items: "input.tasks", key: "id", input: { a: "item.id" } })
  ),
  base.pipe(
    Workflow.all((scope) => [
      scope.pipe(Workflow.let("left", () => 1)),
      scope.pipe(Workflow.let("right", () => 2)),
      // scope → the name "left" is used twice: another part adds it
      scope.pipe(Workflow.bind("left", two, { a: "input" }))
    ])
  ),
  // "more" → only a scope of names can be added to: this workflow's output is a plain value
  Workflow.identity(Schema.String).pipe(Workflow.let("more", () => 1))
]
