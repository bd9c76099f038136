import * as Migrator from "effect/sql/Migrator"
import { ledger } from "./0001_ledger.ts"
import { limits } from "./0002_limits.ts"
import { items } from "./0003_items.ts"

/** By name, in the order of their numbers; within a major version they only add. */
export const all = Migrator.fromRecord({ "0001_ledger": ledger, "0002_limits": limits, "0003_items": items })
