// A workflow that stands in a file, made of steps of a catalog: read, run, changed and written again.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { Effect, Result, Schema } from "effect"
import { Engine, Journal, PromptTemplate, Step, Workflow, WorkflowDefinition } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const outline = Step.make("outline", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.Struct({ title: Schema.String, chapters: Schema.Array(Schema.Struct({ title: Schema.String })) }),
  prompt: PromptTemplate.make("Outline {{topic}}."),
  variables: ({ topic }) => ({ topic })
})

const draft = Step.make("draft", {
  input: Schema.Struct({ title: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("Write {{title}}."),
  variables: ({ title }) => ({ title })
})

const catalog = { steps: { outline, draft } }

const file = new URL("./inputs/article.json", import.meta.url)
const decode = Schema.decodeUnknownSync(WorkflowDefinition.WorkflowDefinition, { onExcessProperty: "error" })
const definition = decode(JSON.parse(readFileSync(file, "utf8")))
export const article = Result.getOrThrow(Workflow.fromConfig(definition, catalog))
assert.deepEqual(Workflow.stepPaths(article), ["outline", "chapters/*", "summary"])

// the same without its chapters: what is left asks what it asked before, so nothing is asked
const shorter = { ...definition, steps: definition.steps.filter((step) => !("chapters" in step)) }

const program = Effect.gen(function* () {
  const { state } = yield* Engine.run(article, yield* Engine.initialize(article, { topic: "tea" }))
  const plan = yield* Engine.plan(Result.getOrThrow(Workflow.fromConfig(shorter, catalog)), state)
  assert.ok(plan.every(({ action }) => action === "reuse"))
  return yield* Engine.output(article, state)
})

const world = MockLlm.layer([
  { step: "outline", reply: { title: "Tea", chapters: [{ title: "Leaves" }, { title: "Water" }] } },
  { step: "draft", path: "chapters/Leaves", reply: "Leaves are …" },
  { step: "draft", path: "chapters/Water", reply: "Water is …" },
  { step: "draft", reply: "All about tea." }
])
console.log(await Effect.runPromise(program.pipe(Effect.provide([world, Journal.layerMemory]))))

// what is wrong with a file is told with its place, all of it at once
const wrong = Workflow.fromConfig({ ...definition, steps: definition.steps.toReversed() }, catalog)
console.log(Result.getOrThrow(Result.flip(wrong)).message)

// and back: a configured workflow has in its definition what its catalog does not say
const configured = Effect.runSync(Workflow.configure(article, { steps: { summary: { model: "small" } } }))
const written = Result.getOrThrow(Workflow.toConfig(configured, catalog))
assert.deepEqual(written.steps.at(-1), {
  summary: { bind: { step: "draft", model: "small" }, input: { title: "outline.title" } }
})
