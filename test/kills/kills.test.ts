import { assert, describe, it } from "@effect/vitest"
import { histogram, kills } from "./plan.ts"

describe("a process that is killed anywhere", () => {
  it("loses nothing that it had told, and no reply that is on the disk is asked for again", async () => {
    const counts = await kills(50)
    console.log(histogram(counts))
    assert.isAtLeast(counts.size, 25)
  })
})
