import { Schema } from "effect"
import { Workflow } from "@stepwright/core"
import { draft, outline } from "../program.ts"

export const workflow = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("outline", outline, ({ input }) => input),
  Workflow.bind("draft", draft, ({ input }) => input)
)
