// A cache of results that runs of cases share, and what must hold of it.

import { Effect } from "effect"
import { type Engine, ResultCache, WorkflowEvent, type WorkflowState } from "@stepwright/core"
import { assert } from "@effect/vitest"
import { type Events, type Known, makeKnown } from "./kept.ts"
import * as oracle from "./oracle.ts"

type State = WorkflowState.WorkflowState

/** What is in a cache, by question and ordinal. */
export type Stock = Map<string, { readonly key: ResultCache.Key; readonly entry: ResultCache.Entry }>

export interface Cache {
  readonly service: ResultCache.Service
  readonly stock: Stock
  /** The questions of all cases that share it. */
  readonly known?: Known
  /** What the first run came to. */
  first?: { readonly output: unknown }
}

const idOf = ({ ordinal, question }: ResultCache.Key) => `${question} ${ordinal}`

export const make = (): Cache => {
  const memory = ResultCache.makeMemory({ capacity: Infinity })
  const stock: Stock = new Map()
  const service: ResultCache.Service = {
    ...memory,
    put: (key, entry) =>
      Effect.tap(
        memory.put(key, entry),
        Effect.sync(() => stock.set(idOf(key), { key, entry }))
      ),
    remove: (key) =>
      Effect.tap(
        memory.remove(key),
        Effect.sync(() => stock.delete(idOf(key)))
      )
  }
  return { service, stock, known: makeKnown() }
}

/** A cache for who has none. */
export const none = (): Cache => ({ service: Effect.runSync(ResultCache.ResultCache), stock: new Map() })

/** Whether plan says of a place that the cache has its result. */
export const isTold = ({ why }: Engine.PlanEntry): boolean => why.startsWith("cache, made by run ")

/** The entries that answer what a step asks, of the model that it names. */
const entriesFor = (stock: Stock, known: Known, question: oracle.Question) => {
  const fingerprint = known.fingerprintOf(question)
  return [...stock.values()].filter(
    ({ entry, key }) =>
      fingerprint !== undefined && key.question.startsWith(`${fingerprint}-`) && entry.model === question.request?.model
  )
}

/** An output that the cache has for a question: any, as equal ones are answered alike. */
export const outputOf = (stock: Stock, known: Known, question: oracle.Question): oracle.Value => {
  const [first] = entriesFor(stock, known, question)
  assert(first !== undefined, "plan: the cache has what nobody made")
  return first.entry.output
}

/** An answer from the cache is one that was there, of the model that the step names. */
export const checkServed = (stock: Stock, { path, step }: oracle.Place, answer: WorkflowState.Answer): void => {
  assert("by" in answer && answer.by === "cache" && answer.cache !== undefined, `${path} has it from the cache`)
  const found = stock.get(idOf(answer.cache))
  assert(found !== undefined, `${path} has from the cache what was not in it`)
  assert.deepStrictEqual(answer.output, found.entry.output, path)
  assert.strictEqual(answer.cache.run, found.entry.run)
  assert(step.tag === "Ask" && found.entry.model === step.model, `${path} has what another model made`)
}

interface Done {
  readonly before: State
  readonly after: State
  readonly since: Events
  readonly ran: ReadonlyArray<oracle.Place & { readonly question: oracle.Question }>
}

const marksOf = ({ records }: State) =>
  Object.entries(records).flatMap(([path, record]) =>
    [record.result, ...WorkflowEvent.answersOf(record)].flatMap((answer) =>
      answer !== undefined && "cache" in answer && answer.cache !== undefined ? [{ path, id: idOf(answer.cache) }] : []
    )
  )

/** No entry is at two places of a run, and who asked found none that no other place had. */
export const checkLeast = (stock: Stock, known: Known, { after, before, ran, since }: Done): void => {
  const owners = new Map<string, string>()
  for (const { id, path } of marksOf(after)) {
    assert.strictEqual(owners.get(id) ?? path, path, `an entry of the cache is at two places: ${id}`)
    owners.set(id, path)
  }
  const taken = new Set([...owners.keys(), ...marksOf(before).map(({ id }) => id)])
  for (const event of since) {
    if (event._tag === "StepSucceeded" && event.cache !== undefined) taken.add(idOf(event.cache))
  }
  for (const { path, question } of ran) {
    if (question.request === undefined || before.records[path]?.renew === true) continue
    const free = entriesFor(stock, known, question).find(({ key }) => !taken.has(idOf(key)))
    assert.isUndefined(free?.entry.path, `${path} asks, and the cache has a result`)
  }
}
