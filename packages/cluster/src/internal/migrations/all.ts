import * as Migrator from "effect/sql/Migrator"
import { ledger } from "./0001_ledger.ts"
import { items } from "./0003_items.ts"

/** By name, in the order of their numbers; within a major version they only add. */
export const all = Migrator.fromRecord({ "0001_ledger": ledger, "0003_items": items })
