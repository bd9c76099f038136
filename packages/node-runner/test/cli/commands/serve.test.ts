import { chmodSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { place } from "../../support/place.ts"

describe("serve", () => {
  it.each([
    ["a port that there is none of", ["--port", "70000"], 2, "must be 65535 or less"],
    ["others, without a token that somebody chose", ["--host", "0.0.0.0"], 2, "--token-file"],
    ["with a token that others can read", ["--token-file", "open"], 3, "chmod 600 open"],
    ["with one that somebody guesses", ["--token-file", "short"], 3, "20 characters"],
    ["with one that no header holds", ["--token-file", "lines"], 3, "in one line"]
  ])("listens to nobody: %s", async (_, flags, expected, says) => {
    const here = place()
    for (const [name, text] of [
      ["open", "a token that nobody guesses"],
      ["short", "abc"],
      ["lines", "a token that nobody\nguesses"]
    ] as const) {
      here.write(name, text)
      chmodSync(here.path(name), name === "open" ? 0o644 : 0o600)
    }
    const { status, stderr } = await here.stepwright("serve", ...flags)
    assert.deepStrictEqual([status, stderr.includes(says)], [expected, true], stderr)
  })
})
