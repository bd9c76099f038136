import { Workflow } from "@stepwright/core"
import { article, draft } from "../program.ts"

export const workflow = article.pipe(Workflow.bind("draft", draft, ({ outline }) => outline))
