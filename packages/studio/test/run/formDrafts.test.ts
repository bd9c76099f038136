import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { State } from "../../src/model/form/values.ts"

const state: State = { kind: "text", text: "typed" }

/** What a tab keeps, and a page that is loaded in it. */
let kept: Map<string, string>
let leave: () => void
const loaded = async () => {
  vi.resetModules()
  return import("../../src/run/formDrafts.ts")
}

beforeEach(() => {
  kept = new Map()
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name)
  })
  vi.stubGlobal("addEventListener", (_: string, listener: () => void) => void (leave = listener))
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe("drafts", () => {
  it("keep what was typed, and what it answers, when the page is loaded again", async () => {
    const before = await loaded()
    before.keep("a gate", "schema", state, { to: "Ada" })
    leave()
    const after = await loaded()
    expect(after.get("a gate", "schema")).toEqual(state)
    expect(after.question("a gate")).toEqual({ to: "Ada" })
    after.drop("a gate")
    expect(after.get("a gate", "schema")).toBeUndefined()
  })

  it("give nothing where another form is to be filled in by now, or what was kept cannot be read", async () => {
    const before = await loaded()
    before.keep("a start", "schema", state)
    expect(before.get("a start", "another")).toBeUndefined()
    kept.set("stepwright.drafts", "[1")
    expect((await loaded()).get("a start", "schema")).toBeUndefined()
  })
})
