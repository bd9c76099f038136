import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { LlmClient, PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Effect, Layer, Schema } from "effect"
import type { Loaded } from "../../../src/cli/module/workflowModule.ts"
import { program } from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

const Text = Schema.Struct({ text: Schema.String })

const say = Step.make("say", {
  input: Text,
  output: Schema.String,
  prompt: PromptTemplate.make("{{text}}"),
  variables: ({ text }) => ({ text })
})

/** A draft, a decision upon it, and a letter: with names that may change. */
const lettering = (draft = "draft"): Loaded => ({
  ...program(
    Workflow.make("lettering", { input: Text }).pipe(
      Workflow.bind(draft as "draft", say, "input"),
      Workflow.gate("ok", {
        question: Schema.String,
        input: (scope) => scope[draft as "draft"],
        decision: Schema.Boolean
      }),
      Workflow.bind("letter", say, ({ ok }) => ({ text: `a letter: ${ok}` }))
    )
  ),
  layer: LlmClient.layer(({ messages }) =>
    Effect.succeed({ text: `<${messages[0]!.content.trim()}>`, finishReason: "stop", usage: {} })
  ) as Layer.Layer<never>,
  hasLayer: true
})

const bound = lettering()
const tape = ["--record", "tape"]

const suspended = Effect.fnUntraced(function* (text: string, ...flags: ReadonlyArray<string>) {
  writeFileSync("doc.md", text)
  return yield* call(["run", "doc.md", ...flags], bound)
})

describe("a run that records, is suspended and goes on", () => {
  it.effect("has used what it recorded before", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* suspended("x", ...tape)).status, 4)
      yield* call(["decide", "ok", "yes"], bound)
      const { err, status } = yield* call(["resume"], bound)
      assert.strictEqual(status, 0, err)
      assert.notInclude(err, "nothing asked for")
    }).pipe(inFolder)
  )

  it.effect("has used it where the step has another name by now", () =>
    Effect.gen(function* () {
      yield* suspended("x", ...tape)
      yield* call(["decide", "ok", "yes"], bound)
      const { err, status } = yield* call(["resume"], lettering("sketch"))
      assert.strictEqual(status, 0, err)
      assert.notInclude(err, "nothing asked for")
    }).pipe(inFolder)
  )

  it.effect("has used it in the run that it comes from", () =>
    Effect.gen(function* () {
      yield* suspended("x", ...tape)
      yield* call(["decide", "ok", "yes"], bound)
      yield* call(["fork", "ok", "--run", "second"], bound)
      yield* call(["decide", "second", "ok", "no"], bound)
      const { err, status } = yield* call(["resume", "second"], bound)
      assert.strictEqual(status, 0, err)
      assert.notInclude(err, "nothing asked for")
      const pruned = yield* call(["cassette", "prune", "tape", "--run", "second", "--dry-run"], bound)
      assert.match(pruned.out, /^0 replies to remove/)
    }).pipe(inFolder)
  )

  it.effect("is told of what neither process asked for", () =>
    Effect.gen(function* () {
      yield* suspended("another", ...tape)
      const first = yield* suspended("x", ...tape)
      assert.include(first.err, "nothing asked for 1 of its entries")
      yield* call(["decide", "ok", "yes"], bound)
      const { err } = yield* call(["resume"], bound)
      assert.match(err, /nothing asked for 1 of its entries, and others were recorded: .*draft/)
    }).pipe(inFolder)
  )

  it.effect("counts its own as used where it replays too", () =>
    Effect.gen(function* () {
      yield* suspended("another", ...tape)
      yield* suspended("x", ...tape, "--replay", "tape")
      yield* call(["decide", "ok", "yes"], bound)
      const { out } = yield* call(["resume", "--json"], bound)
      const { unusedReplies } = JSON.parse(out)
      assert.deepStrictEqual(unusedReplies, [{ path: "draft", step: "say", turn: 1 }])
    }).pipe(inFolder)
  )
})
