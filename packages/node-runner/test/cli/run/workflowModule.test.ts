import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Workflow } from "@stepwright/core"
import { Effect } from "effect"
import * as workflowModule from "../../../src/cli/run/workflowModule.ts"

// outside every node_modules
const folder = mkdtempSync(join(tmpdir(), "stepwright-module-"))
afterAll(() => rmSync(folder, { recursive: true }))
const module = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const imports = `import { Layer, Schema } from "effect"
import { Workflow } from "@stepwright/core"
`
const one = module(
  "one.mjs",
  `${imports}export const only = Workflow.make("one", { input: Schema.String })\nexport const limit = 3\n`
)
const two = module(
  "two.mjs",
  `${imports}export const first = Workflow.make("first", { input: Schema.String })
export const second = Workflow.make("second", { input: Schema.String })
export const layer = Layer.empty
`
)

const load = (reference: string) => workflowModule.load(reference).pipe(Effect.provide(NodeServices.layer))
const refusal = (reference: string) =>
  Effect.map(Effect.flip(load(reference)), ({ kind, message }) => {
    assert.strictEqual(kind, "usage")
    return message
  })

describe("workflowModule", () => {
  describe("load", () => {
    it.effect("takes the one workflow of a module, or the one that is named", () =>
      Effect.gen(function* () {
        const only = yield* load(one)
        assert.isTrue(Workflow.isWorkflow(only.workflow))
        assert.deepStrictEqual([only.name, only.module, only.hasLayer], ["only", one, false])
        const second = yield* load(`${two}#second`)
        assert.deepStrictEqual([second.workflow.name, second.hasLayer], ["second", true])
      })
    )

    it.effect("says which there are where none or several are meant", () =>
      Effect.gen(function* () {
        assert.match(yield* refusal(two), /exports several workflows: say which, as .*two\.mjs#first \(first, second\)/)
        assert.match(yield* refusal(`${two}#third`), /exports no "third"; it exports first, layer, second/)
        assert.match(yield* refusal(`${one}#limit`), /"limit" of .* is not a workflow; its workflows are only/)
        assert.match(
          yield* refusal(module("none.mjs", "export const limit = 3\n")),
          /exports no workflow; it exports limit/
        )
      })
    )

    it.effect("says why a module cannot be loaded", () =>
      Effect.gen(function* () {
        assert.match(yield* refusal(join(folder, "absent.ts")), /there is no file .*absent\.ts/)
        assert.match(
          yield* refusal(module("broken.mjs", "export const workflow = missing\n")),
          /broken\.mjs cannot be loaded: missing is not defined/
        )
        assert.match(
          yield* refusal(
            module(
              "layer.mjs",
              `${imports}export const layer = 1\nexport const w = Workflow.make("w", { input: Schema.String })\n`
            )
          ),
          /the `layer` that .* exports is not a Layer/
        )
      })
    )
  })
})
