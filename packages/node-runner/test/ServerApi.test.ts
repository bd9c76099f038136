import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { OpenApi } from "effect/http-api"
import { ServerApi } from "@stepwright/node-runner"

describe("ServerApi", () => {
  describe("api", () => {
    // clients are generated from it: an id or a path that changes breaks them
    it("is described as it is published", async () => {
      const text = `${JSON.stringify(OpenApi.fromApi(ServerApi.api), null, 2)}\n`
      await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "../schemas/openapi.json"))
    })

    it("has an id for each operation, and answers all of them with errors of one form", () => {
      const { paths } = OpenApi.fromApi(ServerApi.api)
      const operations = Object.values(paths).flatMap(({ get, post }) => [get, post].flatMap((one) => one ?? []))
      const ids = operations.map(({ operationId }) => operationId)
      assert.strictEqual(new Set(ids).size, ids.length)
      assert.include(ids, "runs.start")
      for (const { operationId, responses } of operations) {
        assert.include(Object.keys(responses), "401", operationId)
        assert.include(Object.keys(responses), "404", operationId)
      }
    })
  })
})
