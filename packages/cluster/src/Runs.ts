import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import * as Engine from "@stepwright/core/Engine"
import { Answer, Journal, JournalError, type Request, type Service } from "@stepwright/core/Journal"
import type * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import type { Happening } from "@stepwright/core/WorkflowRuns"
import { WorkflowStatus } from "@stepwright/core/WorkflowStatus"
import { About } from "./internal/about.ts"
import * as byHand from "./internal/byHand.ts"
import { definitionOf } from "./internal/definition.ts"
import { decode as decodeEvent } from "./internal/events.ts"
import * as ledger from "./internal/ledger.ts"
import * as statements from "./internal/statements.ts"
import * as kept from "./internal/texts.ts"

/** How a run stands: it waits for a worker, one has it, or as its state says. */
export const ClusterStatus = Schema.Literals(["QUEUED", "RUNNING", ...WorkflowStatus.literals])
export type ClusterStatus = typeof ClusterStatus.Type

/** A run as it looks from outside. */
export interface Glance {
  readonly run: string
  readonly workflow: string
  readonly status: ClusterStatus
  /** The worker that has it, where that lives. */
  readonly worker: string | undefined
  /** How often it was taken since somebody gave it back: three and more tell of one that ends whoever takes it. */
  readonly attempts: number
  /** Why it could not be worked on when a worker last tried. */
  readonly note: string | undefined
  /** Whether it rests before it is taken again. */
  readonly rests: boolean
  /** What a worker must have that takes it; none shall where there is none. */
  readonly definition: string | undefined
  readonly settings: string | undefined
  /** How many events there are, and when the last was. **Units** milliseconds */
  readonly events: number
  readonly written: number
}

/** A worker, and the runs that it has. */
export interface Worker {
  readonly worker: string
  readonly isAlive: boolean
  /** How long ago it was heard of. **Units** milliseconds */
  readonly silence: number
  readonly about: About
  readonly runs: ReadonlyArray<string>
}

/** Runs of a definition that wait, and whether a worker that lives has it. */
export interface Queued {
  readonly workflow: string
  readonly definition: string | undefined
  readonly runs: number
  readonly resting: number
}

export interface SubmitOptions extends Engine.InitializeOptions {
  /** Told apart from others by workers: only those of the same build take the run. */
  readonly build?: string
  /** How the workflow is found, for who looks at the run; JSON. */
  readonly settings?: string
}

/** The runs of a cluster, for who starts, watches and decides them. */
export class Runs extends Context.Service<
  Runs,
  {
    /** For who changes a run that no worker has; a run that one has is `Locked`. */
    readonly journal: Service
    /** Another such journal: one that lives long goes by what it has taken, though a worker has had the run since. */
    readonly newJournal: Effect.Effect<Service>
    /** Where a run begins that a worker shall take: `Engine.initialize`, `fork` and `import` go by it. */
    readonly queue: (
      workflow: Workflow.Any,
      options?: Pick<SubmitOptions, "build" | "settings">
    ) => Effect.Effect<Service>
    /** Starts a run, which workers that have the workflow go on with; gives its id. */
    readonly submit: <In, Out, E, R>(
      workflow: Workflow.Workflow<In, Out, E, R>,
      input: In,
      options?: SubmitOptions
    ) => Effect.Effect<string, WorkflowError>
    /** Hands a run that no worker has to workers. **Fails with** `Locked`, `NotFound`. */
    readonly resume: (
      run: string,
      workflow: Workflow.Any,
      options?: Pick<SubmitOptions, "build">
    ) => Effect.Effect<void, JournalError>
    readonly list: Effect.Effect<ReadonlyArray<Glance>, JournalError>
    readonly glance: (run: string) => Effect.Effect<Glance | undefined, JournalError>
    /** Asks the worker that has a run; `undefined`: none has, so that whoever asks can do it. */
    readonly ask: (run: string, request: Request) => Effect.Effect<Answer | undefined, JournalError>
    /** What happened to a run after the first so many events, and what happens, until no worker has it or shall. */
    readonly watch: (run: string, after?: number) => Stream.Stream<Happening, JournalError>
    /** Events after the first so many, a thousand at most, as JSON. */
    readonly read: (run: string, after: number) => Effect.Effect<ReadonlyArray<string>, JournalError>
    readonly texts: (run: string) => Effect.Effect<ReadonlyMap<string, string>, JournalError>
    readonly setSettings: (run: string, settings: string) => Effect.Effect<void, JournalError>
    /** **Fails with** `Locked` where a worker has it. */
    readonly remove: (run: string) => Effect.Effect<void, JournalError>
    readonly workers: Effect.Effect<ReadonlyArray<Worker>, JournalError>
    readonly queued: Effect.Effect<ReadonlyArray<Queued>, JournalError>
    /** The runs that come to nothing again and again. */
    readonly poison: Effect.Effect<ReadonlyArray<Glance>, JournalError>
  }
>()("@stepwright/cluster/Runs") {}

const decodeAbout = Schema.decodeUnknownOption(Schema.fromJsonString(About))
const decodeAnswer = Schema.decodeUnknownResult(Schema.fromJsonString(Answer))
const isStatus = Schema.is(ClusterStatus)

const textOrNone = (value: unknown): string | undefined => (value === null ? undefined : String(value))

/** How a run stands: under way is one that a worker has, or takes. */
const statusOf = (status: unknown, isOfWorkers: boolean): ClusterStatus =>
  // a later version may know others
  isStatus(status) && (status !== "RUNNING" || isOfWorkers) ? status : "IN_PROGRESS"

const glanceOf = ([
  run,
  workflow,
  status,
  worker,
  attempts,
  note,
  settings,
  events,
  written,
  rests,
  definition
]: ReadonlyArray<unknown>): Glance => ({
  run: String(run),
  workflow: String(workflow),
  status: statusOf(status, worker !== null || definition !== null),
  worker: textOrNone(worker),
  attempts: Number(attempts),
  note: textOrNone(note),
  rests: rests === true,
  definition: textOrNone(definition),
  settings: textOrNone(settings),
  events: Number(events),
  written: Number(written)
})

/** How often is looked, and how long an answer is waited for. **Units** milliseconds. */
const period = 250
const patience = 10_000

/** The events that are read at a time. */
const page = 1000

export const make = Effect.gen(function* () {
  const database = yield* ledger.Ledger
  const all = (statement: string) => Effect.mapError(database.query(statement, []), (error) => ledger.failed("", error))
  const glances = (statement: string) => Effect.map(all(statement), (rows) => rows.map(glanceOf))

  const rowsOf = (run: string, statement: string, more?: ReadonlyArray<unknown>) =>
    ledger.queryOf(database, run, statement, more)

  const glance = (run: string) =>
    Effect.map(rowsOf(run, statements.glanceAt), ([row]) => (row === undefined ? undefined : glanceOf(row)))

  const queue = Effect.fnUntraced(function* (
    workflow: Workflow.Any,
    { build, settings }: Pick<SubmitOptions, "build" | "settings"> = {}
  ) {
    const definition = yield* definitionOf(workflow, build)
    return yield* Effect.provideService(byHand.make({ isQueued: true, definition, settings }), ledger.Ledger, database)
  })

  const found = Effect.fnUntraced(function* (run: string) {
    const known = yield* glance(run)
    return known ?? (yield* new JournalError({ run, reason: "NotFound", detail: "no such run" }))
  })

  const locked = (run: string) => new JournalError({ run, reason: "Locked", detail: "a worker has it" })

  const read = (run: string, after: number) =>
    Effect.map(rowsOf(run, statements.events, [after, page]), (rows) => rows.map(([, event]) => String(event)))

  /** What came to a run, once something has, or nothing will any more. */
  const next = (run: string, after: number): Effect.Effect<Option.Option<ReadonlyArray<string>>, JournalError> =>
    Effect.gen(function* () {
      // what it is like before it is read: whatever ends it is written by then
      const { status } = yield* found(run)
      const events = yield* read(run, after)
      if (events.length > 0) return Option.some(events)
      if (status !== "QUEUED" && status !== "RUNNING") return Option.none()
      return yield* Effect.andThen(Effect.sleep(period), next(run, after))
    })

  const happening = (run: string, json: string, number: number) =>
    Effect.map(Effect.fromResult(decodeEvent(run, number, json)), (event) => ({ number, event }))

  const ask = Effect.fnUntraced(function* (run: string, request: Request) {
    const [asked] = yield* rowsOf(run, statements.ask, [JSON.stringify(request)])
    if (asked === undefined) return undefined
    const [id] = asked
    const forget = Effect.ignore(database.query(statements.forget, [id]))
    const answered = Effect.mapError(database.query(statements.answered, [id]), (error) => ledger.failed(run, error))
    const wait = (waited: number): Effect.Effect<Answer | undefined, JournalError> =>
      Effect.flatMap(Effect.andThen(Effect.sleep(period), answered), ([row]) => {
        const answer = decodeAnswer(row?.[0])
        if (Result.isSuccess(answer)) return Effect.succeed(answer.success)
        // who has gone by now has left all that it answers
        if (row?.[1] !== true) return Effect.undefined
        // whoever cancels waits until what is under way has stopped
        if (waited < patience || request._tag === "Cancel") return wait(waited + period)
        return Effect.succeed({ isDone: false, detail: "the worker that runs it has not answered yet" })
      })
    return yield* Effect.ensuring(wait(0), forget)
  })

  return Runs.of({
    journal: yield* byHand.make(),
    newJournal: Effect.provideService(byHand.make(), ledger.Ledger, database),
    queue,
    submit: Effect.fnUntraced(function* (workflow, input, { build, settings, ...options } = {}) {
      const journal = yield* queue(workflow, {
        ...(build !== undefined && { build }),
        ...(settings !== undefined && { settings })
      })
      const { run } = yield* Effect.provideService(Engine.initialize(workflow, input, options), Journal, journal)
      return run
    }),
    resume: Effect.fnUntraced(function* (run, workflow, { build } = {}) {
      const seen = yield* found(run)
      const values = [yield* definitionOf(workflow, build), seen.events]
      const [row] = yield* rowsOf(run, statements.enqueue, values)
      if (row !== undefined) return
      // the answer to the same may have been lost
      const { status } = yield* found(run)
      if (status === "QUEUED") return
      if (status === "RUNNING") return yield* locked(run)
      return yield* new JournalError({ run, reason: "Locked", detail: "it has gone on meanwhile" })
    }),
    list: glances(statements.glances),
    glance,
    ask,
    read,
    watch: (run, after = 0) =>
      Stream.paginate(after, (from) =>
        Effect.map(next(run, from), (found) => [
          Option.getOrElse(found, () => []).map((json, i) => [json, from + i + 1] as const),
          Option.map(found, ({ length }) => from + length)
        ])
      ).pipe(Stream.mapEffect(([json, number]) => happening(run, json, number))),
    texts: (run) =>
      Effect.map(
        rowsOf(run, statements.texts),
        (rows) => new Map(rows.map(([hash, text]) => [String(hash), kept.decode(String(text))] as const))
      ),
    setSettings: (run, settings) => Effect.asVoid(rowsOf(run, statements.settings, [settings])),
    remove: Effect.fnUntraced(function* (run) {
      yield* found(run)
      const [row] = yield* rowsOf(run, statements.remove)
      if (row === undefined) return yield* locked(run)
    }),
    workers: Effect.map(all(statements.workers), (rows) =>
      rows.flatMap(([worker, isAlive, silence, about, runs]) =>
        Option.match(decodeAbout(about), {
          onNone: () => [],
          onSome: (about) => [
            {
              worker: String(worker),
              isAlive: isAlive === true,
              silence: Number(silence),
              about,
              runs: JSON.parse(String(runs)) as ReadonlyArray<string>
            }
          ]
        })
      )
    ),
    queued: Effect.map(all(statements.queue), (rows) =>
      rows.map(([workflow, definition, runs, resting]) => ({
        workflow: String(workflow),
        definition: textOrNone(definition),
        runs: Number(runs),
        resting: Number(resting)
      }))
    ),
    poison: glances(statements.poison)
  })
})

/** The runs of the cluster whose ledger is on the PostgreSQL of a `SqlClient`; its tables are made. */
export const layer: Layer.Layer<Runs, ledger.Problem, SqlClient.SqlClient> = Layer.effect(Runs, make).pipe(
  Layer.provide(ledger.layer)
)
