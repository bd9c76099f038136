// One measurement of partial-objects.ts with the AI SDK; the reply is read from a file.
import { readFileSync } from "node:fs"
import { Output, streamText } from "ai"
import { MockLanguageModelV4 } from "ai/test"
import { z } from "zod"
import { answer } from "../support/measure.ts"

const [what, file, size] = process.argv.slice(2)

const Plan = z.object({
  title: z.string(),
  tasks: z.array(
    z.object({ path: z.string(), objective: z.string(), size: z.number(), dependsOn: z.array(z.string()) })
  )
})

const text = readFileSync(file, "utf8")
const deltas = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => ({
  type: "text-delta",
  id: "1",
  delta: text.slice(i * size, (i + 1) * size)
}))
const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
const parts = [
  { type: "text-start", id: "1" },
  ...deltas,
  { type: "text-end", id: "1" },
  { type: "finish", finishReason: { unified: "stop", raw: undefined }, usage }
]
const model = new MockLanguageModelV4({ doStream: async () => ({ stream: ReadableStream.from(parts) }) })

const subjects = {
  nothing: async () => [0, 0],
  text: async () => {
    let whole = ""
    let partials = 0
    for await (const delta of streamText({ model, prompt: "Plan." }).textStream) {
      whole += delta
      partials++
    }
    return [partials, Plan.parse(JSON.parse(whole)).tasks.length]
  },
  partials: async () => {
    let partials = 0
    let tasks = 0
    for await (const plan of streamText({ model, prompt: "Plan.", output: Output.object({ schema: Plan }) })
      .partialOutputStream) {
      partials++
      tasks = plan.tasks?.length ?? 0
    }
    return [partials, tasks]
  }
}

await answer(async () => {
  const began = performance.now()
  const [partials, tasks] = await subjects[what]()
  const seconds = (performance.now() - began) / 1000
  return { seconds, megabytes: process.resourceUsage().maxRSS / 1024, partials, tasks }
})
