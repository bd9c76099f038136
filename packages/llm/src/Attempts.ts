import * as Effect from "effect/Effect"
import { AttemptSink, type Outcome } from "@stepwright/core/AttemptSink"
import * as Middleware from "./Middleware.ts"

/**
 * The innermost middleware: reports each request that reaches the client to the `AttemptSink`, before it leaves and when
 * it ended; that of a stream before its last part is passed on. An interrupted one ends with neither usage nor error.
 */
export const make: Middleware.Middleware = Middleware.make((request) =>
  Effect.map(
    Effect.flatMap(AttemptSink, (sink) => sink.started(request)),
    (ended) => ({ leave: (end) => ended(outcomeOf(end)) })
  )
)

const outcomeOf = ({ error, reply }: Middleware.Ended): Outcome => {
  const model = reply?.model
  const usage = reply?.usage ?? error?.knownUsage
  return {
    ...(model !== undefined && { model }),
    ...(usage !== undefined && { usage }),
    ...(error !== undefined && { error })
  }
}
