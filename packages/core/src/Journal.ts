import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { WorkflowEvent } from "./WorkflowEvent.ts"

/**
 * A journal that could not be read or written; `Foreign`: it is another run's; `Fenced`: somebody else owns the run by now;
 * `Exists`: it has begun already.
 */
export class JournalError extends Schema.TaggedError<JournalError>()("JournalError", {
  run: Schema.String,
  reason: Schema.Literals(["NotFound", "Unreadable", "Foreign", "Newer", "Locked", "Fenced", "Exists", "Failed"]),
  detail: Schema.String
}) {
  override get message() {
    return `journal of run ${this.run}: ${this.detail}`
  }
}

/**
 * What somebody asks of a run that is under way; `by` says who, and `asked` the question that they saw, by its fingerprint:
 * where the gate asks another one, nothing is decided.
 */
export const Request = Schema.Union([
  Schema.TaggedStruct("Decide", {
    path: Schema.String,
    decision: Schema.Json,
    by: Schema.String,
    asked: Schema.optionalKey(Schema.String)
  }),
  Schema.TaggedStruct("Cancel", { by: Schema.String })
])
export type Request = typeof Request.Type

/** What came of it: `detail` is for who asked. */
export const Answer = Schema.Struct({ isDone: Schema.Boolean, detail: Schema.String })
export type Answer = typeof Answer.Type

export interface Asked {
  readonly request: Request
  readonly answer: (answer: Answer) => Effect.Effect<void>
}

/** Keeps what happens to runs, and the texts of prompts and replies. */
export interface Service {
  /**
   * Adds an event, after all those that it was called for before. Once it succeeds, the event survives the process, and
   * one that is durable (`WorkflowEvent.isDurable`) a cut of the power, with all that was added before it. Where that costs
   * much, what only says that something begins (`RunStarted`, `StepStarted`) and how a request ended may wait for the next.
   */
  readonly append: (run: string, event: WorkflowEvent) => Effect.Effect<void, JournalError>
  /** All events of a run, in order. **Fails with** `NotFound` for a run that has none. */
  readonly load: (run: string) => Effect.Effect<ReadonlyArray<WorkflowEvent>, JournalError>
  /**
   * How many events of this run are kept; `undefined` where nothing is kept at all. Who asks is about to write: a journal
   * that one process at a time writes to is from then on that of the caller, or **fails with** `Locked`.
   */
  readonly size: (run: string) => Effect.Effect<number | undefined, JournalError>
  /** Keeps a text of a run under its hash; it is as durable as the event that names it, which comes after it. */
  readonly putText: (run: string, hash: string, text: string) => Effect.Effect<void, JournalError>
  readonly getText: (run: string, hash: string) => Effect.Effect<string, JournalError>
  /** What is asked of a run from outside while it is under way here, where a journal can be asked. */
  readonly requests?: (run: string) => Stream.Stream<Asked>
}

const notFound = (run: string, detail: string) => Effect.fail(new JournalError({ run, reason: "NotFound", detail }))

const dropped = () => Effect.void

const makeEmpty = (): Service => ({
  append: dropped,
  load: (run) => notFound(run, "there is no journal; provide one, such as Journal.layerMemory"),
  size: () => Effect.undefined,
  putText: dropped,
  getText: (run) => notFound(run, "there is no journal; provide one, such as Journal.layerMemory")
})

const forgotten = makeEmpty()

/**
 * Where the engine records a run. The default keeps nothing: such a run lives in its state alone, which is said in the
 * log when it asks a provider, and so costs money.
 */
export const Journal = Context.Reference<Service>("@stepwright/core/Journal", { defaultValue: () => forgotten })

/** Whether a journal is the default one. */
export const isForgotten = (journal: Service): boolean => journal === forgotten

/** Whether a journal drops what it is given. */
export const keepsNothing = (journal: Service): boolean => journal.append === dropped

/** A layer that says that nothing shall be kept. */
export const layerNone: Layer.Layer<never> = Layer.sync(Journal, makeEmpty)

/** A journal in memory, as a value: provide it again to go on with its runs. */
export const makeMemory = (): Service => {
  const runs = new Map<string, Array<WorkflowEvent>>()
  const texts = new Map<string, string>()
  return {
    append: (run, event) =>
      Effect.sync(() => {
        const events = runs.get(run)
        if (events === undefined) runs.set(run, [event])
        else events.push(event)
      }),
    load: (run) =>
      Effect.suspend(() => {
        const events = runs.get(run)
        return events === undefined ? notFound(run, "no such run") : Effect.succeed(events.slice())
      }),
    size: (run) => Effect.sync(() => runs.get(run)?.length ?? 0),
    putText: (_run, hash, text) => Effect.sync(() => void texts.set(hash, text)),
    getText: (run, hash) =>
      Effect.suspend(() => {
        const text = texts.get(hash)
        return text === undefined ? notFound(run, `no text with hash ${hash}`) : Effect.succeed(text)
      })
  }
}

/** A layer with a new journal in memory each time that it is built. */
export const layerMemory: Layer.Layer<never> = Layer.sync(Journal, makeMemory)
