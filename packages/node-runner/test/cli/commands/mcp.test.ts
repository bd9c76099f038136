import { assert, describe, it } from "@effect/vitest"
import { place } from "../../support/place.ts"

describe("mcp", () => {
  it.each([
    ["--port", "0"],
    ["--host", "0.0.0.0"],
    ["--token-file", "token"]
  ])("takes %s only of a server that listens", async (flag, value) => {
    const { status, stderr } = await place().stepwright("mcp", flag, value)
    assert.deepStrictEqual(
      [status, stderr.includes(`${flag} is for a server over HTTP: add --http`)],
      [2, true],
      stderr
    )
  })

  it("listens where others may reach it only with a token of its own", async () => {
    const { status, stderr } = await place().stepwright("mcp", "--http", "--host", "0.0.0.0")
    assert.deepStrictEqual([status, stderr.includes("--token-file")], [2, true], stderr)
  })
})
