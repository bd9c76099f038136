import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as live from "./live.ts"
import * as offered from "./offered.ts"
import * as purse from "./purse.ts"

export interface Options extends purse.Limits {
  /** Where the workflows are, as `--workflow` names them. */
  readonly workflows: ReadonlyArray<string>
}

/** What a server does its work with, whatever the surface. */
export const layer = ({ workflows, ...limits }: Options) =>
  Layer.mergeAll(
    live.layer,
    Layer.effect(offered.Offered, offered.make(workflows)),
    Layer.effect(
      purse.Purse,
      Effect.map(Clock.Clock, (clock) => purse.make(limits, () => clock.currentTimeMillisUnsafe()))
    )
  )
