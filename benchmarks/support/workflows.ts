// What Stepwright does of the workload, by its packages as they are or were.
import { Schema } from "effect"
import type * as Core from "@stepwright/core"
import { Part } from "./part.ts"
import { atATime, instructions } from "./workload.ts"

/** What a model says, as a client tells it. */
export const replied = (text: string) => ({
  text,
  finishReason: "stop" as const,
  usage: { input: 250, output: 110 }
})

const stepOf = ({ PromptTemplate, Step }: typeof Core, name: string) =>
  Step.make(name as "step", {
    input: Part,
    output: Part,
    prompt: PromptTemplate.make(`${instructions}\n\n{{title}}`),
    variables: ({ title }) => ({ title })
  })

/** So many steps in a row; a chain of any length has names that the compiler cannot know. */
export const chain = (core: typeof Core, count: number): any => {
  const { Workflow } = core
  let chain: any = Workflow.make("chain", { input: Part })
  for (let i = 0; i < count; i++) {
    chain = chain.pipe(
      Workflow.bind(`s${i}` as never, stepOf(core, `step${i}`), (i === 0 ? "input" : `s${i - 1}`) as never)
    )
  }
  return chain
}

/** A step for each item. */
export const fanOut = (core: typeof Core) =>
  core.Workflow.make("fanOut", { input: Schema.Array(Part) }).pipe(
    core.Workflow.forEach("all", stepOf(core, "step"), {
      items: ({ input }) => input,
      key: ({ title }) => title,
      input: "item",
      concurrency: atATime
    })
  )
