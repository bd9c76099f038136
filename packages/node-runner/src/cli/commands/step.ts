import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import { describeError } from "@stepwright/core/WorkflowError"
import { resultAt } from "@stepwright/core/WorkflowState"
import * as answer from "../value/answer.ts"
import { endedAt, told } from "../base/told.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import * as format from "../base/format.ts"
import type { Words } from "../base/words.ts"
import { effective } from "../config/effective.ts"
import * as gates from "../gate/gates.ts"
import { noticing } from "../live/lines.ts"
import { explainPath } from "../path/explainPath.ts"
import * as followed from "../run/followed.ts"
import { formOf } from "../run/checkFlags.ts"
import * as flags from "../run/flags.ts"
import * as further from "../run/further.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import { setUp } from "../run/setUp.ts"
import * as stepPath from "../path/stepPath.ts"
import { command } from "../module/workflowModule.ts"
import * as document from "../view/document.ts"
import { endOfDefect, statusOf, watched } from "../go/runAndReport.ts"

const config = (words: Words) => ({
  ...flags.runAndPath(words),
  workflow: flags.workflow(words),
  otlp: flags.otlp,
  force: flags.toggle(
    "force",
    "Execute it although its result still holds; files that were changed by hand are overwritten"
  ),
  ...flags.asked,
  json: flags.json,
  jsonEvents: flags.jsonEvents
})

export const step = (words: Words) =>
  Command.make(
    "step",
    config(words),
    Effect.fnUntraced(function* ({
      force,
      json: isDocument,
      jsonEvents,
      path: words,
      run: reference,
      workflow,
      ...rest
    }) {
      const manner = yield* formOf({ json: isDocument, jsonEvents })
      const { json, lines } = manner
      const { path: given, run } = yield* followed.runAndPath({ run: reference, path: words })
      const found = yield* session.hold(run, workflow)
      // this once: what a run is asked with is changed by `resume`
      const opened = { ...found, settings: yield* effective({ ...found.kept, ...flags.settingsOf(rest) }) }
      const definition = opened.loaded.workflow
      const path = stepPath.resolve(given, definition, opened.state)
      const ready = yield* setUp(opened, { force, path }).pipe(noticing(lines))
      const again = yield* command
      const goOn = `${again} resume ${run}`
      const tell = ({ message, tag }: { readonly message: string; readonly tag: string }, flag = "") =>
        Console.log(
          answer.text({ run, path, error: document.ofError({ path, tag, message }, `${goOn}${flag}`) }, lines)
        )
      const { cached, ending, ran, state, undecided } = yield* watched(opened, ready, manner, (listeners) =>
        Engine.step(definition, opened.state, path, { force, ...listeners })
      ).pipe(
        explainPath(path, definition, opened.state, again),
        Effect.tapDefect(
          Effect.fnUntraced(function* (defect) {
            const { records } = yield* runFolder.state(opened.run)
            const failure = records[path]?.error
            if (failure === undefined) return
            if (json) yield* tell(failure)
            yield* endOfDefect(opened.run, path, defect)
          })
        )
      )
      if (ending._tag === "Suspended" && undecided.length > 0) {
        const { message, tag } = describeError(ending.reason)
        const fix = gates.command(again, run, path)
        yield* Console.error(`${message}\ndecide with \`${fix}\``)
        const error = document.ofError({ path, tag, message }, fix)
        if (json) yield* Console.log(answer.text({ run, path, error }, lines))
        return yield* end(exitStatus.suspended)
      }
      if (ending._tag !== "Completed") {
        const failure = describeError(ending.reason)
        yield* Console.error(endedAt("failed", path, told(ending.reason)))
        if (json) yield* tell(failure, further.flagsFor(opened.settings, ending.reason))
        return yield* end(statusOf(ending))
      }
      const result = resultAt(state, path)
      if (ran.length === 0) {
        const kept =
          cached.length > 0 && result !== undefined ? format.ofCache(result) : "its result still holds and is kept"
        yield* Console.error(`${path}: ${kept}; --force makes a new one`)
      }
      const output = result?.output
      const made = { run, path, executed: ran.length > 0, ...(output !== undefined && { output }) }
      yield* Console.log(json ? answer.text(made, lines) : format.output(output))
    }, Effect.scoped)
  ).pipe(
    Command.provide(({ otlp }) => flags.sending(otlp)),
    Command.withDescription(
      "Execute one step from the recorded results of those before it, and print its result. A result that still holds is kept."
    ),
    Command.withShortDescription("Execute one step"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest ${words.path}`, description: words.step },
      { command: `${commandPath.join(" ")} latest ${words.firstPath} --force`, description: "Ask again" }
    ])
  )
