import { Result, Schema } from "effect"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { ServerApi } from "@stepwright/node-runner"
import * as client from "../../src/api/client.ts"
import * as edits from "../../src/api/edits.ts"
import { none, withInput, withOutput, withStep } from "../../src/model/edits/draft.ts"

const { runs, workflows } = ServerApi.api.groups
const endpoints = { ...runs.endpoints, ...workflows.endpoints }

/** Whether the server takes a body: with a field that it does not know, it takes none. */
const takes = (name: keyof typeof endpoints, body: unknown): boolean =>
  // none of them needs a service to be decoded
  [...endpoints[name].payload.values()]
    .flatMap(({ schemas }) => schemas)
    .some((schema) =>
      Result.isSuccess(Schema.decodeUnknownResult(schema as Schema.Codec<unknown>)(body, { onExcessProperty: "error" }))
    )

let bodies: Array<unknown>
beforeEach(() => {
  bodies = []
  vi.stubGlobal("fetch", async (_: string, { body }: { readonly body: string }) => {
    bodies.push(JSON.parse(body))
    return Response.json({})
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const settings = { prompt: "Say {{a}}", system: "Plain.", model: "fast", parameters: { temperature: 0.5 }, repair: 1 }
const draft = withOutput(withInput(withStep(none, "write/*", settings), { topic: "snow" }), "review", true)

describe("what the page sends", () => {
  it.each([
    ["start", () => client.start({ workflow: "w", input: {}, maxUsd: 1 })],
    ["resume", () => client.resume("a", { maxUsd: 1 })],
    ["step", () => client.step("a", { path: "b", force: true })],
    ["decide", () => client.decide("a", { path: "b", decision: { _tag: "Send" }, of: "b#1" })],
    ["planOf", () => edits.plan("a", draft)],
    ["fork", () => edits.fork("a", draft)],
    ["save", () => edits.toSave("w", draft.config!)],
    ["save", () => edits.save("w", draft.config!, "hash")]
  ] as const)("has no field that the server does not know: %s", async (name, send) => {
    await send()
    expect(bodies).toHaveLength(1)
    expect(takes(name, bodies[0])).toBe(true)
    expect(takes(name, { ...(bodies[0] as object), more: 1 })).toBe(false)
  })
})
