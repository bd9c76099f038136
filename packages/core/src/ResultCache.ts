import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Count, Path, RunId, Time } from "./internal/format/fields.ts"
import { field, optional } from "./internal/words/field.ts"
import { Usage } from "./Usage.ts"

/** What tells a result from all others: what was asked of which models, and which of the answers to that it is, from 0 on. */
export const Key = Schema.Struct({ question: Schema.String, ordinal: Count })
export type Key = typeof Key.Type

/** A result that parsed, and who made it. */
export const Entry = Schema.Struct({
  output: field(Schema.Json, "What the step gave, encoded by its `output` Schema."),
  by: field(Schema.Literals(["model", "code"]), "Who made it: a model, or the step's own code."),
  run: field(RunId, "The run that it was made for."),
  path: field(Path, "The path that it was made for."),
  model: optional(Schema.String, "The alias of the model that made it, as the step named it."),
  nth: optional(Count, "Which of the models that the step named it was, 0 for the first."),
  usage: field(Usage, "What the replies cost that it was made of."),
  startedAt: field(Time, "When the step began, in milliseconds since 1970."),
  at: field(Time, "When it was there, in milliseconds since 1970.")
}).annotate({ identifier: "Entry", description: "A result that parsed, and who made it." })
export type Entry = typeof Entry.Type

/** An entry that is there, without what it holds. */
export interface Found {
  readonly ordinal: number
  readonly path: string
}

/** A cache that could not be read or written; a run goes on without it. */
export class ResultCacheError extends Schema.TaggedError<ResultCacheError>()("ResultCacheError", {
  detail: Schema.String
}) {
  override get message() {
    return `cache of results: ${this.detail}`
  }
}

/** Results of steps by what was asked, for other runs. What cannot be read is not there. */
export interface Service {
  /** The entries of a question. */
  readonly look: (question: string) => Effect.Effect<ReadonlyArray<Found>, ResultCacheError>
  readonly get: (key: Key) => Effect.Effect<Entry | undefined, ResultCacheError>
  /**
   * An entry, or else the claim to make it, until the scope closes. Who comes while another has the claim waits for the
   * entry; without one by the time that it ends, or that its owner is gone, the claim goes to one who waits.
   */
  readonly claim: (key: Key) => Effect.Effect<Entry | undefined, ResultCacheError, Scope.Scope>
  /** Keeps an entry, in the place of the one that is there. */
  readonly put: (key: Key, entry: Entry) => Effect.Effect<void, ResultCacheError>
  /** Takes out what nobody is to get any more. */
  readonly remove: (key: Key) => Effect.Effect<void, ResultCacheError>
}

const empty: Service = {
  look: () => Effect.succeed([]),
  get: () => Effect.undefined,
  claim: () => Effect.undefined,
  put: () => Effect.void,
  remove: () => Effect.void
}

/** Where the engine looks for what a step asks before it asks, and keeps what was answered. The default keeps nothing. */
export const ResultCache = Context.Reference<Service>("@stepwright/core/ResultCache", { defaultValue: () => empty })

/** A layer that keeps nothing: for a part of a program that is to ask. */
export const layerNone: Layer.Layer<never> = Layer.succeed(ResultCache, empty)

/** Whether a cache is one that never has anything. */
export const keepsNothing = (cache: Service): boolean => cache === empty

const idOf = ({ ordinal, question }: Key) => `${question} ${ordinal}`

/** A cache in memory, as a value, of so many entries: then that goes which was not used for longest. */
export const makeMemory = ({ capacity = 10_000 }: { readonly capacity?: number } = {}): Service => {
  /** In the order of their last use. */
  const entries = new Map<string, { readonly key: Key; readonly entry: Entry }>()
  const questions = new Map<string, Map<number, Found>>()
  const claims = new Map<string, Deferred.Deferred<void>>()
  const drop = (key: Key) => {
    entries.delete(idOf(key))
    const found = questions.get(key.question)
    found?.delete(key.ordinal)
    if (found?.size === 0) questions.delete(key.question)
  }
  const use = (key: Key): Entry | undefined => {
    const id = idOf(key)
    const known = entries.get(id)
    if (known === undefined) return undefined
    entries.delete(id)
    entries.set(id, known)
    return known.entry
  }
  const claim = (key: Key): Effect.Effect<Entry | undefined, never, Scope.Scope> =>
    Effect.suspend(() => {
      const id = idOf(key)
      const own = Deferred.makeUnsafe<void>()
      const take = Effect.sync(() => {
        const entry = use(key)
        const held = claims.get(id)
        if (entry === undefined && held === undefined) claims.set(id, own)
        return { entry, held }
      })
      const release = Effect.suspend(() => {
        if (claims.get(id) === own) claims.delete(id)
        return Deferred.succeed(own, undefined)
      })
      return Effect.flatMap(
        Effect.acquireRelease(take, () => release),
        ({ entry, held }) =>
          entry !== undefined || held === undefined
            ? Effect.succeed(entry)
            : Effect.andThen(Deferred.await(held), claim(key))
      )
    })
  return {
    look: (question) => Effect.sync(() => [...(questions.get(question)?.values() ?? [])]),
    get: (key) => Effect.sync(() => use(key)),
    claim,
    put: (key, entry) =>
      Effect.sync(() => {
        const { ordinal, question } = key
        drop(key)
        entries.set(idOf(key), { key, entry })
        const found = questions.get(question) ?? new Map<number, Found>()
        questions.set(question, found.set(ordinal, { ordinal, path: entry.path }))
        for (const { key } of entries.values()) {
          if (entries.size <= capacity) break
          drop(key)
        }
      }),
    remove: (key) => Effect.sync(() => drop(key))
  }
}

/** A layer with a new cache in memory each time that it is built, of 10,000 entries. */
export const layerMemory: Layer.Layer<never> = Layer.sync(ResultCache, makeMemory)
