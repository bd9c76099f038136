// Runs in the database of a cluster.

import { crc32 } from "node:zlib"
import type { Glance as Seen, Runs } from "@stepwright/cluster/Runs"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Answer, JournalError, Request, Service } from "@stepwright/core/Journal"
import { configuration, failed } from "../../base/cliError.ts"
import { Cluster, unreadable } from "../../cluster/cluster.ts"
import type { Glance, Read, RunStore } from "./runStore.ts"
import { Stores } from "./stores.ts"

/** Whether a worker has a run, or shall. */
const isTaken = ({ status }: Seen): boolean => status === "QUEUED" || status === "RUNNING"

const glanceOf = (seen: Seen): Glance => {
  const { events, note = null, run, status, worker = null, written } = seen
  return {
    run,
    written,
    // one that was removed and began anew is another one
    version: `${events}-${written}`,
    isLive: isTaken(seen),
    cluster: { worker, isQueued: status === "QUEUED", note }
  }
}

/** How long a list is waited for: a database that is away is asked again without end. */
const patience = "8 seconds"

/** The events that are read at a time. */
const page = 1000

/** The runs of a cluster. */
const make = ({ runs, text }: Cluster): RunStore => {
  const asked = <A>(run: string, work: (runs: Runs["Service"]) => Effect.Effect<A, JournalError>) =>
    Effect.flatMap(Effect.mapError(runs, unreadable(run)), work)
  const inWords = (run: string) => (error: JournalError) => failed(error.message, { target: run, cause: error })
  const glance = (run: string) => asked(run, (runs) => runs.glance(run))
  /** A journal that is asked for once something is written or read. */
  const newJournal = Effect.map(
    Effect.cached(Effect.flatMap(runs, ({ newJournal }) => newJournal)),
    (made): Service => {
      const by = <A>(run: string, work: (journal: Service) => Effect.Effect<A, JournalError>) =>
        Effect.flatMap(Effect.mapError(made, unreadable(run)), work)
      return {
        append: (run, event) => by(run, ({ append }) => append(run, event)),
        load: (run) => by(run, ({ load }) => load(run)),
        size: (run) => by(run, ({ size }) => size(run)),
        putText: (run, hash, text) => by(run, ({ putText }) => putText(run, hash, text)),
        getText: (run, hash) => by(run, ({ getText }) => getText(run, hash))
      }
    }
  )
  /** Takes a run back that waits for a worker: whoever would take it comes too late. */
  const takenBack = Effect.fnUntraced(function* (run: string): Effect.fn.Return<Answer | undefined, JournalError> {
    const seen = yield* glance(run)
    if (seen === undefined || !isTaken(seen)) return undefined
    const journal = yield* newJournal
    yield* journal.size(run)
    const at = yield* Clock.currentTimeMillis
    yield* journal.append(run, { _tag: "RunEnded", at, status: "CANCELLED", orphaned: [] })
    return { isDone: true, detail: "no worker had it" }
  })
  const ask = Effect.fnUntraced(function* (run: string, request: Request) {
    const answer = yield* asked(run, (runs) => runs.ask(run, request))
    return answer === undefined && request._tag === "Cancel" ? yield* takenBack(run) : answer
  })
  const readOn = (run: string, read: number): Effect.Effect<Read | undefined> =>
    Effect.gen(function* () {
      const { read: from } = yield* Effect.mapError(runs, unreadable(run))
      const seen = yield* glance(run)
      if (seen === undefined) return undefined
      // it was removed, and began anew
      const before = seen.events < read ? 0 : read
      const events: Array<string> = []
      for (;;) {
        const found = yield* from(run, before + events.length)
        events.push(...found)
        if (found.length < page) break
      }
      return {
        events: events.map((json) => ({ json, checksum: crc32(json).toString(16).padStart(8, "0") })),
        isAnew: before === 0,
        isLive: isTaken(seen),
        next: readOn(run, before + events.length)
      }
    }).pipe(Effect.orElseSucceed(() => undefined))
  let isTold = false
  const leftOut = (message: string) =>
    Effect.suspend(() => {
      if (isTold) return Effect.undefined
      isTold = true
      return Effect.as(Effect.logWarning(`${message}; runs there are left out`), undefined)
    })
  return {
    where: Effect.succeed(text),
    glances: Effect.flatMap(runs, ({ list }) =>
      list.pipe(
        Effect.map((all) => all.map(glanceOf).toSorted((a, b) => b.written - a.written)),
        Effect.mapError((cause) =>
          configuration(`the runs on the cluster cannot be listed: ${cause.detail}`, { cause })
        ),
        Effect.timeoutOrElse({
          duration: patience,
          orElse: () => Effect.fail(configuration(`the database ${text} does not answer`, { target: text }))
        })
      )
    ),
    glance: (run) =>
      Effect.matchEffect(runs, {
        // what begins in the folder needs no database, and whoever names a run that is not there is told by the list
        onFailure: ({ message }) => leftOut(message),
        onSuccess: ({ glance }) => Effect.map(glance(run), (seen) => seen && glanceOf(seen))
      }),
    isFree: () => Effect.succeed(false),
    isLive: (run) => Effect.map(glance(run), (seen) => seen !== undefined && isTaken(seen)),
    journal: newJournal,
    check: Effect.asVoid(runs),
    ask: (run, request) =>
      // a worker may just have taken it, and is asked then
      Effect.retry(ask(run, request), { times: 3, while: ({ reason }) => reason === "Fenced" || reason === "Locked" }),
    settings: {
      place: (run) => Effect.succeed(`${text}/${run}`),
      read: (run) => Effect.map(Effect.mapError(glance(run), inWords(run)), (seen) => seen?.settings),
      write: (run, text) =>
        Effect.mapError(
          asked(run, (runs) => runs.setSettings(run, text)),
          inWords(run)
        )
    },
    read: (run) => readOn(run, 0),
    texts: (run) =>
      Effect.map(
        asked(run, (runs) => runs.texts(run)),
        (texts) => (hash) => texts.get(hash)
      ),
    remove: (run) => asked(run, (runs) => runs.remove(run)),
    handOver: (run, workflow, build) =>
      asked(run, (runs) => runs.resume(run, workflow, build === undefined ? {} : { build }))
  }
}

/** The places of a command with those of the cluster that is known, after all others. */
export const layer: Layer.Layer<never> = Layer.effectContext(
  Effect.map(Effect.all([Stores, Cluster]), ([[first, ...others], cluster]) =>
    Context.make(Stores, cluster === undefined ? [first, ...others] : [first, ...others, make(cluster)])
  )
)
