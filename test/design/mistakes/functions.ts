import { Schema } from "effect"
import { Workflow } from "@stepwright/core"
import { article, base, draft, outline, two } from "../parts.ts"

declare const perhaps: typeof two | undefined

export const workflows = [
  Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
    Workflow.bind("outline", outline, ({ input }) => input),
    // input) → Type '{ readonly topic: string; }' is missing the following properties
    Workflow.bind("draft", draft, ({ input }) => input)
  ),
  // outlin) → Property 'outlin' does not exist
  article.pipe(Workflow.bind("again", draft, (scope) => scope.outlin)),
  // a: → Type 'number' is not assignable to type 'string'
  base.pipe(Workflow.bind("two", two, ({ one }) => ({ a: one.b }))),
  // two) → "the step needs", { readonly a: string; }, "the workflow gives", {
  base.pipe(Workflow.andThen(two)),
  // draft) → "the step needs", { readonly title: string; readonly points: readonly string[]; }, "the workflow gives"
  article.pipe(Workflow.andThen(draft)),
  // Schema.String, → give a step or a workflow
  base.pipe(Workflow.bind("two", Schema.String, "input")),
  // perhaps, → give a step or a workflow
  base.pipe(Workflow.bind("two", perhaps, "input")),
  // Workflow.make, → give a step or a workflow
  base.pipe(Workflow.bind("two", Workflow.make, "input")),
  Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
    // "outline") → no "outline"; there is input
    Workflow.bind("draft", draft, "outline"),
    Workflow.bind("outline", outline, "input")
  ),
  // (text → a function becomes a step with Step.effect
  base.pipe(Workflow.bind("two", (text: string) => text, "input")),
  // (text → a function becomes a step with Step.effect
  base.pipe(Workflow.andThen((text: string) => text)),
  // (text → a function becomes a step with Step.effect
  base.pipe(Workflow.forEach("two", (text: string) => text, { items: () => ["a"], key: String, input: "item" }))
]
