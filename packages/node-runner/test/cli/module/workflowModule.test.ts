import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { NodeServices } from "@effect/platform-node"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Workflow } from "@stepwright/core"
import { Effect } from "effect"
import * as workflowModule from "../../../src/cli/module/workflowModule.ts"

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

/** What Node itself makes of modules, as the test runner has a loader of its own: the name of the workflow, or the refusal. */
const loadedByNode = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const source = JSON.stringify(join(import.meta.dirname, "../../../src/cli/module/workflowModule.ts"))
  const script = `import * as workflowModule from ${source}
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
const told = { onFailure: ({ message }) => message, onSuccess: ({ name }) => name }
const all = Effect.forEach(${JSON.stringify(names.map((name) => join(folder, name)))}, (name) =>
  Effect.match(workflowModule.load(name), told)
)
console.log(JSON.stringify(await Effect.runPromise(Effect.provide(all, NodeServices.layer))))`
  const { stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: import.meta.dirname,
    encoding: "utf8"
  })
  assert.notStrictEqual(stdout, "", stderr)
  return JSON.parse(stdout)
}

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

    it("names file, line and column of what does not parse or throws", () => {
      const broken = "export const b = {\n  c: = 2\n}\n"
      const twice = '.pipe(Workflow.let("a", () => 1), Workflow.let("a", () => 1))'
      const cases: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
        "typed.ts": [`export const a: number = 1\n${broken}`, /typed\.ts:3:6 cannot be loaded: Expression expected/],
        "plain.mjs": [`export const a = 1\n${broken}`, /plain\.mjs:3:6 cannot be loaded: Unexpected token '='/],
        "enums.ts": ["export enum A { b }\n", /enums\.ts:1:8 cannot be loaded: TypeScript enum is not supported/],
        "inside.ts": ['import "./typed.ts"\n', /inside\.ts cannot be loaded: .*typed\.ts:3:6: Expression expected/],
        "throwing.ts": [
          'const f = (): number => {\n  throw new Error("no\\nluck")\n}\nf()\n',
          /throwing\.ts:2:9 cannot be loaded: no luck$/
        ],
        "name.mjs": [
          'import { no } from "./one.mjs"\n',
          /name\.mjs:1:10 cannot be loaded: .*no export named 'no'|name\.mjs:1:10 /
        ],
        "defined.mjs": [
          `${imports}export const w = Workflow.make("w", { input: Schema.String })${twice}\n`,
          /defined\.mjs:3:\d+ cannot be loaded: .*"?a"?/
        ],
        "absent.mjs": ["absent()\n", /absent\.mjs:1:1 cannot be loaded: absent is not defined/],
        "doc.md": ["text", /doc\.md cannot be loaded: Unknown file extension "\.md"/],
        "text.mjs": ['throw "a text"\n', /text\.mjs cannot be loaded: a text/]
      }
      for (const [name, [text]] of Object.entries(cases)) module(name, text)
      const told = loadedByNode(Object.keys(cases))
      for (const [i, [, message]] of Object.values(cases).entries()) assert.match(told[i]!, message)
    })

    it("takes the workflows of a CommonJS module as those of any other", () => {
      const exported = {
        "named.cjs": '{ ["w"]: of("w"), other: 3 }',
        "alone.cjs": 'of("w")',
        "several.cjs": '{ ["v"]: of("v"), ["w"]: of("w") }',
        "none.cjs": "{ ...{ a: 1 }, b: 2 }",
        "number.cjs": "3"
      }
      for (const [name, exports] of Object.entries(exported)) {
        module(
          name,
          `const { Schema } = require("effect")
const { Workflow } = require("@stepwright/core")
const of = (name) => Workflow.make(name, { input: Schema.String })
module.exports = ${exports}
`
        )
      }
      const names = ["named.cjs", "alone.cjs", "several.cjs#w", "several.cjs", "none.cjs", "none.cjs#c", "number.cjs"]
      const [named, alone, chosen, several, none, unknown, number] = loadedByNode(names)
      assert.deepStrictEqual([named, alone, chosen], ["w", "default", "w"])
      assert.match(several!, /several workflows: .*several\.cjs#v \(v, w\)/)
      assert.match(none!, /exports no workflow; it exports a, b/)
      assert.match(unknown!, /exports no "c"; it exports a, b/)
      assert.match(number!, /exports no workflow; it exports nothing/)
    })

    it.effect("refuses a folder, an empty name and a file that may not be read", () =>
      Effect.gen(function* () {
        assert.match(yield* refusal(folder), /^.* is a folder: name a module/)
        assert.match(yield* refusal(`${folder}#x`), /^.* is a folder: name a module/)
        assert.match(yield* refusal("#x"), /^--workflow names no module/)
        assert.match(yield* refusal(""), /^--workflow names no module/)
        assert.match(yield* refusal(`${one}#`), /^.*one\.mjs# names no workflow/)
        assert.match(yield* refusal(module("package.mjs", 'import "not-there"\n')), /Cannot find package 'not-there'/)
      })
    )
  })
})
