import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { isMissing, type Stop } from "./hole.ts"
import type { Visit, Visitor } from "./visitor.ts"

/** Runs effects side by side; none stops another. Of several that cannot go on, `Missing` speaks last, a defect first. */
export const settle = <A>(
  visitor: Pick<Visitor, "stop" | "concurrency">,
  effects: ReadonlyArray<Visit<A>>,
  concurrency: number | "unbounded"
) => {
  const each = Effect.matchCause({
    onSuccess: (value: A): Exit.Exit<A, Stop> => Exit.succeed(value),
    onFailure: (cause: Cause.Cause<Stop>) => {
      if (!Cause.hasFails(cause)) visitor.stop(cause as Cause.Cause<never>)
      return Exit.failCause(cause)
    }
  })
  return Effect.flatMap(
    Effect.forEach(effects, each, { concurrency: visitor.concurrency ?? concurrency }),
    (exits): Visit<ReadonlyArray<A>> => {
      const causes = exits.flatMap((exit) => (Exit.isFailure(exit) ? [exit.cause] : []))
      const cause =
        causes.find((cause) => !Cause.hasFails(cause)) ?? causes.find((cause) => !isMissing(cause)) ?? causes[0]
      return cause === undefined
        ? Effect.succeed(exits.flatMap((exit) => (Exit.isSuccess(exit) ? [exit.value] : [])))
        : Effect.failCause(cause)
    }
  )
}
