import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"

/** What a tab keeps, and how much it may. **Units** characters */
let kept: Map<string, string>
let most: number
const loaded = async () => {
  vi.resetModules()
  return import("../../src/run/editDrafts.ts")
}

beforeEach(() => {
  kept = new Map()
  most = 1000
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => {
      if (text.length > most) throw new DOMException("full", "QuotaExceededError")
      kept.set(name, text)
    },
    removeItem: (name: string) => void kept.delete(name)
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe("edits of a run", () => {
  it("are there when the page is loaded again, until they are taken back", async () => {
    const before = await loaded()
    before.keep("a", { input: "snow" })
    const after = await loaded()
    expect(after.of("a").value).toEqual({ input: "snow" })
    after.keep("a", {})
    expect((await loaded()).of("a").value).toEqual({})
  })

  it("stay in the page where they are more than the tab may keep, and no earlier ones come after it", async () => {
    const before = await loaded()
    before.keep("a", { input: "snow" })
    most = 20
    const long = { input: "snow, and more snow" }
    before.keep("a", long)
    expect(before.of("a").value).toEqual(long)
    expect((await loaded()).of("a").value).toEqual({})
  })
})
