// What a server tells of a run that it goes on with, or hands to the workers of its cluster.

import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as ServerApi from "../../ServerApi.ts"
import * as onCluster from "../go/onCluster.ts"
import type { Resuming } from "../go/resumed.ts"
import * as session from "../run/session.ts"
import { spentBy } from "../run/setUp.ts"
import { apart } from "./live.ts"
import { Purse } from "./purse.ts"

export interface Caps {
  readonly maxUsd?: number
  readonly maxCalls?: number
  readonly maxTokens?: number
}

/** Takes of the budget what a run wants, all that is left unless it says. */
export type Take = (wants: number | undefined) => Effect.Effect<number | undefined, ServerApi.TooMany>

/** A run that is held, and what is told of it: what is not stays as it was. */
export const toldOf = Effect.fnUntraced(function* (run: string, { maxUsd, ...caps }: Caps, take: Take) {
  const held = yield* session.hold(run)
  const before = yield* spentBy(held)
  const cap = yield* take(maxUsd)
  const told = { ...caps, ...(cap !== undefined && { maxUsd: before + cap }) } as Resuming<never, never>["told"]
  return { held, told, input: Effect.succeed(held.state.input) }
})

/** Hands a run to workers. */
export const handOver = Effect.fnUntraced(
  function* (run: string, caps: Caps) {
    const purse = yield* Purse
    const { held, ...told } = yield* toldOf(run, caps, (wants) => purse.begin(run, wants))
    yield* Effect.onExit(onCluster.handedOver(held, told), (exit) =>
      // what workers spend of it is not told here, so it counts as spent
      Effect.sync(() => purse.end(run, Exit.isSuccess(exit) ? undefined : 0))
    )
    const begun: typeof ServerApi.Begun.Type = { run, status: "RUNNING" }
    return begun
  },
  Effect.scoped,
  apart
)
