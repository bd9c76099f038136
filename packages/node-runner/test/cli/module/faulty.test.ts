import { mkdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { place } from "../../support/place.ts"

const module = (say: string, input = '"input"') => `import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
const say = Step.effect("say", {
  input: Schema.String,
  output: Schema.String,
  run: (text) => Effect.sync(() => (${say}, text))
})
export const w = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("say", say, ${input}))
`

const run = ["run", "--workflow", "w.ts", "--input", '"x"']

describe("a function of a step that throws", () => {
  it("is told with its path once", async () => {
    const here = place()
    here.write("w.ts", module("0", '() => { throw new Error("none") }'))
    const selector = await here.stepwright(...run)
    assert.strictEqual(selector.status, 1)
    assert.match(selector.stderr, /^failed( at say)?: (say: )?a selector .*none/m)
    const other = place()
    other.write("w.ts", module('(() => { throw new Error("say: none") })()'))
    for (const args of [run, ["step", "say"]]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { status, stderr } = await other.stepwright(...args)
      assert.strictEqual(status, 1)
      assert.match(stderr, /^failed at say: none$/m)
    }
  })
})

describe("a module with an effect that does not go with this version", () => {
  it("is refused before anything is written", async () => {
    const here = place()
    mkdirSync(here.path("node_modules/effect"), { recursive: true })
    here.write("node_modules/effect/package.json", '{ "name": "effect", "version": "4.0.5" }')
    here.write("w.ts", module("0"))
    const { status, stderr, stdout } = await here.stepwright(...run)
    assert.deepStrictEqual([status, stdout], [3, ""])
    assert.match(stderr, /w\.ts finds effect 4\.0\.5, with which this version does not work: install effect@~4\.\d+/)
    assert.isFalse(here.exists(".stepwright"))
  })
})
