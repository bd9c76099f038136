import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Step, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"
import type { Loaded } from "../../../src/cli/module/workflowModule.ts"
import { asking, askingInRounds, program } from "../../support/asking.ts"
import { call, inFolder } from "../../support/commandLine.ts"

const started = Effect.fnUntraced(function* (bound: Loaded) {
  writeFileSync("doc.md", "A shelf")
  return yield* call(["run", "doc.md", "--json"], bound)
})

const Text = Schema.Struct({ text: Schema.String })
const code = <A>(name: string, output: Schema.Codec<A>, value: A) =>
  Step.effect(name, { input: Schema.Unknown, output, run: () => Effect.succeed(value) })
const begun = Workflow.make("made", { input: Text })

describe("the output of a workflow", () => {
  it.effect("is shown once all results are there, and is in the document of the run", () =>
    Effect.gen(function* () {
      const { run } = JSON.parse((yield* started(asking)).out)
      yield* call(["decide", "approval", "yes"], asking)
      const { output, workflowOutput } = JSON.parse((yield* call(["resume", "--json"], asking)).out)
      const expected = {
        input: { text: "A shelf" },
        design: { title: "A shelf", parts: ["one", "two"] },
        approval: { approved: true },
        build: "built, no note",
        other: "A shelf"
      }
      assert.deepStrictEqual(workflowOutput, expected)
      assert.deepStrictEqual(Object.keys(output), ["design", "approval", "build", "other"])
      for (const args of [["output"], [run, "output"], ["latest", "output"]]) {
        assert.deepStrictEqual(JSON.parse((yield* call(["show", ...args], asking)).out), expected)
      }
      const shown = JSON.parse((yield* call(["show", "output", "--json"], asking)).out)
      assert.deepStrictEqual(shown, { run, path: "output", output: expected })
      const then = yield* call(["show", "output", "--at", "3"], asking)
      assert.strictEqual(then.status, 2)
    }).pipe(inFolder)
  )

  it.effect("is none where results are missing, which it names", () =>
    Effect.gen(function* () {
      const { out } = yield* started(asking)
      assert.notProperty(JSON.parse(out), "workflowOutput")
      const { err, status } = yield* call(["show", "output"], asking)
      assert.strictEqual(status, 2)
      assert.include(err, "the workflow has no output yet: no result of approval, build")
      yield* started(askingInRounds)
      const rounds = yield* call(["show", "output"], askingInRounds)
      // which way is gone is not known
      assert.include(rounds.err, "no output yet: no result of rounds/1/look, publish\n")
    }).pipe(inFolder)
  )

  const outputs: ReadonlyArray<readonly [Loaded, string]> = [
    [program(begun.pipe(Workflow.andThen(code("text", Schema.String, "as it is")))), "as it is\n"],
    [program(begun.pipe(Workflow.andThen(code("date", Schema.Date, new Date(0))))), "1970-01-01T00:00:00.000Z\n"],
    [program(begun.pipe(Workflow.andThen(code("none", Schema.Void, undefined)))), "null\n"],
    [program(begun.pipe(Workflow.andThen(code("big", Schema.BigInt, 12n)))), "12\n"],
    [program(begun.pipe(Workflow.andThen(code("set", Schema.ReadonlySet(Schema.Int), new Set([1]))))), "[\n  1\n]\n"],
    [
      program(
        begun.pipe(Workflow.andThen(code("map", Schema.ReadonlyMap(Schema.String, Schema.Int), new Map([["a", 1]]))))
      ),
      '[\n  [\n    "a",\n    1\n  ]\n]\n'
    ]
  ]
  it.effect.each(outputs)("is JSON, whatever it is made of: %#", ([bound, shown]) =>
    Effect.gen(function* () {
      const { err, status } = yield* started(bound)
      assert.strictEqual(status, 0, err)
      assert.strictEqual((yield* call(["show", "output"], bound)).out, shown)
    }).pipe(inFolder)
  )

  it.effect("needs the workflow", () =>
    Effect.gen(function* () {
      yield* started(asking)
      const { err, status } = yield* call(["show", "output"])
      assert.strictEqual(status, 2)
      assert.include(err, "belongs to a program of its own: use `node asking.ts`")
    }).pipe(inFolder)
  )

  it.effect("gives way to a step of that name", () =>
    Effect.gen(function* () {
      const bound = program(begun.pipe(Workflow.bind("output", code("output", Schema.String, "of the step"), "input")))
      yield* started(bound)
      assert.strictEqual((yield* call(["show", "output"], bound)).out, "of the step\n")
    }).pipe(inFolder)
  )
})
