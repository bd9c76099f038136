import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { type Answering, checkAnswering, checkPrices } from "../run/checkFlags.ts"
import { attend } from "../runAndReport.ts"
import * as options from "../run/flags.ts"
import * as runs from "../run/runFolder.ts"
import type { RunSettings } from "../run/settings.ts"
import * as session from "../run/session.ts"

const flags = {
  run: options.run,
  workflow: options.workflow,
  out: options.out,
  ...options.answering,
  ...options.caps,
  json: options.json
}

export const resume = Command.make(
  "resume",
  flags,
  Effect.fnUntraced(function* ({ json, run, workflow, ...rest }) {
    yield* checkAnswering(rest)
    const opened = yield* session.open(run, workflow)
    const settings = changed(opened.settings, rest)
    yield* checkPrices(settings)
    yield* runs.writeSettings(opened.run, settings)
    yield* attend({ ...opened, settings }, json)
  })
).pipe(
  Command.withDescription(
    "Go on where a run stopped. What has a result that still holds is not done again; a finished run calls nothing. The flags replace the run's own for good: --model, --replay, --record and --relay all together, the others one by one."
  ),
  Command.withShortDescription("Go on where a run stopped"),
  Command.withExamples(({ commandPath }) => [
    { command: `${commandPath.join(" ")} latest`, description: "The run that was used last" },
    {
      command: `${commandPath.join(" ")} 20261121-0755 --max-calls 40`,
      description: "With a larger cap, after status 4"
    }
  ])
)

const answers = ["model", "replay", "record", "relay"] as const

const changed = (settings: RunSettings, given: Answering & { readonly out: string | undefined }): RunSettings => {
  const kept: { -readonly [K in keyof RunSettings]: RunSettings[K] } = { ...settings }
  if (answers.some((name) => given[name] !== undefined)) for (const name of answers) delete kept[name]
  return { ...kept, ...options.given(given) }
}
