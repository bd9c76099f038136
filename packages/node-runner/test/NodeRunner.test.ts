import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, expectTypeOf, it } from "@effect/vitest"
import { Engine, Hasher, type LlmClient, PromptTemplate, Step, Workflow, Workspace } from "@stepwright/core"
import { NodeRunner } from "@stepwright/node-runner"
import { ConfigProvider, Context, Effect, Layer, Schema } from "effect"

const folder = mkdtempSync(join(tmpdir(), "stepwright-runner-"))
afterAll(() => rmSync(folder, { recursive: true }))

const options = { directory: join(folder, "runs"), out: join(folder, "out") }

const write = Step.effect("write", {
  input: Schema.String,
  output: Schema.Array(Schema.String),
  run: (text) =>
    Effect.gen(function* () {
      const workspace = yield* Workspace.Workspace
      const written = yield* Effect.orDie(workspace.write([{ path: "a/text.txt", content: text }]))
      return written.map(({ path }) => path)
    })
})
const writing = Workflow.make("writing", { input: Schema.String }).pipe(Workflow.bind("written", write, "input"))

const ask = Step.make("ask", {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make("{{text}}"),
  variables: (text) => ({ text })
})
const asking = Workflow.make("asking", { input: Schema.String }).pipe(Workflow.bind("answer", ask, "input"))

const without = ConfigProvider.layer(ConfigProvider.fromUnknown({}))

describe("NodeRunner", () => {
  describe("layer", () => {
    it.effect("journals, delivers and hashes on this machine, and needs no key for that", () =>
      Effect.gen(function* () {
        const state = yield* Engine.initialize(writing, "hello")
        assert.strictEqual((yield* Engine.run(writing, state)).state.status, "COMPLETED")
        assert.strictEqual(readFileSync(join(folder, "out/a/text.txt"), "utf8"), "hello")
        assert.isTrue(existsSync(join(folder, "runs", state.run, "events.jsonl")))
        assert.strictEqual((yield* Engine.load(writing, state.run)).records["written"]?.attempts, 1)
        const hash = yield* Hasher.Hasher
        assert.strictEqual(hash("ä"), createHash("sha256").update("ä").digest("hex"))
      }).pipe(Effect.provide(Layer.provide(NodeRunner.layer(options), without)))
    )

    it.effect("fails a request without a key, and says what to set", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Engine.execute(asking, "hello"))
        assert.include(error.message, "OPENAI_API_KEY")
      }).pipe(Effect.provide(Layer.provide(NodeRunner.layer(options), without)))
    )

    it("provides what the ready steps need", () => {
      expectTypeOf(NodeRunner.layer()).toExtend<Layer.Layer<LlmClient.LlmClient | Workspace.Workspace, unknown>>()
    })
  })

  describe("main", () => {
    it("asks for a layer where a workflow needs more than it has", () => {
      class Other extends Context.Service<Other, string>()("Other") {}
      const other = Step.effect("other", { input: Schema.String, output: Schema.String, run: () => Other })
      const needy = Workflow.make("needy", { input: Schema.String }).pipe(Workflow.bind("other", other, "input"))
      const program = () => {
        NodeRunner.main(asking)
        NodeRunner.main(writing, {})
        // @ts-expect-error Other is missing
        NodeRunner.main(needy)
      }
      expectTypeOf(program).toBeFunction()
    })
  })
})
