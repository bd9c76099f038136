import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import { end } from "../base/exitStatus.ts"
import * as format from "../base/format.ts"
import type { Words } from "../base/words.ts"
import { explainPath } from "../run/explainPath.ts"
import * as flags from "../run/flags.ts"
import type { Heard } from "../run/heard.ts"
import * as runFolder from "../run/runFolder.ts"
import * as runLayer from "../run/runLayer.ts"
import * as session from "../run/session.ts"
import * as stepPath from "../run/stepPath.ts"
import { endOfDefect, statusOfStep, watched } from "../runAndReport.ts"

const config = (words: Words) => ({
  run: flags.run,
  path: flags.path(words),
  workflow: flags.workflow(words),
  force: flags.toggle(
    "force",
    "Execute it although its result still holds; files that were changed by hand are overwritten"
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
      const heard: Heard = {}
      const state = yield* watched(opened, Engine.step(definition, opened.state, path, { force })).pipe(
        explainPath(path, definition, opened.state),
        Effect.provide(runLayer.make(opened, { heard, force })),
        Effect.catchDefect(
          Effect.fnUntraced(function* (defect) {
            const state = yield* runFolder.state(opened.run)
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
      yield* Console.log(format.output(result?.output))
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
