import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Struct from "effect/Struct"
import { usage } from "../base/cliError.ts"
import type { Words } from "../base/words.ts"
import { checkFlags } from "../run/checkFlags.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import type { RunSettings } from "../run/settings.ts"
import { checkOut, setUp } from "../run/setUp.ts"
import { runAndReport } from "../runAndReport.ts"

const config = (words: Words) => ({
  run: flags.run,
  workflow: flags.workflow(words),
  out: flags.out,
  ...flags.answering,
  otlp: flags.otlp,
  noInput: flags.noInput,
  json: flags.json
})

export const resume = (words: Words) =>
  Command.make(
    "resume",
    config(words),
    Effect.fnUntraced(function* ({ json, noInput, otlp: _, run, workflow, ...rest }) {
      yield* checkFlags(rest)
      const opened = yield* session.hold(run, workflow)
      yield* checkSettings(opened.run, rest)
      const settings = changed(opened.settings, rest)
      if (opened.state.status !== "COMPLETED") yield* checkOut(opened.loaded, settings)
      const self = { ...opened, settings }
      const ready = yield* setUp(self, { before: opened.settings })
      yield* runFolder.writeSettings(opened.run, settings)
      yield* runAndReport(self, ready, { json, noInput })
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
