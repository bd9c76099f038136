import { afterEach, describe, expect, it, vi } from "vitest"
import { fork, refusal, whyNotOn } from "../../src/run/acts.ts"

afterEach(() => {
  vi.unstubAllGlobals()
  refusal.value = undefined
})

describe("fork", () => {
  /** What is asked of a server that makes `b` of run `a`, and answers so when `b` is to go on. */
  const asked = (resumed: () => Response) => {
    const paths: Array<string> = []
    vi.stubGlobal("fetch", async (path: string) => {
      paths.push(path)
      return path === "/api/runs/a/fork"
        ? Response.json({ run: "b", status: "INITIALIZED" }, { status: 201 })
        : resumed()
    })
    return paths
  }

  it("makes a run, and goes on with it where that is wanted", async () => {
    const paths = asked(() => Response.json({ run: "b", status: "RUNNING" }, { status: 202 }))
    expect(await fork("a", { input: 1 }, false)).toBe("b")
    expect(paths).toEqual(["/api/runs/a/fork"])
    expect(await fork("a", { input: 1 }, true)).toBe("b")
    expect(paths.slice(1)).toEqual(["/api/runs/a/fork", "/api/runs/b/resume"])
    expect(refusal.value).toBeUndefined()
  })

  it("gives the run that was made where it may not go on, and says there why", async () => {
    asked(() => Response.json({ code: "TooManyStarts", message: "no more this minute" }, { status: 429 }))
    expect(await fork("a", { input: 1 }, true)).toBe("b")
    expect(refusal.value).toMatchObject({ run: "b", problem: { status: 429, message: "no more this minute" } })
  })

  it("makes none where that is refused", async () => {
    vi.stubGlobal("fetch", async () => Response.json({ message: "no such step" }, { status: 400 }))
    await expect(fork("a", { input: 1 }, true)).rejects.toMatchObject({ message: "no such step" })
    expect(refusal.value).toBeUndefined()
  })
})

describe("whyNotOn", () => {
  it("says why a run cannot go on, and nothing where it can", () => {
    expect(whyNotOn("RUNNING", undefined)).toBe("it goes on already")
    expect(whyNotOn("COMPLETED", undefined)).toBe("it is complete")
    expect(whyNotOn("SUSPENDED", "Undecided")).toBe("it waits for a decision")
    expect(whyNotOn("SUSPENDED", "BudgetExceeded")).toBeUndefined()
    for (const status of ["INITIALIZED", "STOPPED", "FAILED", "CANCELLED"] as const) {
      expect(whyNotOn(status, undefined)).toBeUndefined()
    }
  })
})
