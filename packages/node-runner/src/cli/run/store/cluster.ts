// Runs of a cluster, in its database.

import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type * as Cluster from "@stepwright/cluster"
import { JournalError, type Service } from "@stepwright/core/Journal"
import type { CliError } from "../../base/cliError.ts"
import * as connect from "../../cluster/connect.ts"
import type { Place } from "../../cluster/place.ts"
import type { Glance, Read, RunStore } from "./runStore.ts"

type Runs = Cluster.Runs.Runs["Service"]

const checksumOf = (json: string) => crc32(json).toString(16).padStart(8, "0")

const glanceOf = ({ events, run, status, worker, written }: Cluster.Runs.Glance): Glance => ({
  run,
  written,
  version: `${events} ${status}`,
  // one that waits for a worker is that worker's already
  isLive: worker !== undefined || status === "QUEUED"
})

/** Those of a database, which is asked once somebody wants to know. */
export const open = Effect.fnUntraced(function* (place: Place): Effect.fn.Return<RunStore, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const lock = yield* Semaphore.make(1)
  let known: Runs | undefined
  let isTold = false
  const connected: Effect.Effect<Runs, CliError> = Effect.suspend(() =>
    known === undefined
      ? lock.withPermit(
          Effect.suspend(() =>
            known === undefined
              ? Effect.gen(function* () {
                  const [{ Runs }] = yield* connect.packages
                  const context = yield* Layer.buildWithScope(connect.layer(place), scope)
                  return (known = Context.get(context, Runs.Runs))
                })
              : Effect.succeed(known)
          )
        )
      : Effect.succeed(known)
  )
  const withRuns = <A>(
    run: string,
    work: (runs: Runs) => Effect.Effect<A, JournalError>
  ): Effect.Effect<A, JournalError> =>
    Effect.flatMap(
      Effect.mapError(connected, ({ message }) => new JournalError({ run, reason: "Failed", detail: message })),
      work
    )
  const told = <A>(work: (runs: Runs) => Effect.Effect<A, JournalError>): Effect.Effect<A, CliError> =>
    Effect.flatMap(connected, (runs) => Effect.mapError(work(runs), (cause) => connect.unusable(place, cause)))

  const journal: Service = {
    append: (run, event) => withRuns(run, ({ journal }) => journal.append(run, event)),
    load: (run) => withRuns(run, ({ journal }) => journal.load(run)),
    size: (run) => withRuns(run, ({ journal }) => journal.size(run)),
    putText: (run, hash, text) => withRuns(run, ({ journal }) => journal.putText(run, hash, text)),
    getText: (run, hash) => withRuns(run, ({ journal }) => journal.getText(run, hash))
  }
  /** A database that is away has no say in what is in the folder; it is told. */
  const orTold = <A>(self: Effect.Effect<A, CliError>, otherwise: A): Effect.Effect<A> =>
    Effect.catch(self, ({ message }) =>
      Effect.suspend(() => {
        if (isTold) return Effect.succeed(otherwise)
        isTold = true
        return Effect.as(Effect.logWarning(message), otherwise)
      })
    )
  const glance = (run: string) =>
    orTold(
      Effect.map(
        told(({ glance }) => glance(run)),
        (found) => found && glanceOf(found)
      ),
      undefined
    )
  const isLive = (run: string) => Effect.map(glance(run), (found) => found?.isLive === true)

  const readFrom = (run: string, from: number): Effect.Effect<Read | undefined> =>
    Effect.gen(function* () {
      const wasLive = yield* isLive(run)
      const events = yield* withRuns(run, ({ read }) => read(run, from))
      return {
        events: events.map((json) => ({ json, checksum: checksumOf(json) })),
        isAnew: from === 0,
        isLive: wasLive,
        next: readFrom(run, from + events.length)
      }
    }).pipe(Effect.orElseSucceed(() => undefined))

  return {
    where: Effect.succeed(place.shown),
    glances: orTold(
      Effect.map(
        told(({ list }) => list),
        (all) => all.map(glanceOf).toSorted((a, b) => b.written - a.written)
      ),
      []
    ),
    glance,
    isFree: () => Effect.succeed(false),
    isLive,
    journal: Effect.succeed(journal),
    check: Effect.asVoid(connected),
    ask: (run, request) => withRuns(run, ({ ask }) => ask(run, request)),
    settings: {
      place: (run) => Effect.succeed(`${place.shown}#${run}`),
      read: (run) => told(({ glance }) => Effect.map(glance(run), (found) => found?.settings)),
      write: (run, text) => told(({ setSettings }) => setSettings(run, text))
    },
    read: (run) => readFrom(run, 0),
    texts: (run) =>
      Effect.map(
        withRuns(run, ({ texts }) => texts(run)),
        (texts) => (hash: string) => texts.get(hash)
      ),
    remove: (run) => withRuns(run, ({ remove }) => remove(run))
  }
})
