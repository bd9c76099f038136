// Texts of prompts and replies as the database keeps them, as JSON: its own texts hold no NUL, and no half of a character.

import * as Effect from "effect/Effect"
import { JournalError } from "@stepwright/core/Journal"
import { type Ledger, queryOf } from "./ledger.ts"
import * as statements from "./statements.ts"

export const encode = (text: string): string => JSON.stringify(text)

export const decode = (kept: string): string => JSON.parse(kept) as string

/** A text of a run. **Fails with** `NotFound`. */
export const read = Effect.fnUntraced(function* (ledger: typeof Ledger.Service, run: string, hash: string) {
  const [found] = yield* queryOf(ledger, run, statements.text, [hash])
  if (found !== undefined) return decode(String(found[0]))
  return yield* new JournalError({ run, reason: "NotFound", detail: `no text with hash ${hash}` })
})
