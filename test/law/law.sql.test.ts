import { assert, describe, it } from "@effect/vitest"
import { needs } from "../support/tool.ts"
import { holdsOnPostgres } from "./onPostgres.ts"

describe("the law of least work, on PostgreSQL", needs("postgres"), () => {
  it("holds", async () => {
    assert.isAtLeast(await holdsOnPostgres(25), 25)
  })
})
