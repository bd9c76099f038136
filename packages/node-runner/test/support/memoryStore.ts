import { crc32 } from "node:zlib"
import { Deferred, Effect, Queue, Schema, Stream } from "effect"
import { Journal, WorkflowEvent } from "@stepwright/core"
import type { Read, RunStore } from "../../src/cli/run/store/runStore.ts"

const EventText = Schema.fromJsonString(WorkflowEvent.WorkflowEvent)

/** Who works on a run: until that is done it is nobody else's. */
interface Holder {
  readonly owner: object
  readonly asked: Queue.Queue<Journal.Asked>
  readonly gone: Deferred.Deferred<undefined>
}

interface Kept {
  readonly events: Array<string>
  readonly texts: Map<string, string>
  written: number
  settings: string | undefined
  holder: Holder | undefined
}

const checksumOf = (text: string) => crc32(text).toString(16).padStart(8, "0")

const refused = (run: string, reason: "NotFound" | "Locked", detail: string) =>
  Effect.fail(new Journal.JournalError({ run, reason, detail }))

/** A place for runs in memory, which every journal of it shares, as those of several machines share a database. */
export const make = () => {
  const runs = new Map<string, Kept>()
  /** The time by which runs were written to. */
  let now = Date.now()
  const at = (run: string): Kept => {
    const known = runs.get(run)
    if (known !== undefined) return known
    const made: Kept = { events: [], texts: new Map(), written: 0, settings: undefined, holder: undefined }
    runs.set(run, made)
    return made
  }
  const begun = (run: string) => {
    const kept = runs.get(run)
    return kept === undefined || kept.events.length === 0 ? undefined : kept
  }
  const glanceOf = (run: string, { events, holder, written }: Kept) => ({
    run,
    written,
    version: `${events.length}`,
    isLive: holder !== undefined
  })
  const release = (kept: Kept) => {
    if (kept.holder !== undefined) Deferred.doneUnsafe(kept.holder.gone, Effect.undefined)
    kept.holder = undefined
  }
  /** A run that is this owner's from now on. */
  const claim = Effect.fnUntraced(function* (owner: object, run: string) {
    const kept = at(run)
    if (kept.holder !== undefined && kept.holder.owner !== owner) {
      return yield* refused(run, "Locked", "another worker is at it")
    }
    kept.holder ??= { owner, asked: yield* Queue.unbounded<Journal.Asked>(), gone: Deferred.makeUnsafe<undefined>() }
    return kept
  })

  const journalOf = (owner: object): Journal.Service => ({
    append: (run, event) =>
      Effect.map(claim(owner, run), (kept) => {
        kept.events.push(Schema.encodeSync(EventText)(event))
        kept.written = now = Math.max(now + 1, Date.now())
        if (event._tag === "RunEnded") release(kept)
      }),
    load: (run) =>
      Effect.suspend(() => {
        const kept = begun(run)
        return kept === undefined
          ? refused(run, "NotFound", "no such run in memory")
          : Effect.succeed(kept.events.map((text) => Schema.decodeSync(EventText)(text)))
      }),
    size: (run) => Effect.map(claim(owner, run), ({ events }) => events.length),
    putText: (run, hash, text) => Effect.map(claim(owner, run), ({ texts }) => void texts.set(hash, text)),
    getText: (run, hash) =>
      Effect.suspend(() => {
        const text = runs.get(run)?.texts.get(hash)
        return text === undefined ? refused(run, "NotFound", `no text with hash ${hash}`) : Effect.succeed(text)
      }),
    requests: (run) =>
      Stream.suspend(() => {
        const holder = runs.get(run)?.holder
        return holder === undefined ? Stream.empty : Stream.fromQueue(holder.asked)
      })
  })

  const readFrom = (run: string, from: number): Effect.Effect<Read | undefined> =>
    Effect.sync(() => {
      const kept = begun(run)
      return (
        kept && {
          events: kept.events.slice(from).map((json) => ({ json, checksum: checksumOf(json) })),
          isAnew: from === 0,
          isLive: kept.holder !== undefined,
          next: readFrom(run, kept.events.length)
        }
      )
    })

  return {
    where: Effect.succeed("memory://here"),
    glances: Effect.sync(() =>
      [...runs].flatMap(([run]) => {
        const kept = begun(run)
        return kept === undefined ? [] : [glanceOf(run, kept)]
      })
    ),
    glance: (run) =>
      Effect.sync(() => {
        const kept = begun(run)
        return kept && glanceOf(run, kept)
      }),
    isFree: () => Effect.succeed(false),
    isLive: (run) => Effect.sync(() => runs.get(run)?.holder !== undefined),
    journal: Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => ({})),
        (owner) =>
          Effect.sync(() => {
            for (const kept of runs.values()) if (kept.holder?.owner === owner) release(kept)
          })
      ),
      journalOf
    ),
    check: Effect.void,
    ask: Effect.fnUntraced(function* (run, request) {
      const holder = runs.get(run)?.holder
      if (holder === undefined) return undefined
      const answered = yield* Deferred.make<Journal.Answer>()
      const answer = (given: Journal.Answer) => Effect.asVoid(Deferred.succeed(answered, given))
      yield* Queue.offer(holder.asked, { request, answer })
      return yield* Effect.raceFirst(Deferred.await(answered), Deferred.await(holder.gone))
    }),
    settings: {
      place: (run) => Effect.succeed(`memory://here/${run}`),
      read: (run) => Effect.sync(() => runs.get(run)?.settings),
      write: (run, text) =>
        Effect.sync(() => {
          at(run).settings = text
        })
    },
    read: (run) => readFrom(run, 0),
    texts: (run) => Effect.sync(() => (hash) => runs.get(run)?.texts.get(hash)),
    remove: (run) =>
      Effect.suspend(() => {
        if (runs.get(run)?.holder !== undefined) return refused(run, "Locked", "another worker is at it")
        runs.delete(run)
        return Effect.void
      })
  } satisfies RunStore
}
