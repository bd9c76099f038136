import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { Problem } from "../../src/api/client.ts"
import { follow, type Happening } from "../../src/api/follow.ts"

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const event = (number: number) =>
  `id: run/${number}\nevent: event\ndata: ${JSON.stringify({ number, event: { _tag: "RunStarted" } })}\n\n`

/** Follows a server that answers so, one answer after the other, and stops at the last. */
const followed = async (...answers: ReadonlyArray<string | number>) => {
  const controller = new AbortController()
  const asked: Array<Readonly<Record<string, string>>> = []
  const heard: Array<Happening> = []
  const problems: Array<number | undefined> = []
  let forgotten = 0
  vi.stubGlobal("fetch", async (path: string, { headers }: { readonly headers: Readonly<Record<string, string>> }) => {
    expect(path).toBe("/api/runs/run%20one/events")
    asked.push(headers)
    const answer = answers[asked.length - 1]
    if (answer === undefined) {
      controller.abort()
      throw new Error("aborted")
    }
    if (answer === 0) throw new TypeError("no connection")
    return typeof answer === "string" ? new Response(answer) : new Response("{}", { status: answer })
  })
  const done = follow("run one", {
    signal: controller.signal,
    onHappenings: (happenings) => heard.push(...happenings),
    onForgotten: () => forgotten++,
    onHeard: (_, problem?: Problem) => problems.push(problem?.status)
  })
  await vi.runAllTimersAsync()
  await done
  return { asked: asked.map((headers) => headers["last-event-id"]), heard, forgotten, problems, headers: asked[0]! }
}

describe("follow", () => {
  it("hears events, and goes on after the last one where the connection ends", async () => {
    const { asked, headers, heard } = await followed(event(1) + event(2), event(3))
    expect(asked).toEqual([undefined, "run/2", "run/3"])
    expect(heard.map((one) => one.kind === "event" && one.number)).toEqual([1, 2, 3])
    expect(headers["x-stepwright"]).toBe("page")
  })

  it("hears pieces of replies, and that nobody is at the run; what it does not know it leaves out", async () => {
    const piece = (kind: string, text?: string) =>
      `event: ${kind}\ndata: ${JSON.stringify({ path: "a", turn: 1, text })}\n\n`
    const { heard } = await followed(
      `${piece("partial", "x")}${piece("delta", "y")}${piece("discarded")}event: rest\ndata: {"run":"r"}\n\nevent: other\ndata: 1\n\n`
    )
    expect(heard).toEqual([
      { kind: "partial", path: "a", turn: 1, text: "x" },
      { kind: "delta", path: "a", turn: 1, text: "y" },
      { kind: "discarded", path: "a", turn: 1, text: "" },
      { kind: "rest" }
    ])
  })

  it("asks again while the server is not there", async () => {
    const { asked, problems } = await followed(0, 500, event(1))
    expect(asked).toHaveLength(4)
    expect(problems.slice(0, 3)).toEqual([0, 500, undefined])
  })

  it("begins anew where the last event is no longer there, and says so", async () => {
    const { asked, forgotten } = await followed(event(1), 410, event(1))
    expect(asked).toEqual([undefined, "run/1", undefined, "run/1"])
    expect(forgotten).toBe(1)
  })

  it.each([401, 403, 404])("gives up where it will not be answered: %i", async (status) => {
    expect((await followed(status, event(1))).asked).toHaveLength(1)
  })
})
