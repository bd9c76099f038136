import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as Workflow from "@stepwright/core/Workflow"
import type { About } from "./internal/about.ts"
import * as ledger from "./internal/ledger.ts"
import { log, type Said } from "./internal/said.ts"
import * as worker from "./internal/worker.ts"

export type { Said }

/** `Steps` is what steps need, of which `around` may provide some; `R` what is needed then. */
export interface Options<Steps, R = Steps> {
  /** What it can work on; runs of other definitions are left to others. */
  readonly workflows: ReadonlyArray<Workflow.Workflow<never, unknown, unknown, Steps>>
  /** How many runs it works on at a time: 8 unless given. */
  readonly slots?: number
  /**
   * How many steps it does at a time that say that they are heavy, of whichever worker's run: 2 unless given; 0 leaves all
   * to others, of which there must be one then.
   */
  readonly heavy?: number
  /** Takes only runs that were submitted with the same: for functions, which no definition tells apart. */
  readonly build?: string
  /** How long it lets its runs end once it is to end, before it hands them over: 10 seconds unless given. */
  readonly drain?: Duration.Input
  /**
   * How long it may be silent before others take its runs, 11 seconds unless given, and how often it says that it is
   * there, 2 seconds unless given: a stall of the process may take what is between.
   */
  readonly lease?: Duration.Input
  readonly beat?: Duration.Input
  /** How often it looks for runs while it has room: half a second unless given. */
  readonly poll?: Duration.Input
  /** What it says of itself to who asks for the workers. */
  readonly about?: Pick<About, "host" | "pid" | "version">
  /** What goes around the work on each run, such as services of its own; the journal that it finds is the run's. */
  readonly around?: worker.Around<Steps, R>
  /** Is told what the worker does, which is logged unless given. */
  readonly says?: (said: Said) => Effect.Effect<void>
}

const millis = (duration: Duration.Input | undefined, standard: number): number =>
  duration === undefined ? standard : Duration.toMillis(Duration.fromInputUnsafe(duration))

/**
 * A worker of a cluster: takes runs from the PostgreSQL of the `SqlClient` while it has room, and goes on with them, with
 * what their steps need; those of a worker that died too. Each run belongs to one worker at a time, as the database tells
 * with each write. When the layer is closed it takes no more, lets its runs end for a while, and hands over what is left.
 */
export const layer = <Steps, R = Steps>(
  options: Options<Steps, R>
): Layer.Layer<never, ledger.Problem, SqlClient.SqlClient | R> =>
  Layer.effectDiscard(
    worker.make({
      workflows: options.workflows,
      slots: options.slots ?? 8,
      heavy: options.heavy ?? 2,
      build: options.build,
      times: {
        lease: millis(options.lease, 11_000),
        beat: millis(options.beat, 2000),
        poll: millis(options.poll, 500),
        drain: millis(options.drain, 10_000)
      },
      about: options.about ?? {},
      // where nothing goes around it, `R` is `Steps`
      around: options.around ?? (((_run: string, work: unknown) => work) as worker.Around<Steps, R>),
      says: options.says ?? log
    })
    // when it ends it waits no more for a database that is away: what it says is its own
  ).pipe(Layer.provide(Layer.fresh(ledger.layer)))
