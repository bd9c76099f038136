import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Problem } from "../../src/api/client.ts"
import { type Asking, make } from "../../src/run/asking.ts"

/** What was asked so far, to be answered. */
let questions: Array<PromiseWithResolvers<string>>
let asking: Asking<string>
const after = (millis: number) => vi.advanceTimersByTimeAsync(millis)

beforeEach(() => {
  vi.useFakeTimers()
  questions = []
  asking = make(() => {
    const one = Promise.withResolvers<string>()
    questions.push(one)
    return one.promise
  })
})
afterEach(() => {
  asking.close()
  vi.useRealTimers()
})

describe("a question", () => {
  it("is asked at once, and then once a second for all that happens", async () => {
    asking.soon()
    await after(0)
    questions[0]!.resolve("first")
    await after(0)
    expect(asking.answer.value).toBe("first")
    asking.soon()
    asking.soon()
    await after(999)
    expect(questions).toHaveLength(1)
    await after(1)
    expect(questions).toHaveLength(2)
    questions[1]!.resolve("second")
    await after(0)
    expect(asking.answer.value).toBe("second")
  })

  it("has the answer that was asked for last, whichever comes first", async () => {
    void asking.ask()
    void asking.ask()
    questions[1]!.resolve("later")
    questions[0]!.resolve("earlier")
    await after(0)
    expect(asking.answer.value).toBe("later")
  })

  it("says what went wrong, and is asked again where the server may be there later", async () => {
    asking.soon()
    await after(0)
    questions[0]!.reject(new Problem(500, "not now"))
    await after(0)
    expect(asking.problem.value?.message).toBe("not now")
    await after(3000)
    questions[1]!.resolve("there")
    await after(0)
    expect([asking.problem.value, asking.answer.value]).toEqual([undefined, "there"])
    asking.soon()
    await after(1000)
    questions[2]!.reject(new Problem(404, "no such run"))
    await after(60_000)
    expect(asking.problem.value?.status).toBe(404)
    expect(questions).toHaveLength(3)
  })
})
