import * as Layer from "effect/Layer"
import type * as SqlClient from "effect/sql/SqlClient"
import { Journal } from "@stepwright/core/Journal"
import * as byHand from "./internal/byHand.ts"
import * as ledger from "./internal/ledger.ts"

export { LaterDatabase, type Problem } from "./internal/ledger.ts"

/**
 * A journal on the PostgreSQL of a `SqlClient`, with its tables. A run belongs to whoever took it over last: what others
 * still write of it fails with `Fenced`, as a second one that begins it does with `Exists`.
 */
export const layer: Layer.Layer<never, ledger.Problem, SqlClient.SqlClient> = Layer.effect(Journal, byHand.make()).pipe(
  Layer.provide(ledger.layer)
)
