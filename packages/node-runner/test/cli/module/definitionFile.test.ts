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

  it.effect("is refused with all that is wrong, whatever else is", () =>
    Effect.gen(function* () {
      writeFileSync(
        "w.yaml",
        `name: w
input: { type: object, properties: { topic: { type: string } }, required: [topic] }
steps:
  - {}
  - one: { bind: nostep, input: inptu }
  - two: { iterate: requirement, input: input.topic, until: last.ok, atMost: 0 }
  - three: { bind: { step: requirement, promptFile: missing.md }, input: { documents: input.topic } }
  - three: { bind: requirement, input: { documnts: input.topic } }
  - four: { bind: requirement, inptu: input }
  - five: { bind: requirement, input: nowhere, input: four.x }
  - six: {}
  - seven: { let: input.topic }
    eight: { let: two.title }
  - nine: { let: eight.x }
`
      )
      const { err, status } = yield* call(["graph", "--workflow", "w.yaml"])
      assert.strictEqual(status, 2)
      assert.deepStrictEqual(
        err
          .replace(/^stepwright: /, "")
          .trim()
          .split("\n")
          .map((line) => line.split(" ", 2).join(" ")),
        [
          "w.yaml:4:5: steps.0:",
          "w.yaml:5:18: steps.1.one.bind:",
          "w.yaml:5:33: steps.1.one.input:",
          "w.yaml:6:41: steps.2.two.input:",
          "w.yaml:6:61: steps.2.two.until:",
          "w.yaml:6:78: steps.2.two.atMost:",
          "w.yaml:7:53: steps.3.three.bind.promptFile:",
          "w.yaml:7:87: steps.3.three.input.documents:",
          "w.yaml:8:5: steps.4.three:",
          "w.yaml:8:42: steps.4.three.input.documnts:",
          "w.yaml:9:11: steps.5.four:",
          "w.yaml:9:32: steps.5.four.inptu:",
          "w.yaml:10:48: steps.6.five.input:",
          "w.yaml:11:10: steps.7.six:",
          "w.yaml:12:5: steps.8:"
        ]
      )
      assert.include(err, "steps.0: Expected a node under its name, such as `draft: { bind: draft, input: WIRE }`")
      assert.match(err, /steps\.7\.six: Expected what a node is .*: bind, let, forEach/)
      assert.notInclude((yield* call(["graph", "--workflow", "none.yaml"])).err, "standard input")
    }).pipe(inFolder)
  )
})
