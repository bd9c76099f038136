// A pipeline in hundreds of worlds: processes die, requests fail, replies take their time. What breaks a law is found with
// the smallest world in which it does, and a seed that brings it back.
import assert from "node:assert/strict"
import { Console, Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Simulate } from "@stepwright/core/testing"

const headline = Step.make("headline", {
  input: Schema.Struct({ news: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("A headline for this:\n{{news}}"),
  variables: ({ news }) => ({ news })
})

const paper = (name: string, dated: (headline: string) => Effect.Effect<string>) =>
  Workflow.make(name, { input: Schema.Struct({ news: Schema.String }) }).pipe(
    Workflow.bind("headline", headline, "input"),
    Workflow.bind(
      "dated",
      Step.effect("dated", { input: Schema.String, output: Schema.String, run: dated }),
      "headline"
    )
  )

const input = { news: "It rained." }

// with nothing wrong in it
export const sound = paper("sound", (headline) => Effect.succeed(headline.toUpperCase()))
const { lives, worlds } = await Effect.runPromise(Simulate.check(sound, { input, seeds: 50 }))
assert.ok(worlds >= 50 && lives > worlds)

// a result that is another whenever it is made: what a run comes to hangs on when its process died
const late = paper("late", (headline) => Effect.sync(() => `${new Date().toISOString()} ${headline}`))
const error = await Effect.runPromise(Effect.flip(Simulate.check(late, { input, seeds: 50 })))
const [finding] = error.findings
assert.equal(finding.law, "steps of code give the same for the same")
assert.equal(finding.path, "dated")

await Effect.runPromise(Console.log(`sound: ${worlds} worlds; late: ${finding.happened}`))
