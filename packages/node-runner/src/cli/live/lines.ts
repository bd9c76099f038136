import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type { DeltaSink } from "@stepwright/core/DeltaSink"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import * as answer from "../value/answer.ts"
import { noticed } from "../base/notice.ts"

/** What tells a program what happens while a run goes on, a line each, at once. */
export interface Lines {
  /** An event, by its number among those of the run. */
  readonly happened: (event: WorkflowEvent, number: number) => void
  readonly deltas: NonNullable<typeof DeltaSink.Service>
  readonly logger: Logger.Logger<unknown, void>
}

/** On the console that a command prints on. */
export const make = Effect.map(Console.Console, (console): Lines => {
  const print = (content: Parameters<typeof answer.line>[0]) => console.log(answer.line(content))
  return {
    happened: (event, number) => print({ _tag: "Happened", number, event }),
    deltas:
      ({ path, step, turn }) =>
      (text) =>
        print(
          text === undefined
            ? { _tag: "ReplyDiscarded", path, step, turn }
            : { _tag: "ReplyDelta", path, step, turn, text }
        ),
    logger: Logger.make((options) => {
      const found = noticed(options)
      if (found !== undefined) print({ _tag: "Noticed", ...found })
    })
  }
})

/** What is logged meanwhile is told in lines as well, where a program reads them. */
export const noticing =
  (isLines: boolean | undefined) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    isLines === true
      ? Effect.flatMap(make, ({ logger }) =>
          Effect.updateService(work, Logger.CurrentLoggers, (loggers) => new Set([...loggers, logger]))
        )
      : work

type Sink = typeof DeltaSink.Service

/** Who is told of replies that are still coming, if anybody is. */
export const both = (one: Sink, other: Sink): Sink =>
  one === undefined || other === undefined
    ? (one ?? other)
    : (turn) => {
        const [first, second] = [one(turn), other(turn)]
        return (piece) => {
          first(piece)
          second(piece)
        }
      }
