// Runs as tasks: who began one by a call asks how it goes on, answers what its gates ask, and cancels it.

import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as McpSchema from "effect/ai/McpSchema"
import * as Engine from "@stepwright/core/Engine"
import * as acts from "../act/acts.ts"
import * as looks from "../act/looks.ts"
import { Offered } from "../act/offered.ts"
import { problemIn } from "../act/problems.ts"
import { Who, whoBy } from "../gate/who.ts"
import * as runFolder from "../run/runFolder.ts"
import { toJson } from "../value/output.ts"
import * as standingNow from "../view/standingNow.ts"
import * as asking from "./asking.ts"
import { nextOf } from "./standing.ts"
import type { Answers, Task, Tasks } from "./taskProtocol.ts"

/** How often a client is to ask. **Units** milliseconds */
const pollIntervalMs = 500

const timeOf = (millis: number) => DateTime.formatIso(DateTime.makeUnsafe(millis))

/** What only this server knows of a run. */
interface Memory {
  /** The questions that the person gave no decision to. */
  readonly declined: Set<string>
  /** What was wrong with decisions, by question: it is asked again under another name. */
  readonly problems: Map<string, ReadonlyArray<string>>
  /** When a run that waits was last changed before its task was cancelled. */
  cancelledAt: number | undefined
  /** How many answers are being taken, one after the other: until then nothing is said of what it waits for. */
  taking: number
  readonly alone: Semaphore.Semaphore
}

const textOf = (data: object) => [{ type: "text", text: JSON.stringify(data, null, 2) }]

/** What the call comes to that began a run. */
const resultOf = (data: object) => ({ resultType: "complete", content: textOf(data), structuredContent: data })

/** The same where the run failed, as text alone: that is no failure of the protocol. */
const failureOf = (data: object) => ({ resultType: "complete", content: textOf(data), isError: true })

const told = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.catchCause(self, (cause) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.interrupt
      : Effect.fail(new McpSchema.InternalError({ message: problemIn(cause).message }))
  )

export const make = Effect.gen(function* () {
  const services = yield* Effect.context<never>()
  const offered = yield* Offered
  const memories = new Map<string, Memory>()
  const memoryOf = (run: string): Memory => {
    const known = memories.get(run)
    if (known !== undefined) return known
    const alone = Semaphore.makeUnsafe(1)
    const made: Memory = { declined: new Set(), problems: new Map(), cancelledAt: undefined, taking: 0, alone }
    memories.set(run, made)
    return made
  }

  /** The questions of a run that the person can be asked and has not declined, under the names by which they are asked. */
  const open = Effect.fnUntraced(function* (run: string) {
    const { declined, problems } = memoryOf(run)
    const { left, open } = yield* asking.openAt(run)
    const asked = open.map((gate) => {
      const key = asking.keyOf(gate)
      const wrong = problems.get(key) ?? []
      return { gate, key, name: wrong.length === 0 ? key : `${key}~${wrong.length}`, problem: wrong.at(-1) }
    })
    return { left, asked: asked.filter(({ key }) => !declined.has(key)), all: asked }
  })

  const taskOf = Effect.fnUntraced(function* (run: string) {
    if (!(yield* runFolder.all).includes(run)) return undefined
    const found = yield* looks.standingOf(run)
    const { createdAt, error, status, undecided, updatedAt, workflow } = standingNow.toJson(found)
    const about = {
      taskId: run,
      createdAt: timeOf(createdAt),
      lastUpdatedAt: timeOf(updatedAt),
      ttlMs: null,
      pollIntervalMs
    }
    const next = yield* nextOf(
      run,
      status,
      undecided?.map(({ path }) => path)
    )
    // what nobody works on has nothing to be cancelled, but its task has
    const isCancelled = memoryOf(run).cancelledAt === updatedAt
    const rests = { ...about, status: "completed" as const, result: resultOf({ run, status, next }) }
    switch (status) {
      case "RUNNING":
        return { ...about, status: "working" } satisfies Task
      case "CANCELLED":
        return { ...about, status: "cancelled" } satisfies Task
      case "COMPLETED": {
        const loaded = yield* offered.get(workflow)
        const output = toJson(yield* Engine.output(loaded.workflow, found.self.state)) ?? null
        return { ...rests, result: resultOf({ run, status, next, output }) } satisfies Task
      }
      case "SUSPENDED": {
        if (isCancelled) return { ...about, status: "cancelled" } satisfies Task
        return { ...((yield* wanting(run)) ?? rests), ...about } satisfies Task
      }
      case "FAILED":
        return { ...rests, result: failureOf({ run, status, error, next }) } satisfies Task
      default: {
        if (isCancelled) return { ...about, status: "cancelled" } satisfies Task
        // of several gates one is decided
        const wanted = yield* wanting(run)
        if (wanted !== undefined) return { ...wanted, ...about } satisfies Task
        const message = `no process works on run ${run}: ${next}`
        return { ...about, status: "failed", error: { code: -32_603, message, data: { run, status } } } satisfies Task
      }
    }
  })

  /** What a client is asked for, while there is something. */
  const wanting = Effect.fnUntraced(function* (run: string) {
    const { asked } = yield* open(run)
    if (asked.length === 0) return undefined
    const requests = asked.map(({ gate, name, problem }) => [name, asking.requestOf(gate, problem)] as const)
    return { status: "input_required" as const, inputRequests: Object.fromEntries(requests) }
  })

  const get = Effect.fnUntraced(function* (run: string) {
    const task = yield* taskOf(run)
    const isTaking = task?.status === "input_required" && memoryOf(run).taking > 0
    if (!isTaking) return task
    const { inputRequests: _, ...about } = task
    return { ...about, status: "working" } satisfies Task
  })

  const update = Effect.fnUntraced(function* (run: string, answers: Answers) {
    // what is not asked has no answer: a task that is over stays as it is
    if ((yield* taskOf(run))?.status !== "input_required") return
    const { declined, problems } = memoryOf(run)
    let isDecided = false
    for (const { gate, key, name } of (yield* open(run)).asked) {
      const given = answers[name]
      if (given === undefined) continue
      if (given["action"] !== "accept") {
        declined.add(key)
        continue
      }
      const problem = yield* asking.decideBy(run, gate, given["content"])
      if (problem === undefined) isDecided = true
      else problems.set(key, [...(problems.get(key) ?? []), problem])
    }
    // a run that goes on takes decisions by itself
    if (!isDecided || (yield* runFolder.isLive(run))) return
    const { all, left } = yield* open(run)
    if (all.length + left.length === 0) yield* acts.resume(run, {})
  })

  const taking = <A, E, R>(run: string, work: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const memory = memoryOf(run)
      memory.taking++
      return Effect.ensuring(
        memory.alone.withPermits(1)(work),
        Effect.sync(() => memory.taking--)
      )
    })

  const cancel = Effect.fnUntraced(function* (run: string) {
    const isLive = yield* runFolder.isLive(run)
    memoryOf(run).cancelledAt = isLive ? undefined : (yield* runFolder.state(run)).updatedAt
    yield* acts.cancel(run)
  })

  // what they need besides a request was there when they were made
  const here = <A, E>(work: Effect.Effect<A, E, unknown>) =>
    Effect.provideContext(
      Effect.provideService(told(work) as Effect.Effect<A, McpSchema.InternalError, never>, Who, whoBy("MCP")),
      services
    )
  const tasks: Tasks = {
    get: (run) => here(get(run)),
    update: (run, answers) => here(taking(run, update(run, answers))),
    cancel: (run) => here(cancel(run))
  }
  return tasks
})
