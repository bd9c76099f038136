import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Fixtures } from "@stepwright/core/testing"
import type { WorkflowEvent } from "@stepwright/core"
import { open, type Store } from "../../src/run/store.ts"

type Event = WorkflowEvent.WorkflowEvent

/** A server whose answers a test changes. */
let server: {
  standing: object | number
  definition: object | undefined
  send: (text: string) => void
  asked: number
  plan: object | number
  plansAsked: number
  /** What an answer on how the run stands waits for. */
  gate: Promise<void> | undefined
}
let store: Store

const standing = (updatedAt: number, ...steps: ReadonlyArray<readonly [path: string, status: string]>) => ({
  run: "run",
  workflow: "w",
  status: "RUNNING",
  createdAt: 0,
  updatedAt,
  steps: steps.map(([path, status]) => ({ path, status, attempts: 1, replies: 0, tokens: {}, durationMillis: null }))
})

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal("document", { hidden: false })
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, 16))
  server = {
    standing: standing(10),
    definition: undefined,
    send: () => {},
    asked: 0,
    plan: [],
    plansAsked: 0,
    gate: undefined
  }
  vi.stubGlobal("fetch", async (path: string) => {
    const json = (value: object | undefined | number) =>
      typeof value === "object" ? Response.json(value) : new Response("{}", { status: value ?? 404 })
    if (path.endsWith("/events")) {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          server.send = (text) => controller.enqueue(new TextEncoder().encode(text))
        }
      })
      return new Response(body)
    }
    if (path.startsWith("/api/workflows/")) return json(server.definition)
    if (path.endsWith("/plan")) {
      server.plansAsked++
      return json(server.plan)
    }
    server.asked++
    const { gate, standing } = server
    await gate
    return json(standing)
  })
})
afterEach(() => {
  store.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const after = (millis: number) => vi.advanceTimersByTimeAsync(millis)
const opened = async () => {
  store = open("run")
  await after(100)
}
let number = 0
const sent = (...events: ReadonlyArray<Event>) => {
  for (const event of events) {
    server.send(`id: run/${++number}\nevent: event\ndata: ${JSON.stringify({ number, event })}\n\n`)
  }
}
const happened = async (...events: ReadonlyArray<Event>) => {
  sent(...events)
  await after(600)
}
beforeEach(() => void (number = 0))

const looks = () => Object.fromEntries([...store.steps.value].map(([path, { status }]) => [path, status]))
const { event } = Fixtures

describe("open", () => {
  it("shows how the run stands, nested as its workflow says", async () => {
    server.standing = standing(10, ["a", "done"], ["g/b", "running"])
    server.definition = { name: "w", definition: { name: "w", version: 1, nodes: [{ kind: "step", path: "a" }] } }
    await opened()
    expect(looks()).toEqual({ a: "done", "g/b": "running" })
    expect(store.rows.value.map(({ place }) => place.path)).toEqual(["a", "g", "g/b"])
    expect(store.isNested.value).toBe(true)
  })

  it("follows what happens after that, and leaves as it is what happened before", async () => {
    server.standing = standing(10, ["a", "done"])
    await opened()
    await happened(
      event("RunStarted", { at: 1 }),
      event("StepStarted", { path: "a", at: 2 }),
      event("StepSucceeded", { path: "a", at: 10 }),
      event("StepStarted", { path: "b", at: 11 })
    )
    expect(looks()).toEqual({ a: "done", b: "running" })
    expect(store.steps.value.get("a")!.attempts).toBe(1)
    expect(store.history.steps.get("a")!.attempts).toHaveLength(1)
    expect(store.rows.value.map(({ place }) => place.path)).toEqual(["a", "b"])
  })

  it("counts nothing twice that happened in the millisecond in which the server was asked", async () => {
    server.standing = standing(10, ["a", "running"])
    await opened()
    await happened(event("StepStarted", { path: "a", at: 10 }), event("StepSucceeded", { path: "a", at: 10 }))
    expect(store.steps.value.get("a")).toMatchObject({ status: "done", attempts: 1 })
  })

  it("asks again at the end, for what only the server knows", async () => {
    await opened()
    server.standing = { ...standing(20, ["a", "done"]), status: "COMPLETED" }
    await happened(event("RunEnded", { status: "COMPLETED", at: 20 }))
    expect(store.status.value).toBe("COMPLETED")
    expect(server.asked).toBe(2)
    expect(looks()).toEqual({ a: "done" })
  })

  it("is at its end once that was heard, whatever an answer says that was asked for before", async () => {
    await opened()
    const slow = Promise.withResolvers<void>()
    server.gate = slow.promise
    store.look()
    await after(600)
    expect(server.asked).toBe(2)
    sent(event("RunStarted", { at: 11 }), event("RunEnded", { status: "COMPLETED", at: 20 }))
    await after(300)
    slow.resolve()
    await after(0)
    expect(server.asked).toBe(2)
    expect(store.status.value).toBe("COMPLETED")
  })

  it("leaves out an answer that comes after that to a later question", async () => {
    await opened()
    const slow = Promise.withResolvers<void>()
    server.gate = slow.promise
    store.look()
    await after(600)
    server.gate = undefined
    server.standing = { ...standing(20, ["a", "done"]), status: "COMPLETED" }
    await happened(event("RunEnded", { status: "COMPLETED", at: 20 }))
    slow.resolve()
    await after(100)
    expect(server.asked).toBe(3)
    expect([store.status.value, store.standing.value!.status]).toEqual(["COMPLETED", "COMPLETED"])
    expect(looks()).toEqual({ a: "done" })
  })

  it("asks again when nobody is at the run, as one that was killed says nothing", async () => {
    await opened()
    server.standing = { ...standing(10), status: "STOPPED" }
    server.send('event: rest\ndata: {"run":"run"}\n\n')
    await after(1000)
    expect(store.status.value).toBe("STOPPED")
  })

  it("asks again once something was done with it from here", async () => {
    await opened()
    server.standing = { ...standing(10), status: "STOPPED" }
    store.look()
    await after(1000)
    expect(store.status.value).toBe("STOPPED")
    expect(server.asked).toBe(2)
  })

  it("asks for the plan once, and again where that failed, something happened or was done from here", async () => {
    await opened()
    server.plan = 500
    await expect(store.plan()).rejects.toMatchObject({ status: 500 })
    server.plan = [{ path: "a", action: "run", why: "" }]
    expect(await store.plan()).toEqual(server.plan)
    await store.plan()
    expect(server.plansAsked).toBe(2)
    // such as a save, of which no event tells
    server.plan = []
    store.look()
    expect(await store.plan()).toEqual([])
    await happened(event("StepStarted", { path: "a", at: 11 }))
    await store.plan()
    expect(server.plansAsked).toBe(4)
  })

  it("has the text of a reply while it comes, and no longer", async () => {
    await opened()
    const piece = (kind: string, text?: string) =>
      server.send(`event: ${kind}\ndata: ${JSON.stringify({ path: "a", turn: 1, text })}\n\n`)
    piece("partial", "so far")
    piece("delta", ", and on")
    await after(300)
    expect(store.coming.value.get("a")).toBe("so far, and on")
    piece("discarded")
    await after(300)
    expect(store.coming.value.has("a")).toBe(false)
    piece("delta", "again")
    await happened(event("StepSucceeded", { path: "a", at: 30 }))
    expect(store.coming.value.size).toBe(0)
  })

  it("has the text of the turn that comes, without those before it", async () => {
    await opened()
    const delta = (turn: number, text: string) =>
      server.send(`event: delta\ndata: ${JSON.stringify({ path: "a", turn, text })}\n\n`)
    await happened(event("StepStarted", { path: "a", at: 20 }))
    delta(1, "not JSON at all. ")
    delta(2, '{"second":')
    await happened(event("StepReplied", { path: "a", turn: 1, at: 21 }))
    expect(store.coming.value.get("a")).toBe('{"second":')
    await happened(event("StepReplied", { path: "a", turn: 2, at: 22 }))
    expect(store.coming.value.has("a")).toBe(false)
  })

  it("waits for a server that is not there, and says so", async () => {
    server.standing = 500
    await opened()
    expect(store.problem.value).toMatchObject({ status: 500 })
    server.standing = standing(10, ["a", "done"])
    await after(4000)
    expect(store.problem.value).toBeUndefined()
    expect(looks()).toEqual({ a: "done" })
  })

  it("gives up where there is no such run", async () => {
    server.standing = 404
    await opened()
    await after(60_000)
    expect(server.asked).toBe(1)
    expect(store.problem.value).toMatchObject({ status: 404 })
  })

  it("marks the step that failed, and shows it whatever is folded", async () => {
    const keys = Array.from({ length: 50 }, (_, i): [string, string] => [`all/${i}`, i === 40 ? "failed" : "done"])
    const error = { severity: "error", code: "E", message: "no", target: null, path: "all/40" }
    server.standing = { ...standing(10, ...keys), status: "FAILED", error }
    server.definition = {
      definition: { name: "w", version: 1, nodes: [{ kind: "step", path: "all/*", each: "forEach" }] }
    }
    await opened()
    expect(store.active.value).toBe("all/40")
    expect(store.rows.value.map(({ place }) => place.path)).toEqual(["all", "all/40"])
  })

  it("finds steps by words, and folds again what was found", async () => {
    server.standing = standing(10, ["a/draft", "done"], ["b", "done"])
    await opened()
    store.find.value = "draft"
    expect(store.rows.value.map(({ place }) => place.path)).toEqual(["a", "a/draft"])
    store.find.value = ""
    expect(store.rows.value).toHaveLength(3)
  })
})
