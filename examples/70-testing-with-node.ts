// The testing kit without a test framework: prompts to review, laws, a port's suite and matchers under node:test.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { Effect, Layer, Schema } from "effect"
import { Engine, Journal, OutputParser, PromptTemplate, PromptTemplateVariable, Step, Workflow } from "@stepwright/core"
import {
  JournalConformance,
  Matchers,
  ParserLaws,
  Prompts,
  TemplateLaws,
  type TestCase
} from "@stepwright/core/testing"
import { MockLlm } from "@stepwright/llm"

const Review = Schema.Struct({ verdict: Schema.Literals(["keep", "change"]), reasons: Schema.Array(Schema.String) })
const parser = OutputParser.json(Review)
const prompt = PromptTemplate.make("Review this text:\n\n{{text}}", {
  text: { delimiter: PromptTemplateVariable.fence("md") }
})
const review = Step.make("review", {
  input: Schema.String,
  output: Review,
  parser,
  prompt,
  variables: (text) => ({ text })
})
export const reviews = Workflow.make("reviews", { input: Schema.Struct({ texts: Schema.Array(Schema.String) }) }).pipe(
  Workflow.forEach("review", review, { items: "input.texts", key: (text) => text, input: "item" })
)

const all = (name: string, suite: ReadonlyArray<TestCase.TestCase>) =>
  describe(name, () => {
    for (const { name, run } of suite) test(name, () => Effect.runPromise(run))
  })

all("the parser", ParserLaws.suite(parser, { output: Review }))
all("the prompt", TemplateLaws.suite(prompt))
all("a journal", JournalConformance.suite(Effect.sync(() => Layer.succeed(Journal.Journal, Journal.makeMemory()))))

test("what it asks is what was reviewed", async () => {
  const prompts = await Effect.runPromise(Prompts.render(reviews, { input: { texts: ["It rains."] } }))
  assert.match(
    prompts,
    /^===== review\/It%20rains\. · model default · replies with json\n\n----- user\nReview this text:/
  )
})

test("it asks once for each text", async () => {
  const program = Effect.gen(function* () {
    return yield* Engine.run(reviews, yield* Engine.initialize(reviews, { texts: ["one", "two"] }))
  })
  const model = MockLlm.layer([{ step: "review", reply: { verdict: "keep", reasons: [] } }])
  const outcome = await Effect.runPromise(Effect.provide(program, model))
  for (const { message, pass } of [Matchers.toHaveCompleted(outcome), Matchers.toHaveAsked(outcome, "review/*", 2)]) {
    assert.ok(pass, message())
  }
})
