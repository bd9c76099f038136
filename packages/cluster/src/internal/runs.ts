// The rows of runs: how they begin, who takes them.

import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { JournalError } from "@stepwright/core/Journal"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import * as events from "./events.ts"
import * as helds from "./held.ts"
import { type Ledger, queryOf } from "./ledger.ts"
import * as statements from "./statements.ts"
import * as kept from "./texts.ts"

type Database = typeof Ledger.Service

/** How a run begins. */
export interface Beginning {
  /** Who works on it; nobody: it waits for a worker. */
  readonly owner: string | undefined
  /** What a worker must have that takes it; no worker shall unless given. */
  readonly definition?: string | undefined
  /** How its workflow is found, for who looks at it; JSON. */
  readonly settings?: string | undefined
}

/** Begins a run, owned or not. **Fails with** `Exists`. */
export const begin = Effect.fnUntraced(function* (
  ledger: Database,
  run: string,
  event: WorkflowEvent,
  { definition, owner, settings }: Beginning,
  texts: ReadonlyMap<string, string> = new Map()
) {
  const token = `${yield* Random.nextIntBetween(1, 2 ** 48)}`
  const status = owner === undefined ? "QUEUED" : event._tag === "RunImported" ? "IN_PROGRESS" : "INITIALIZED"
  const [made] = yield* queryOf(ledger, run, statements.begin, [
    token,
    owner ?? null,
    status,
    workflowOf(event),
    definition ?? null,
    settings ?? null,
    events.encode(event),
    [...texts.keys()],
    Array.from(texts.values(), kept.encode)
  ])
  if (made === undefined) return yield* new JournalError({ run, reason: "Exists", detail: "it has begun already" })
  return helds.make(ledger, { run, epoch: "1", size: 1, status })
})

/** What begins a run says of which workflow it is. */
const workflowOf = (event: WorkflowEvent): string => {
  if (event._tag === "RunInitialized") return event.workflow
  return event._tag === "RunImported" ? event.state.workflow : ""
}

/** Takes a run over by hand; `undefined` where there is none. **Fails with** `Locked` where a worker has it. */
export const claim = Effect.fnUntraced(function* (ledger: Database, run: string, owner: string) {
  const [taken] = yield* queryOf(ledger, run, statements.claim, [owner])
  if (taken === undefined) return undefined
  const [epoch, size, status] = taken
  if (epoch === null) return yield* new JournalError({ run, reason: "Locked", detail: "a worker has it" })
  // whoever had it does not run it any more, and what this one runs is its own
  const now = status === "RUNNING" ? "IN_PROGRESS" : String(status)
  return helds.make(ledger, { run, epoch: String(epoch), size: Number(size), status: now })
})
