// One measurement of the AI SDK: a loop around generateText, which keeps nothing.
import { generateText, Output } from "ai"
import { MockLanguageModelV4 } from "ai/test"
import { measure } from "../support/measure.ts"
import { atATime, beginning, delayed, expectPart, instant, items, promptOf } from "../support/workload.ts"
import { Part } from "./part.js"

const [what, length, madeOnce] = process.argv.slice(2)
const count = Number(length)

const reply = what === "fan-out" ? delayed() : instant()
const usage = { inputTokens: { total: 250 }, outputTokens: { total: 110 } }
const finishReason = { unified: "stop", raw: undefined }
const answer = async () => ({ content: [{ type: "text", text: await reply() }], finishReason, usage, warnings: [] })

// its documentation makes one for each call
const outputOf = () => Output.object({ schema: Part })
const once = madeOnce && outputOf()

const ask = async ({ title }) => {
  // it keeps each call that was made
  const model = new MockLanguageModelV4({ doGenerate: answer })
  const { output } = await generateText({ model, prompt: promptOf(title), output: once ?? outputOf() })
  return output
}

const subjects = {
  chain: async () => {
    let part = beginning
    for (let i = 0; i < count; i++) part = await ask(part)
    expectPart(part)
  },
  "fan-out": async () => {
    const rest = items(count).values()
    const work = async () => {
      for (const item of rest) expectPart(await ask(item))
    }
    await Promise.all(Array.from({ length: atATime }, work))
  }
}

await measure(subjects[what], count)
