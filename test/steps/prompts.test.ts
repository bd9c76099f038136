import { assert, describe, expect, it } from "@effect/vitest"
import type { LlmRequest, Message } from "@stepwright/core/LlmRequest"
import { MockLlm } from "@stepwright/llm"
import {
  ArchitectureDesignStep,
  AutomatedCodingWorkflow,
  ImplementationStep,
  JudgementStep,
  RequirementReviewStep,
  RequirementStep
} from "@stepwright/steps"
import { Engine } from "@stepwright/core"
import { Effect, Layer, Schema } from "effect"
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

  it.effect("carry each sentence of the documents, each criterion and each sample to the steps that need it", () =>
    Effect.gen(function* () {
      const [ofR1, ofR2] = [nonces.slice(0, 6), nonces.slice(6)]
      const text = (nonces: ReadonlyArray<string>) => nonces.map((nonce) => `- ${sentence(nonce)}`).join("\n")
      yield* Engine.execute(AutomatedCodingWorkflow.workflow, {
        documents: [
          { path: "PRD.md", text: text(ofR1) },
          { path: "More.md", text: text(ofR2) }
        ],
        design: [{ path: "design.md", text: "The author decided nonce-given." }],
        samples: [{ path: "data/nonce-path.csv", text: "nonce-sample\n" }],
        mutants: 1
      })
      const calls = yield* MockLlm.calls
      const seen = ({ messages }: LlmRequest) => [
        ...new Set(messages.flatMap(({ content }) => content.match(/nonce-\w+(?:-\w+)?/g) ?? []))
      ]
      const of = (path: string) => seen(calls.find(({ metadata }) => metadata.path === path)!).toSorted()
      const sorted = (...nonces: ReadonlyArray<string>) => nonces.toSorted()
      const sample = ["nonce-path", "nonce-sample"]
      assert.deepStrictEqual(
        {
          requirement: of("requirement/draft"),
          review: of("requirement/review"),
          architecture: of("design/architecture"),
          tasks: of("design/breakdown/tasks"),
          tests: of("tests"),
          acceptance: of("acceptance"),
          mutantTests: of("hardened/true/tests/true/written/try"),
          item: of(implementation(pantry.paths.item)),
          shelf: of(implementation(pantry.paths.shelf)),
          meal: of(implementation(pantry.paths.meal)),
          judgement: of("result/red/rounds/1/round/try/judgements"),
          codeRepair: of("result/red/rounds/1/round/try/code/true"),
          testRepair: of("result/red/rounds/1/round/try/tests/true")
        },
        {
          // what the author decided has names that the documents may lack
          requirement: sorted(...nonces, ...sample, "nonce-given"),
          review: sorted(...nonces, ...sample, "nonce-given", "nonce-constraint", "nonce-assumption", "nonce-question"),
          // samples are delivered as they are: the design needs their names only
          architecture: sorted(
            ...nonces,
            "nonce-path",
            "nonce-given",
            "nonce-constraint",
            "nonce-assumption",
            "nonce-question"
          ),
          tasks: sorted(...nonces, "nonce-constraint", "nonce-assumption", "nonce-question", "nonce-decision"),
          tests: sorted(...nonces, ...sample, "nonce-constraint", "nonce-assumption"),
          acceptance: sorted(...nonces, ...sample, "nonce-given"),
          mutantTests: sorted(...nonces, ...sample, "nonce-constraint", "nonce-assumption"),
          // a file is told what it serves, and what binds every file
          item: sorted(...ofR1, "nonce-path", "nonce-constraint", "nonce-decision"),
          shelf: sorted(...ofR2, "nonce-path", "nonce-constraint", "nonce-decision"),
          meal: sorted("nonce-path", "nonce-constraint", "nonce-decision"),
          // the documents judge, and what they decide goes on to those who mend
          judgement: sorted(...nonces, "nonce-given", "nonce-constraint", "nonce-assumption", "nonce-question"),
          codeRepair: sorted(...nonces, "nonce-constraint", "nonce-assumption", "nonce-question"),
          testRepair: sorted(nonces[0]!)
        }
      )
      assert.deepStrictEqual(
        [...new Set(calls.map(({ metadata }) => metadata.step))].toSorted(),
        names.filter((name) => !name.endsWith("-change")).toSorted()
      )
    }).pipe(
      Effect.provide(Layer.mergeAll(pantry.world(), pantry.sandbox(pantry.redUntilMended), MockLlm.layer(nonceScript)))
    )
  )

  it.effect.prop(
    "of tests are the same bytes whatever the code",
    [Schema.Array(Schema.String).check(Schema.isMinLength(1), Schema.isMaxLength(3))],
    ([lines]) =>
      Effect.gen(function* () {
        const [written, ...others] = yield* Effect.forEach([[], lines], (lines) =>
          Effect.provide(testPrompts, coded(lines))
        )
        assert.strictEqual(written!.length, 2)
        assert.deepStrictEqual(others, [written])
      }),
    { arbitrary: { runs: 10 } }
  )
})

const nonces = Array.from({ length: 12 }, (_, i) => `nonce-${i}-${(i * 7919) % 1000}`)

const sentence = (nonce: string) => `The software must know ${nonce}.`

const implementation = (file: string) => `implementation/${encodeURIComponent(file)}/implementation`

/** Specifies each sentence of the documents in its own words: those of the first document under R1, of the second under R2. */
const specify = ({ messages }: LlmRequest): string => {
  const documents = messages[0]!.content.split("===== More.md =====")
  const requirement: RequirementStep.Requirement = {
    ...pantry.requirement,
    requirements: documents.map((text, i) => ({
      id: `R${i + 1}`,
      text: "It knows.",
      criteria: [...text.matchAll(/^- (The software must know nonce\S+)$/gm)].map(([, quote], j) => ({
        id: `R${i + 1}.${j + 1}`,
        text: quote!,
        quotes: [quote!]
      }))
    })),
    constraints: ["nonce-constraint"],
    assumptions: ["nonce-assumption"],
    openQuestions: ["nonce-question"]
  }
  return RequirementStep.parser.print(requirement)
}

const meets = (path: string) => (path === pantry.paths.item ? ["R1"] : path === pantry.paths.shelf ? ["R2"] : [])

const designed: ArchitectureDesignStep.ArchitectureDesign = {
  ...pantry.design,
  modules: pantry.design.modules.map((module) => ({ ...module, meets: meets(module.path) })),
  decisions: ["nonce-decision"]
}

const nonceScript = pantry.replying({
  requirement: specify,
  "requirement-review": RequirementReviewStep.parser.print({
    ...pantry.review,
    changes: [],
    constraints: ["nonce-constraint"],
    assumptions: ["nonce-assumption"],
    openQuestions: ["nonce-question"]
  }),
  "architecture-design": ArchitectureDesignStep.parser.print(designed),
  judgement: JudgementStep.parser.print(
    pantry.judgements.map((judgement) =>
      judgement.fault === "test" ? { ...judgement, quote: sentence(nonces[0]!) } : judgement
    )
  )
})

/** A world in which every file of code holds these lines. */
const coded = (lines: ReadonlyArray<string>) => {
  const text = ["x = 1", ...lines.map((line) => `y = ${JSON.stringify(line)}`), ""].join("\n")
  return Layer.merge(
    pantry.world(),
    MockLlm.layer(pantry.replying({ implementation: ImplementationStep.parser.print(text) }))
  )
}

/** What those who write tests are asked. */
const testPrompts = Effect.gen(function* () {
  yield* Engine.execute(AutomatedCodingWorkflow.workflow, pantry.project)
  const isOfTests = ({ metadata: { step } }: LlmRequest) => step === "test-generation" || step === "acceptance-test"
  return (yield* MockLlm.calls)
    .filter(isOfTests)
    .map(({ messages, metadata }) => JSON.stringify([metadata.step, messages]))
    .toSorted()
})
