import { assert, describe, it } from "@effect/vitest"
import { keyOf } from "../../../src/cli/watch/keys.ts"

describe("a key", () => {
  it.each([
    ["\r", "return"],
    ["\n", "return"],
    ["q", "q"],
    ["?", "?"],
    ["\u0003", "ctrl-c"],
    ["\u0004", "ctrl-d"],
    // among others that were pressed before
    ["abc\u0003", "ctrl-c"],
    // pasted
    ["quit\r", undefined],
    // an arrow
    ["\u001b[A", undefined],
    [" ", undefined]
  ])("is told by what it sends: %j", (sent, key) => assert.strictEqual(keyOf(sent), key))
})
