import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { OpenApi } from "effect/http-api"
import { createConfig, lintFromString } from "@redocly/openapi-core"
import { ServerApi } from "@stepwright/node-runner"

const document = OpenApi.fromApi(ServerApi.api)

const operations = Object.entries(document.paths).flatMap(([path, { get, post }]) =>
  Object.entries({ get, post }).flatMap(([method, operation]) => (operation ? [{ path, method, ...operation }] : []))
)

describe("ServerApi", () => {
  describe("api", () => {
    it("is described as it is published", async () => {
      const text = `${JSON.stringify(document, null, 2)}\n`
      await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "../schemas/openapi.json"))
    })

    it("keeps the ids of its operations, by which clients call them", async () => {
      const lines = operations.map(
        ({ method, operationId, path }) => `${operationId} ${method.toUpperCase()} ${path}\n`
      )
      await expect(lines.toSorted().join("")).toMatchFileSnapshot(join(import.meta.dirname, "ServerApi.operations.txt"))
    })

    it("is a document with which a linter finds nothing wrong", async () => {
      const config = await createConfig({ extends: ["recommended"] })
      const problems = await lintFromString({ source: JSON.stringify(document), config })
      assert.deepStrictEqual(
        problems.map(({ location: [where], message, ruleId }) => `${ruleId} at ${where?.pointer}: ${message}`),
        []
      )
    })

    it("has an id for each operation, and answers all of them with errors of one form", () => {
      const ids = operations.map(({ operationId }) => operationId)
      assert.strictEqual(new Set(ids).size, ids.length)
      assert.include(ids, "runs.start")
      for (const { operationId, responses } of operations) {
        assert.include(Object.keys(responses), "401", operationId)
        assert.include(Object.keys(responses), "404", operationId)
      }
    })
  })

  it("takes no limit below nothing, which would be more for other runs", () => {
    const limits = { maxUsd: 0, maxCalls: 0, maxTokens: 0 }
    const start = { workflow: "ask", input: {} }
    const takes = Schema.is(ServerApi.Start)
    assert.isTrue(takes({ ...start, ...limits }))
    for (const name of Object.keys(limits)) assert.isFalse(takes({ ...start, [name]: -1 }), name)
  })
})
