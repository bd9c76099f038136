// Heavy work done by whichever worker has room. The process of a run puts an item into the table and waits for its result;
// workers pull what they have room for. `Items.executor` is for the first, `Items.work` for the second; one process is both.

import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import { Hasher } from "@stepwright/core/Hasher"
import type { StepExecutor } from "@stepwright/core/StepExecutor"
import type { Workflow } from "@stepwright/core/Workflow"
import * as WorkItem from "@stepwright/core/WorkItem"
import { describeError } from "@stepwright/core/WorkflowError"
import * as statements from "./itemStatements.ts"
import * as ledgers from "./ledger.ts"

/** A run that this process owns; `definition` is the hash by which workers know its workflow. */
export interface Owned {
  readonly run: string
  readonly epoch: string
  readonly definition: string
}

export interface WorkOptions<Steps, R> {
  /** How many items at a time. */
  readonly slots: number
  /** By what workers know them by. */
  readonly workflows: ReadonlyMap<string, Workflow<never, unknown, unknown, Steps>>
  /** What goes around the work for a run, and gives its step what it needs. */
  readonly around: <A, E>(run: string, work: Effect.Effect<A, E, Steps>) => Effect.Effect<A, unknown, R>
}

export interface Items {
  /** Has heavy steps of a run done by who has room. Those of runs that code makes of its own are done as they are. */
  readonly executor: (owned: Owned) => typeof StepExecutor.Service
  /** Does what it pulls, until it is interrupted; what is not done then is for others. The worker's row must be alive. */
  readonly work: <Steps, R>(options: WorkOptions<Steps, R>) => Effect.Effect<never, SqlError, R>
  /** How many statements were sent. */
  readonly counts: { readonly statements: number }
}

interface Waiting extends Pick<Owned, "run" | "epoch"> {
  readonly path: string
  readonly done: Deferred.Deferred<Schema.Json>
}

interface Options {
  /** Its name in `sw_worker`, of one process only. */
  readonly worker: string
  /** How often the table is looked at for what others put there, and how often while there was nothing when it was. */
  readonly poll?: Duration.Input
  readonly idle?: Duration.Input
}

/** How many workers may die at an item, which may be what kills them. */
const deaths = 5

/** How long who ends waits for the database to hear of what is left undone: the lease tells it otherwise. */
const patience = "2 seconds"

export const make = Effect.fnUntraced(function* ({
  poll = "100 millis",
  idle = poll,
  worker
}: Options): Effect.fn.Return<Items, never, ledgers.Ledger | Scope.Scope> {
  const { counts, query } = yield* ledgers.Ledger
  const hash = yield* Hasher
  const [putHere, doneHere] = [Latch.makeUnsafe(), Latch.makeUnsafe()]
  /** Waits until it is time to look again: what happens in this process is known at once. */
  const next = (latch: Latch.Latch, after: Duration.Input | undefined) =>
    Effect.andThen(
      after === undefined ? latch.await : Effect.raceFirst(Effect.sleep(after), latch.await),
      Effect.sync(() => latch.closeUnsafe())
    )

  const waiting = new Map<string, Waiting>()
  let over: Array<string> = []

  const take = Effect.fnUntraced(function* () {
    const asked = [...waiting]
    const removed = [...over]
    if (asked.length + removed.length === 0) return
    const rows = yield* query(statements.take, [
      removed,
      asked.map(([item]) => item),
      asked.map(([, { run }]) => run),
      asked.map(([, { epoch }]) => epoch),
      deaths
    ])
    over = over.slice(removed.length)
    for (const [item, isOwned, result] of rows as ReadonlyArray<readonly [string, boolean, string | null]>) {
      const one = waiting.get(item)
      // it was interrupted meanwhile
      if (one === undefined) continue
      waiting.delete(item)
      over.push(item)
      Deferred.doneUnsafe(one.done, isOwned ? resultOf(one, result) : Effect.die(ledgers.fenced(one.run, one.epoch)))
    }
  })
  const failAll = (error: SqlError) =>
    Effect.sync(() => {
      for (const { done, run } of waiting.values()) Deferred.doneUnsafe(done, Effect.die(ledgers.failed(run, error)))
      waiting.clear()
    })
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.andThen(
        Effect.suspend(() => next(doneHere, waiting.size + over.length > 0 ? poll : undefined)),
        Effect.catch(take(), failAll)
      )
    )
  )

  const executor: Items["executor"] = (owned) => (local, execution) => {
    const { definition, epoch, run } = owned
    if (!execution.heavy || execution.run !== run) return local
    const { fingerprint, input, path } = WorkItem.of(execution)
    // an index holds no text of any length
    const item = `${run} ${epoch} ${execution.attempt} ${hash(path)}`
    const elsewhere = Effect.gen(function* () {
      const values = [item, run, epoch, path, definition, fingerprint, JSON.stringify(input)]
      const own = yield* query(statements.put, values).pipe(
        // a step cannot answer for the ledger; that of the run says the same
        Effect.mapError((error) => ledgers.failed(run, error)),
        Effect.orDie
      )
      if (own.length === 0) return yield* Effect.die(ledgers.fenced(run, epoch))
      const done = Deferred.makeUnsafe<Schema.Json>()
      waiting.set(item, { run, epoch, path, done })
      putHere.openUnsafe()
      doneHere.openUnsafe()
      const json = yield* Effect.onInterrupt(Effect.interruptible(Deferred.await(done)), () =>
        Effect.sync(() => {
          waiting.delete(item)
          over.push(item)
          doneHere.openUnsafe()
        })
      )
      const exit = yield* Effect.exit(WorkItem.exitOf(execution, json))
      if (Exit.isSuccess(exit) || !isRefused(exit.cause)) return yield* exit
      // where it would be something else, and where it asks a model: nothing was done there
      yield* Effect.logDebug(`${describeError(Cause.squash(exit.cause)).message}; it is done here`)
      return yield* Effect.interruptible(local)
    })
    // what comes back is of the types of the step
    return elsewhere as unknown as typeof local
  }

  const work = <Steps, R>({ around, slots, workflows }: WorkOptions<Steps, R>): Effect.Effect<never, SqlError, R> =>
    Effect.suspend(() => {
      const running = new Map<string, Fiber.Fiber<void>>()
      const start = Effect.fnUntraced(function* (
        workflow: Workflow<never, unknown, unknown, Steps>,
        item: string,
        asked: WorkItem.WorkItem
      ) {
        const working = around(asked.run, WorkItem.work(workflow, asked)).pipe(
          // what its step needs is not here
          Effect.catch((error) => WorkItem.refuse(asked.path, describeError(error).message)),
          Effect.flatMap((json) => query(statements.give, [item, worker, JSON.stringify(json)])),
          Effect.catch((error) => Effect.logWarning(`the result of an item cannot be written: ${error.message}`)),
          Effect.ensuring(
            Effect.sync(() => {
              running.delete(item)
              doneHere.openUnsafe()
              putHere.openUnsafe()
            })
          )
        )
        running.set(item, yield* Effect.forkChild(Effect.asVoid(working)))
      })
      const pull = Effect.gen(function* () {
        const held = [...running]
        const room = slots - held.length
        const rows = yield* query(statements.pull, [
          worker,
          [...workflows.keys()],
          room,
          held.map(([item]) => item),
          deaths
        ])
        const own = new Set(rows.map(([item]) => item))
        // what nobody waits for any more, or somebody else has
        for (const [item, fiber] of held) if (!own.has(item)) fiber.interruptUnsafe()
        for (const [item, run, path, definition, fingerprint, input] of rows as ReadonlyArray<ReadonlyArray<string>>) {
          const workflow = workflows.get(definition!)
          if (workflow === undefined) continue
          const asked = { run: run!, path: path!, fingerprint: fingerprint!, input: JSON.parse(input!) as Schema.Json }
          yield* start(workflow, item!, asked)
        }
      })
      const leave = Effect.suspend(() => Fiber.interruptAll(running.values())).pipe(
        Effect.andThen(query(statements.leave, [worker])),
        Effect.timeoutOption(patience),
        Effect.ignore
      )
      return Effect.ensuring(
        Effect.forever(
          Effect.andThen(
            pull,
            Effect.suspend(() => next(putHere, running.size > 0 ? poll : idle))
          )
        ),
        leave
      )
    })
  return { executor, work, counts }
})

const isRefused = (cause: Cause.Cause<unknown>) => Predicate.isTagged(Cause.squash(cause), "WorkItemError")

const resultOf = ({ path }: Waiting, result: string | null) =>
  result === null
    ? Effect.die(new WorkItem.WorkItemError({ path, detail: `the last ${deaths} workers that had it died` }))
    : Effect.sync(() => JSON.parse(result) as Schema.Json)
