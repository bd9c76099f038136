import { assert, describe, it } from "@effect/vitest"
import { Journal, WorkflowError } from "@stepwright/core"
import { Cause, Context, Effect, Exit } from "effect"
import { codeOf, fromCause, stackOf, usage } from "../../../src/cli/base/cliError.ts"

const { InvalidItems, UnknownPath, engineError } = WorkflowError

const journal = (reason: Journal.JournalError["reason"]) => new Journal.JournalError({ run: "r", reason, detail: "d" })

const told = (error: unknown) => {
  const cause = Cause.fail(error)
  const { kind, message } = fromCause(cause)
  return { kind, message, code: codeOf(cause) }
}

describe("cliError", () => {
  it("tells by their tags what was asked wrongly, what is set up wrongly, and what failed", () => {
    assert.deepStrictEqual(told(usage("say which")), { kind: "usage", message: "say which", code: "Usage" })
    const unknown = engineError("a", new UnknownPath({ detail: "no such step" }))
    assert.deepStrictEqual(told(unknown), { kind: "usage", message: "a: no such step", code: "UnknownPath" })
    assert.strictEqual(told(engineError("a", new InvalidItems({ detail: "twice" }))).kind, "failed")
    assert.strictEqual(told(engineError("", journal("NotFound"))).kind, "usage")
    assert.strictEqual(told(journal("Locked")).kind, "configuration")
    assert.strictEqual(told(journal("Failed")).kind, "failed")
    assert.deepStrictEqual(told("a text"), { kind: "failed", message: "a text", code: "Error" })
  })

  it("takes an error that went through JSON as the one it was", () => {
    for (const error of [engineError("a", new UnknownPath({ detail: "no" })), journal("Newer"), journal("Failed")]) {
      const again: unknown = JSON.parse(JSON.stringify({ ...error, message: error.message }))
      assert.deepStrictEqual(told(again), told(error))
    }
  })

  it("names the service that a step lacks", () => {
    class Lacking extends Context.Service<Lacking, string>()("app/Lacking") {}
    const exit = Effect.runSyncExit(Lacking as unknown as Effect.Effect<string>)
    const { kind, message } = fromCause(Exit.isFailure(exit) ? exit.cause : Cause.empty)
    assert.strictEqual(kind, "configuration")
    assert.include(message, "the service app/Lacking, which nobody provides")
  })

  it("tells what it is about and what to do apart from each other, and all of it to a person", () => {
    const error = usage("there is no file a.md", { target: "a.md", fix: "name one that is there" })
    assert.strictEqual(error.message, "there is no file a.md: name one that is there")
    assert.deepStrictEqual([error.target, error.fix], ["a.md", "name one that is there"])
    const engine = fromCause(Cause.fail(engineError("a", new UnknownPath({ detail: "no such step" }))))
    assert.strictEqual(engine.target, "a")
  })

  it("shows one stack, of where it began, without names of classes of its own and without its message again", () => {
    const origin = new Error("it is broken")
    const error = engineError("a", new InvalidItems({ detail: "it is broken" }))
    Object.assign(error, { cause: origin })
    const stack = stackOf(Cause.fail(usage("it is broken", { cause: error })))
    assert.match(stack, /^ {4}at [^\n]*cliError\.test\.ts/)
    assert.notMatch(stack, /WorkflowErrorBase|it is broken/)
    assert.strictEqual(stack.split("cliError.test.ts").length, 2)
    assert.strictEqual(stackOf(Cause.fail("a text")), "")
  })
})
