import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Engine from "@stepwright/core/Engine"
import { usage } from "../base/cliError.ts"
import type { Words } from "../base/words.ts"
import * as consent from "../gate/consent.ts"
import { effective } from "../config/effective.ts"
import { checkFlags, checkPython } from "../run/checkFlags.ts"
import { command } from "../module/workflowModule.ts"
import * as flags from "../run/flags.ts"
import * as input from "../run/input.ts"
import * as runFolder from "../run/runFolder.ts"
import * as runLayer from "../run/runLayer.ts"
import * as session from "../run/session.ts"
import type { RunSettings } from "../run/settings.ts"
import { checkOut, setUp } from "../run/setUp.ts"
import { linesOf, previousOf, renewed } from "../value/previous.ts"
import { runAndReport } from "../runAndReport.ts"

const config = (words: Words) => ({
  run: flags.run,
  workflow: flags.workflow(words),
  mutants: flags.mutants(words),
  out: flags.out,
  ...flags.answering,
  otlp: flags.otlp,
  noInput: flags.noInput,
  yes: flags.yes,
  json: flags.json
})

export const resume = (words: Words) =>
  Command.make(
    "resume",
    config(words),
    Effect.fnUntraced(function* ({ json, mutants, noInput, otlp: _, run, workflow, yes, ...rest }) {
      const manner = { json, noInput, yes }
      yield* checkFlags(rest)
      const opened = yield* session.hold(run, workflow)
      yield* checkSettings(opened.run, rest)
      const kept = changed(opened.kept, rest)
      const settings = yield* effective(kept)
      yield* consent.check(opened.kept.install === undefined ? settings.install : rest.install, manner)
      const isDone = opened.state.status === "COMPLETED"
      if (!isDone) yield* checkOut(opened.loaded, settings)
      yield* checkPython(isDone ? rest.python : settings.python)
      const told = yield* input.withTold(opened.loaded.workflow.input, yield* inputNow(opened), { mutants })
      const ready = yield* setUp({ ...opened, settings }, { before: opened.settings })
      yield* runFolder.writeSettings(opened.run, kept)
      const self = { ...opened, kept, settings, state: yield* withInput(opened, told) }
      yield* runAndReport(self, ready, manner)
    }, Effect.scoped)
  ).pipe(
    Command.provide(({ otlp }) => flags.sending(otlp)),
    Command.withDescription(
      "Go on where a run stopped. What has a result that still holds is not done again; a finished run calls nothing. The flags replace the run's own for good: --model, --replay, --record and --relay all together, the others one by one."
    ),
    Command.withShortDescription("Go on where a run stopped"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest`, description: "The run that was used last" },
      {
        command: `${commandPath.join(" ")} ${words.id} --max-calls 40`,
        description: "With a larger cap, after status 4"
      }
    ])
  )

/** The input of a run; that of a change of which nothing is done yet has the files as they are by now. */
const inputNow = Effect.fnUntraced(function* ({ run, settings: { changeOf }, state }: session.Session) {
  const isBegun = Object.keys(state.records).length > 0
  if (changeOf === undefined || isBegun || !(yield* runFolder.isReference(changeOf))) return state.input
  const again = yield* command
  yield* session.checkUnchanged(
    changeOf,
    (by) => `change that, by \`${again} change ${by} FILE\`, and remove run ${run}`
  )
  const { ChangeWorkflow } = yield* Effect.promise(() => import("@stepwright/steps"))
  const codec = Schema.toCodecJson(ChangeWorkflow.Input)
  const known = yield* Effect.option(Schema.decodeUnknownEffect(codec)(state.input))
  // what does not fit is told by the engine
  if (Option.isNone(known)) return state.input
  const found = yield* previousOf(yield* session.open(changeOf))
  // what was decoded, and texts
  const now = yield* Effect.orDie(Schema.encodeEffect(codec)(renewed(known.value, found.previous)))
  if (Equal.equals(now, state.input)) return state.input
  for (const line of linesOf(found)) yield* Console.error(line)
  return now
})

/** A run with another input, if it is another one. */
const withInput = (opened: session.Session, input: Schema.Json) =>
  Equal.equals(input, opened.state.input)
    ? Effect.succeed(opened.state)
    : Effect.provide(Engine.set(opened.loaded.workflow, opened.state, "input", input), runLayer.withoutModel(opened))

/** Whoever goes on with a run whose settings are gone has to say what they are: its caps, who answers. */
const checkSettings = Effect.fnUntraced(function* (run: string, told: object) {
  const isTold = Object.values(told).some((value) => value !== undefined)
  if (isTold || (yield* runFolder.readSettings(run)) !== undefined) return
  return yield* usage(`run ${run} has no settings (run.json), so its caps and who answers are not known`, {
    target: run,
    fix: `say them anew, or at least where files go: --out out/${run}`
  })
})

const changed = (settings: RunSettings, told: flags.Told & { readonly out: string | undefined }): RunSettings => {
  const replaced = Struct.keys(flags.answerer)
  const isReplaced = replaced.some((name) => told[name] !== undefined)
  return { ...(isReplaced ? Struct.omit(settings, replaced) : settings), ...flags.settingsOf(told) }
}
