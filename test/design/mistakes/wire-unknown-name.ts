import { Workflow } from "@stepwright/core"
import { article, draft } from "../program.ts"

export const workflow = article.pipe(
  Workflow.bind("again", draft, { title: "outline.titel", points: "outline.points" })
)
