import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import { endOfDefect, statusOfStep, watched } from "../runAndReport.ts"
import type { Words } from "../base/words.ts"
import * as flags from "../run/flags.ts"
import { end } from "../base/exitStatus.ts"
import * as runs from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import * as stepPath from "../run/stepPath.ts"

const config = (words: Words) => ({
  run: flags.run,
  path: flags.path(words),
  workflow: flags.workflow(words),
  force: Flag.Boolean("force").pipe(
    Flag.withDescription("Execute it although its result still holds; files that were changed by hand are overwritten"),
    Flag.withDefault(false)
  )
})

export const step = (words: Words) =>
  Command.make(
    "step",
    config(words),
    Effect.fnUntraced(function* ({ force, path: given, run, workflow }) {
      const opened = yield* session.open(run, workflow)
      const definition = opened.loaded.workflow
      const path = stepPath.resolve(given, definition, opened.state)
      const heard: session.Heard = {}
      const state = yield* watched(opened, Engine.step(definition, opened.state, path, { force })).pipe(
        stepPath.explained(path, definition, opened.state),
        Effect.provide(session.layer(opened, { heard, force })),
        Effect.catchDefect(
          Effect.fnUntraced(function* (defect) {
            const state = yield* runs.state(opened.run)
            if (state.records[path]?.error === undefined) return yield* Effect.die(defect)
            yield* endOfDefect(opened.run, path, defect)
            return state
          })
        )
      )
      const { attempts, error, result } = state.records[path]!
      if (error !== undefined) {
        yield* Console.error(`failed at ${path}: ${error.message.trimEnd()}`)
        return yield* end(yield* statusOfStep(heard))
      }
      if (attempts === opened.state.records[path]?.attempts) {
        yield* Console.error(`${path}: its result still holds and is kept; --force makes a new one`)
      }
      const output = result?.output
      yield* Console.log(typeof output === "string" ? output : JSON.stringify(output, null, 2))
    })
  ).pipe(
    Command.withDescription(
      "Execute one step from the recorded results of those before it, and print its result. A result that still holds is kept."
    ),
    Command.withShortDescription("Execute one step"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest ${words.path}`, description: words.step },
      { command: `${commandPath.join(" ")} latest ${words.firstPath} --force`, description: "Ask again" }
    ])
  )
