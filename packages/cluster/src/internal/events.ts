// The events of a run as they are kept, which is as in a folder: an event is JSON.

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { JournalError } from "@stepwright/core/Journal"
import * as WorkflowEvent from "@stepwright/core/WorkflowEvent"
import { type Ledger, queryOf } from "./ledger.ts"
import * as statements from "./statements.ts"

export const encode = (event: WorkflowEvent.WorkflowEvent): string => JSON.stringify(event)

const unreadable = (run: string, detail: string) => new JournalError({ run, reason: "Unreadable", detail })

/** The n-th event of a run, from one on. **Fails with** `Unreadable`. */
export const decode = (
  run: string,
  number: number,
  json: string
): Result.Result<WorkflowEvent.WorkflowEvent, JournalError> =>
  Result.try((): unknown => JSON.parse(json)).pipe(
    Result.flatMap(WorkflowEvent.decode),
    Result.mapError(() => unreadable(run, `event ${number} cannot be read`))
  )

/** The events of a run, in order. **Fails with** `NotFound` for a run that has none, `Unreadable`. */
export const load = Effect.fnUntraced(function* (ledger: typeof Ledger.Service, run: string) {
  const rows = yield* queryOf(ledger, run, statements.events, [0, null])
  if (rows.length === 0) return yield* new JournalError({ run, reason: "NotFound", detail: "no such run" })
  const events: Array<WorkflowEvent.WorkflowEvent> = []
  for (const [i, [seq, json]] of rows.entries()) {
    if (seq !== i) return yield* unreadable(run, `event ${i + 1} is missing`)
    events.push(yield* Effect.fromResult(decode(run, i + 1, String(json))))
  }
  return events
})
