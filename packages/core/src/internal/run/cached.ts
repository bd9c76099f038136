// Results from a cache, where a run has one. In: a step that has no result, and what it asks. Out: its output, from the
// cache, or else from its work, which the cache gets then. `perform` calls it; `foresee` asks what it would give.

import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Fingerprint } from "../../Fingerprint.ts"
import { identityOf, LlmClient, type Service } from "../../LlmClient.ts"
import type { Entry, Found, Key, ResultCacheError } from "../../ResultCache.ts"
import * as StepPath from "../../StepPath.ts"
import type { Usage } from "../../Usage.ts"
import type { StepResult } from "../../WorkflowState.ts"
import type { UntypedStep } from "../ask/step.ts"
import * as canonical from "../json/canonical.ts"
import { Halt } from "../walk/hole.ts"
import { failureAround, type Place } from "../walk/place.ts"
import { madeBy, succeeded } from "./record.ts"
import type { Runtime, Shelf } from "./runtime.ts"
import { codeOf } from "../judge/steps.ts"
import type { Examined } from "../judge/verdict.ts"

/** Gives what a cache has, else what work makes; who asks for something new gets that. */
export const cached = <E>(
  runtime: Runtime,
  shelf: Shelf,
  step: UntypedStep,
  place: Place,
  examined: Examined,
  isNew: boolean,
  work: (key?: Key) => Effect.Effect<unknown, E, unknown>
): Effect.Effect<unknown, unknown, unknown> =>
  Effect.flatMap(questionOf(runtime.hash, step, examined.fingerprint), (question) => {
    if (question === undefined) return work()
    const { path } = place
    if (isNew) {
      return Effect.andThen(
        reject(runtime, runtime.state.records[path]?.result),
        Effect.flatMap(keyFor(runtime, shelf, question, path, true), work)
      )
    }
    // what the work itself opens is not closed with the claim
    return Effect.acquireUseRelease(
      Scope.make(),
      (scope) =>
        Effect.flatMap(keyFor(runtime, shelf, question, path), (key) =>
          Effect.flatMap(told(runtime, shelf, Scope.provide(shelf.cache.claim(key), scope)), (entry) => {
            if (entry === undefined) return work(key)
            const result = resultOf(runtime, step, examined.fingerprint, key, entry)
            return Effect.flatMap(examined.judgeOther(result), (verdict): Effect.Effect<unknown, unknown, unknown> => {
              if (verdict._tag === "Run") return work(key)
              // it may have been a while
              if (runtime.ending !== undefined || failureAround(place) !== undefined) return Effect.fail(new Halt())
              runtime.tally.cached.push(path)
              return Effect.as(succeeded(runtime, step, path, result), verdict.output)
            })
          })
        ),
      Scope.close
    )
  })

/** What a run would have from a cache at a place. */
export const foretold = Effect.fnUntraced(function* (
  runtime: Runtime,
  shelf: Shelf,
  step: UntypedStep,
  { path }: Place,
  { fingerprint, judgeOther }: Examined
) {
  const question = step.cache ? yield* questionOf(runtime.hash, step, fingerprint) : undefined
  if (question === undefined) return undefined
  const key = yield* keyFor(runtime, shelf, question, path)
  const entry = yield* told(runtime, shelf, shelf.cache.get(key))
  if (entry === undefined) return undefined
  const verdict = yield* judgeOther(resultOf(runtime, step, fingerprint, key, entry))
  return verdict._tag === "Reuse" ? { verdict, run: entry.run } : undefined
})

/** Keeps a result that was made. A cache that cannot is no fault of the run. */
export const put = (
  runtime: Runtime,
  { model }: UntypedStep,
  path: string,
  key: Key,
  made: { readonly result: StepResult; readonly usage: Usage; readonly startedAt: number }
): Effect.Effect<void> => {
  const { shelf, state } = runtime
  const { result, ...known } = made
  const { at, output } = result
  const nth = result.model === undefined ? undefined : model?.models.indexOf(result.model)
  const entry: Entry = {
    output,
    by: model === undefined ? "code" : "model",
    run: state.run,
    path,
    ...(result.model !== undefined && { model: result.model }),
    ...(nth !== undefined && nth >= 0 && { nth }),
    ...known,
    at
  }
  return shelf === undefined ? Effect.void : told(runtime, shelf, shelf.cache.put(key, entry))
}

/** Takes a result out of the cache that a person does not want. */
export const reject = (runtime: Runtime, result: StepResult | undefined): Effect.Effect<void> => {
  const { shelf } = runtime
  return shelf === undefined || result?.cache === undefined
    ? Effect.void
    : told(runtime, shelf, shelf.cache.remove(result.cache))
}

/** What is asked of which models, as far as a client says; of code nothing where it cannot be told from other code. */
const questionOf = (
  hash: Runtime["hash"],
  step: UntypedStep,
  { value }: Fingerprint
): Effect.Effect<string | undefined> => {
  if (step.model === undefined) {
    const code = codeOf(hash, step)
    return Effect.succeed(code === undefined ? undefined : `${value}-${code.slice(0, digits)}`)
  }
  return Effect.map(Effect.serviceOption(LlmClient), (client) =>
    Option.isNone(client) ? undefined : `${value}-${askedOf(hash, client.value, step, step.model?.models ?? [])}`
  )
}

/** Two of so many do not come to the same by chance. */
const digits = 16

const asked = new WeakMap<UntypedStep, { readonly client: Service; readonly by: unknown; readonly digest: string }>()

/** Hash of the models that a step asks in turn, and of what they are asked with. */
const askedOf = (hash: Runtime["hash"], client: Service, step: UntypedStep, models: ReadonlyArray<string>): string => {
  const known = asked.get(step)
  if (known?.client === client && known.by === hash) return known.digest
  const { parameters } = client
  const all = models.map((alias) => ({
    ...identityOf(client, alias),
    parameters: parameters?.[alias] ?? parameters?.["default"] ?? {}
  }))
  const digest = hash(canonical.stringify(all)).slice(0, digits)
  asked.set(step, { client, by: hash, digest })
  return digest
}

/**
 * The entry that a path is to have: the one that it has, or one that no path of this run has: that which was made for it;
 * of those that were made for others, one whose path the definition does not have; or a new one.
 */
const keyFor = (runtime: Runtime, shelf: Shelf, question: string, path: string, isNew = false): Effect.Effect<Key> => {
  const { cache, found, has, lock, taken } = shelf
  const choose = (entries: ReadonlyArray<Found>): Key => {
    const by = taken.get(question) ?? new Map<number, string>()
    taken.set(question, by)
    const ordinal = ownOf(by, path) ?? (isNew ? undefined : freeOf(entries, by, path, has)) ?? nextOf(entries, by)
    by.set(ordinal, path)
    return { question, ordinal }
  }
  const known = found.get(question)
  if (known !== undefined) return Effect.succeed(choose(known))
  // who comes first looks, and those after it take what it leaves
  return lock.withPermits(1)(
    Effect.suspend(() => {
      const known = found.get(question)
      if (known !== undefined) return Effect.succeed(choose(known))
      return Effect.map(told(runtime, shelf, cache.look(question)), (entries = []) => {
        const sorted = entries.toSorted((a, b) => a.ordinal - b.ordinal)
        found.set(question, sorted)
        return choose(sorted)
      })
    })
  )
}

const ownOf = (taken: ReadonlyMap<number, string>, path: string): number | undefined => {
  for (const [ordinal, by] of taken) if (by === path) return ordinal
  return undefined
}

const freeOf = (
  entries: ReadonlyArray<Found>,
  taken: ReadonlyMap<number, string>,
  path: string,
  has: Shelf["has"]
): number | undefined => {
  const free = entries.filter(({ ordinal }) => !taken.has(ordinal))
  const own = free.find((entry) => entry.path === path)
  if (own !== undefined || free.length < 2) return (own ?? free[0])?.ordinal
  // what was made for a path that is gone nobody else has a better claim to
  const gone = free.filter((entry) => !has(entry.path))
  let [best, most] = [undefined as Found | undefined, -1]
  for (const entry of gone.length > 0 ? gone : free) {
    const common = StepPath.commonEnd(entry.path, path)
    if (common > most) [best, most] = [entry, common]
  }
  return best?.ordinal
}

const nextOf = (entries: ReadonlyArray<Found>, taken: ReadonlyMap<number, string>): number => {
  const others = new Set([...taken.keys(), ...entries.map(({ ordinal }) => ordinal)])
  let ordinal = 0
  while (others.has(ordinal)) ordinal++
  return ordinal
}

const resultOf = (
  runtime: Runtime,
  step: UntypedStep,
  fingerprint: Fingerprint,
  key: Key,
  { nth = 0, output, run }: Entry
): StepResult => {
  const models = step.model?.models
  const model = models?.[nth] ?? models?.[0]
  return {
    fingerprint,
    output,
    by: "cache",
    ...(model !== undefined && { model }),
    ...madeBy(runtime.hash, step),
    cache: { ...key, run },
    at: runtime.now()
  }
}

/** What a cache gives; where it fails that is told once, and nothing is there. */
const told = <A>(
  { state }: Runtime,
  shelf: Shelf,
  work: Effect.Effect<A, ResultCacheError>
): Effect.Effect<A | undefined> =>
  Effect.catch(work, ({ message }) => {
    if (shelf.isTold) return Effect.undefined
    shelf.isTold = true
    return Effect.as(Effect.logWarning(`run ${state.run} goes on without its ${message}`), undefined)
  })
