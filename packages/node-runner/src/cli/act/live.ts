import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import { DeltaSink } from "@stepwright/core/DeltaSink"
import * as Engine from "@stepwright/core/Engine"
import { Cost } from "@stepwright/core/Spending"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import * as output from "../base/output.ts"
import * as consent from "../gate/consent.ts"
import type { Session } from "../run/session.ts"
import type { SetUp } from "../run/setUp.ts"
import * as stores from "../run/store/stores.ts"
import { Purse } from "./purse.ts"
import * as replies from "./replies.ts"

/** Work that says something once it is on its way. */
type Work<A, E, R> = (isOnItsWay: (said: A) => Effect.Effect<void>) => Effect.Effect<unknown, E, R>

/** The runs that this process works on. */
export interface Live {
  readonly replies: replies.Replies
  /** Does work in the background; gives what it says once it is on its way, or why it is not. */
  readonly begin: <A, E, R>(work: Work<A, E, R>) => Effect.Effect<A, E, R>
}

export const Live = Context.Service<Live>("@stepwright/node-runner/Live")

export const layer = Layer.effect(
  Live,
  Effect.gen(function* () {
    // when the server ends they are cancelled, as by Ctrl-C: what is recorded is kept
    const fibers = yield* FiberSet.make<unknown, unknown>()
    const live: Live = {
      replies: replies.make(),
      begin: <A, E, R>(work: Work<A, E, R>) =>
        Effect.gen(function* () {
          const said = yield* Deferred.make<A, E>()
          const done = work((value) => Effect.asVoid(Deferred.succeed(said, value)))
          yield* FiberSet.run(
            fibers,
            Effect.onExit(done, (exit) =>
              exit._tag === "Success"
                ? Effect.void
                : Effect.flatMap(Deferred.failCause(said, exit.cause), (isTold) =>
                    // nobody waits for an answer any more
                    isTold || Cause.hasInterrupts(exit.cause) ? Effect.void : Effect.logError(exit.cause)
                  )
            )
          )
          return yield* Deferred.await(said)
        })
    }
    return live
  })
)

/** Work on a run with a journal of its own: whoever is done gives the run back. */
export const apart = <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.provide(work, stores.layer, { local: true })

/** Works on a run, with what it was set up with, and tells who reads it how replies come. */
export const goOn = Effect.fnUntraced(function* (
  self: Session,
  { services, usedUp }: SetUp,
  work: (listeners: Engine.Listeners) => Effect.Effect<unknown, WorkflowError<unknown>, unknown>
) {
  const { replies } = yield* Live
  const purse = yield* Purse
  const { run } = self
  const before = usedUp.spent().usd
  const asked = work({
    onEvent: (event) => {
      usedUp.add(event)
      if ("path" in event && event._tag !== "RequestStarted") replies.end(run, event.path)
    }
  })
  const deltas: typeof DeltaSink.Service =
    ({ path, turn }) =>
    (text) =>
      replies.add(run, { path, turn, text })
  yield* consent.given(asked as Effect.Effect<unknown>, { json: true }).pipe(
    Effect.provide([Layer.succeedContext(services), output.layerOfUsers]),
    Effect.provideService(DeltaSink, deltas),
    Effect.provideService(Cost, (of) => (of === run ? usedUp.cost() : undefined)),
    Effect.ensuring(
      Effect.sync(() => {
        replies.end(run)
        const { usd } = usedUp.spent()
        purse.end(run, usd === undefined || before === undefined ? undefined : usd - before)
      })
    )
  )
})
