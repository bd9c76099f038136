import * as Effect from "effect/Effect"
import { JournalError, type Service } from "@stepwright/core/Journal"
import type * as WorkflowEvent from "@stepwright/core/WorkflowEvent"
import * as events from "./events.ts"
import type { Entry, Ledger } from "./ledger.ts"
import * as kept from "./texts.ts"

/** A run that this process owns, until somebody else does: from then on all that it writes is refused with `Fenced`. */
export interface Held {
  readonly run: string
  readonly epoch: string
  /** How many events there are. */
  readonly size: () => number
  /** How it ended, once that is written, by which it is given back. */
  readonly ended: () => string | undefined
  readonly append: (event: WorkflowEvent.WorkflowEvent) => Effect.Effect<void, JournalError>
  readonly putText: (hash: string, text: string) => void
  readonly getText: (hash: string) => Effect.Effect<string, JournalError>
}

/**
 * That something begins, or how a request ended, comes with what follows, and is nothing to wait for: a request leaves after
 * its own event is written, and so does all that came before. A process that is killed just then has lost no result.
 */
const isBeside = ({ _tag }: WorkflowEvent.WorkflowEvent) =>
  _tag === "RunStarted" || _tag === "StepStarted" || _tag === "RequestEnded"

/** How a run stands by an event, where it is not under way. */
const statusBy = (event: WorkflowEvent.WorkflowEvent): NonNullable<Entry["status"]> => {
  if (event._tag === "RunEnded") return { status: event.status, isEnded: true }
  return { status: event._tag === "RunStarted" ? "RUNNING" : "IN_PROGRESS", isEnded: false }
}

/** A run of so many events that is owned by an epoch; `status`: how it stands in the database. */
export const make = (
  ledger: typeof Ledger.Service,
  {
    epoch,
    run,
    size,
    status: before
  }: { readonly epoch: string; readonly run: string; readonly size: number; readonly status: string }
): Held => {
  const texts = new Map<string, string>()
  let next = size
  let lost: JournalError | undefined
  let told = before
  let ended: string | undefined
  return {
    run,
    epoch,
    size: () => next,
    ended: () => ended,
    append: (event) =>
      Effect.suspend(() => {
        if (lost !== undefined) return Effect.fail(lost)
        // they are in the flush of the event that names them
        const own = Array.from(texts, ([hash, text]) => [hash, kept.encode(text)] as const)
        texts.clear()
        const by = statusBy(event)
        const isTold = by.status === told || (told === "RUNNING" && by.status === "IN_PROGRESS")
        if (!isTold) told = by.status
        const entry: Entry = {
          run,
          epoch,
          seq: next++,
          event: events.encode(event),
          texts: own,
          status: isTold && !by.isEnded ? undefined : by
        }
        const lose = (error: JournalError) => {
          lost ??= error
        }
        if (isBeside(event)) return ledger.writeSoon(entry, lose)
        return ledger.write(entry).pipe(
          Effect.tap(() => Effect.sync(() => void (ended = by.isEnded ? by.status : ended))),
          Effect.tapError((error) => Effect.sync(() => lose(error)))
        )
      }),
    putText: (hash, text) => void texts.set(hash, text),
    getText: (hash) => {
      const own = texts.get(hash)
      return own === undefined ? kept.read(ledger, run, hash) : Effect.succeed(own)
    }
  }
}

/** A journal to read only. */
export const readOnly = (ledger: typeof Ledger.Service): Service => {
  const refuse = (run: string) =>
    Effect.fail(new JournalError({ run, reason: "Foreign", detail: "another worker writes to it" }))
  return {
    append: refuse,
    load: (run) => events.load(ledger, run),
    size: refuse,
    putText: refuse,
    getText: (run, hash) => kept.read(ledger, run, hash)
  }
}

/** The journal of one run that is held, and of none else but to read. */
export const journalOf = (ledger: typeof Ledger.Service, held: Held): Service => {
  const others = readOnly(ledger)
  const isOwn = (run: string) => run === held.run
  return {
    append: (run, event) => (isOwn(run) ? held.append(event) : others.append(run, event)),
    load: others.load,
    size: (run) => (isOwn(run) ? Effect.sync(held.size) : others.size(run)),
    putText: (run, hash, text) =>
      isOwn(run) ? Effect.sync(() => held.putText(hash, text)) : others.putText(run, hash, text),
    getText: (run, hash) => (isOwn(run) ? held.getText(hash) : others.getText(run, hash))
  }
}
