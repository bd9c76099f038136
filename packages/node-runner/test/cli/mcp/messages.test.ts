import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as messages from "../../../src/cli/mcp/messages.ts"

/** What is let through, and what is answered, for input that comes in chunks. */
const read = Effect.fnUntraced(function* (...chunks: ReadonlyArray<string>) {
  const answers: Array<{ readonly id?: unknown; readonly error?: { readonly code: number } }> = []
  const input = Stream.fromIterable(chunks.map((chunk) => new Uint8Array(Buffer.from(chunk))))
  const passed = yield* Stream.runCollect(messages.of(input, (answer) => Effect.sync(() => void answers.push(answer))))
  return {
    passed: passed.map((bytes) => Buffer.from(bytes).toString()),
    answers: answers.map(({ error, id }) => [error?.code, id])
  }
})
const ping = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`

describe("messages", () => {
  it.effect("are lines, however the input is cut", () =>
    Effect.gen(function* () {
      const { answers, passed } = yield* read(
        ping(1).slice(0, 9),
        `${ping(1).slice(9)}\n \n${ping(2)}${ping(3).slice(0, 3)}`,
        ping(3).slice(3)
      )
      assert.deepStrictEqual(passed, [ping(1), ping(2), ping(3)])
      assert.deepStrictEqual(answers, [])
    })
  )

  it.effect("that are none are answered, and those beside them are read", () =>
    Effect.gen(function* () {
      const deep = `{"id":"deep","params":${"[".repeat(600)}${"]".repeat(600)}}\n`
      const { answers, passed } = yield* read(`garbage\n${ping(1)}[]\n${deep}${ping(2)}`)
      assert.deepStrictEqual(passed, [ping(1), ping(2)])
      assert.deepStrictEqual(answers, [
        [-32_700, null],
        [-32_600, null],
        [-32_600, "deep"]
      ])
    })
  )

  it.effect("that are too long are not kept", () =>
    Effect.gen(function* () {
      const part = "x".repeat(3 * 1024 * 1024)
      const { answers, passed } = yield* read(part, part, part, part, `\n${ping(1)}`)
      assert.deepStrictEqual(passed, [ping(1)])
      assert.deepStrictEqual(answers, [[-32_600, null]])
    })
  )
})
