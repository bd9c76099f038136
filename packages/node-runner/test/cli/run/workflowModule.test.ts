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
          /broken\.mjs:1:25 cannot be loaded: missing is not defined/
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

    it.effect("names file, line and column of what does not parse or throws", () =>
      Effect.gen(function* () {
        const typed = module("typed.ts", "export const a: number = 1\nexport const b = {\n  c: = 2\n}\n")
        assert.match(yield* refusal(typed), /typed\.ts:3:6 cannot be loaded: Expression expected/)
        const plain = module("plain.mjs", "export const a = 1\nexport const b = {\n  c: = 2\n}\n")
        assert.match(yield* refusal(plain), /plain\.mjs:3:6 cannot be loaded: Unexpected token '='/)
        const enums = module("enums.ts", "export enum A { b }\n")
        assert.match(yield* refusal(enums), /enums\.ts:1:8 cannot be loaded: TypeScript enum is not supported/)
        const inside = module("inside.ts", 'import "./typed.ts"\n')
        assert.match(yield* refusal(inside), /inside\.ts cannot be loaded: .*typed\.ts:3:6: Expression expected/)
        const throwing = module("throwing.ts", 'const f = (): number => {\n  throw new Error("no\\nluck")\n}\nf()\n')
        assert.match(yield* refusal(throwing), /throwing\.ts:2:9 cannot be loaded: no luck/)
        const name = module("name.mjs", 'import { nope } from "./one.mjs"\n')
        assert.match(yield* refusal(name), /name\.mjs:1:10 cannot be loaded: .*does not provide an export named 'nope'/)
        const twice =
          'Workflow.make("w", { input: Schema.String }).pipe(Workflow.let("a", () => 1), Workflow.let("a", () => 1))'
        const defined = module("defined.mjs", `${imports}export const w = ${twice}\n`)
        assert.match(yield* refusal(defined), /defined\.mjs:3:\d+ cannot be loaded: .*"a"/)
        assert.match(yield* refusal(module("text.mjs", 'throw "a text"\n')), /text\.mjs cannot be loaded: a text/)
      })
    )

    it.effect("refuses a folder, an empty name and a file that may not be read", () =>
      Effect.gen(function* () {
        assert.match(yield* refusal(folder), /^.* is a folder: name a module/)
        assert.match(yield* refusal(`${folder}#x`), /^.* is a folder: name a module/)
        assert.match(yield* refusal("#x"), /^--workflow names no module/)
        assert.match(yield* refusal(""), /^--workflow names no module/)
        assert.match(yield* refusal(`${one}#`), /^.*one\.mjs# names no workflow/)
        assert.match(yield* refusal(module("doc.md", "text")), /doc\.md cannot be loaded: .*extension/)
        assert.match(yield* refusal(module("package.mjs", 'import "not-there"\n')), /Cannot find package 'not-there'/)
      })
    )
  })
})
