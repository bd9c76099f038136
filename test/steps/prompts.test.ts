import { assert, describe, expect, it } from "@effect/vitest"
import type { LlmRequest, Message } from "@stepwright/core/LlmRequest"
import { MockLlm } from "@stepwright/llm"
import { AutomatedCodingWorkflow, RequirementStep } from "@stepwright/steps"
import { Engine } from "@stepwright/core"
import { Effect, Layer } from "effect"
import { type Case, cases, names } from "./cases.ts"
import * as pantry from "./pantry.ts"

/** Tokens are counted as characters divided by four, rounded up: near enough to see a prompt grow. */
const tokens = (text: string) => Math.ceil(text.length / 4)

const shown = (messages: ReadonlyArray<Message>) =>
  [
    `<!-- about ${tokens(messages.map(({ content }) => content).join(""))} tokens (characters / 4) -->`,
    ...messages.map(({ content, role }) => `<!-- ${role} -->\n\n${content}`)
  ].join("\n\n") + "\n"

describe("the prompts", () => {
  it.effect.each(names)("%s reads as reviewed, and so does its repair turn", (name) => {
    const { ask, broken, reply }: Case = cases[name]
    return Effect.gen(function* () {
      yield* ask
      const [first, second] = yield* MockLlm.calls
      const { messages } = second!
      const snapshot = (part: string, messages: ReadonlyArray<Message>) =>
        Effect.promise(() => expect(shown(messages)).toMatchFileSnapshot(`__snapshots__/${name}.${part}.md`))
      yield* snapshot("prompt", first!.messages)
      yield* snapshot("repair", messages.slice(first!.messages.length + 1))
    }).pipe(Effect.provide(MockLlm.layer([{ step: name, reply: [broken.reply, reply] }])))
  })

  it.effect("carry a nonce in each line of the document to every step that needs it", () =>
    Effect.gen(function* () {
      const nonces = Array.from({ length: 12 }, (_, i) => `nonce-${i}-${(i * 7919) % 1000}`)
      const document = nonces.map((nonce) => `- the software must know ${nonce}`).join("\n")
      yield* Engine.execute(AutomatedCodingWorkflow.workflow, { requirement: document })
      const lost = (yield* MockLlm.calls).flatMap(({ messages, metadata }) =>
        nonces.filter((nonce) => !messages[0]!.content.includes(nonce)).map((nonce) => `${metadata.path}: ${nonce}`)
      )
      assert.deepStrictEqual(lost, [])
      assert.deepStrictEqual(
        [...new Set((yield* MockLlm.calls).map(({ metadata }) => metadata.step))],
        ["requirement", "architecture-design", "task-breakdown", "implementation", "test-generation"]
      )
    }).pipe(
      Effect.provide(Layer.merge(pantry.world(), MockLlm.layer([{ step: "requirement", reply: echo }, ...script])))
    )
  )
})

/** Only the requirement step sees the document: what it specifies is all that the others know, in whatever field. */
const echo = ({ messages }: LlmRequest): string => {
  const said = [...messages[0]!.content.matchAll(/^- the software must know (nonce\S+)$/gm)].map(([, nonce]) => nonce!)
  const at = (i: number) => said.filter((_, j) => j % 6 === i)
  const requirement: RequirementStep.Requirement = {
    title: at(0).join(" "),
    summary: at(1).join(" "),
    requirements: [
      { id: "R1", text: at(2).join(" "), criteria: at(3).map((text, i) => ({ id: `R1.${i + 1}`, text })) }
    ],
    constraints: at(4),
    assumptions: at(5).slice(0, 1),
    openQuestions: at(5).slice(1)
  }
  return RequirementStep.parser.print(requirement)
}

const script = (pantry.script() as ReadonlyArray<MockLlm.Entry>).filter(({ step }) => step !== "requirement")
