import { mkdirSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { call, inFolder } from "../../support/commandLine.ts"

const steps = `import { Effect, Layer, Schema } from "effect"
import { LlmClient, PromptTemplate, Step } from "@stepwright/core"
const answer = ({ messages }) =>
  Effect.succeed({ text: messages.at(-1).content.toUpperCase(), finishReason: "stop", usage: {} })
export const layer = LlmClient.layer(answer)
const say = Step.make("say", {
  input: Schema.Struct({ text: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("say {{text}}"),
  variables: (input) => input
})
export const mine = { steps: { say } }
export const wrong = { steps: { say: 3 } }
`

const pipeline = (prompt: string) => `name: chorus
catalog: steps.mjs#mine
input: { type: string }
steps:
  - first: { bind: say, input: { text: input } }
  - agreed: { gate: { question: { type: string }, decision: { type: boolean } }, input: first }
  - second: { bind: { step: say, prompt: "${prompt}" }, input: { text: first } }
`

const json = (...args: ReadonlyArray<string>) =>
  Effect.map(call([...args, "--json"]), ({ err, out }) => {
    assert.match(out, /^[{[]/u, err)
    return JSON.parse(out)
  })

describe("a file that defines a workflow", () => {
  it.effect("is what its run is read from again, as it is by then", () =>
    Effect.gen(function* () {
      mkdirSync("own")
      writeFileSync("own/steps.mjs", steps)
      writeFileSync("own/chorus.yml", pipeline("again {{text}}"))
      writeFileSync("song.txt", "la")
      const begun = yield* json("run", "song.txt", "--workflow", "own/chorus.yml")
      assert.strictEqual(begun.status, "SUSPENDED")
      yield* json("decide", "latest", "agreed", "yes")
      const plan: ReadonlyArray<{ readonly action: string; readonly path: string }> = yield* json("plan")
      assert.deepStrictEqual(
        plan.filter(({ action }) => action !== "reuse").map(({ path }) => path),
        []
      )
      writeFileSync("own/chorus.yml", pipeline("once more {{text}}"))
      const ended = yield* json("resume")
      assert.strictEqual(ended.status, "COMPLETED")
      const { output } = yield* json("show", "output")
      assert.strictEqual(output.second, "ONCE MORE SAY LA")
    }).pipe(inFolder)
  )

  it.effect("is refused with the line of what it takes from a module", () =>
    Effect.gen(function* () {
      writeFileSync("steps.mjs", steps)
      const refused = Effect.fnUntraced(function* (from: string) {
        writeFileSync("w.yaml", pipeline("{{text}}").replace("steps.mjs#mine", from))
        const { err, status } = yield* call(["graph", "--workflow", "w.yaml"])
        assert.strictEqual(status, 2)
        return err
      })
      assert.match(yield* refused("steps.mjs#wrong"), /w\.yaml:2:10: catalog: .*"say" among its steps is not a step/)
      assert.match(yield* refused("steps.mjs#layer"), /w\.yaml:2:10: catalog: "layer" of steps\.mjs is no catalog/)
      assert.match(yield* refused("steps.mjs"), /exports no "catalog"; it exports layer, mine, wrong/)
      const { err } = yield* call(["graph", "--workflow", "w.yaml#other"])
      assert.match(err, /w\.yaml defines one workflow: leave #other out/)
    }).pipe(inFolder)
  )
})
