import { Effect, Schema } from "effect"
import { LlmClient, PromptTemplate, Step } from "@stepwright/core"
import { reply } from "./scripted.ts"

/** A step that asks for a text with a text. */
export const say = (name: string, options: Pick<Step.ModelSettings, "model"> = {}) =>
  Step.make(name, {
    input: Schema.String,
    output: Schema.String,
    prompt: PromptTemplate.make(`${name}: {{text}}`),
    variables: (text) => ({ text }),
    ...options
  })

/** A model whose k-th answer to a request is its k-th, in brackets. */
export const counting = () => {
  const asked: Array<string> = []
  const layer = LlmClient.layer(({ messages }) => {
    const text = messages.at(-1)!.content
    const nth = asked.filter((other) => other === text).length + 1
    asked.push(text)
    return Effect.succeed(reply(`<${text} ${nth}>`))
  })
  return { asked, layer }
}
