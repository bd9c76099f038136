import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Engine from "@stepwright/core/Engine"
import { usage } from "../base/cliError.ts"
import * as textFile from "../base/textFile.ts"
import type { Words } from "../base/words.ts"
import * as consent from "../gate/consent.ts"
import { atBeginning, effective } from "../config/effective.ts"
import { checkFlags, checkPython } from "../run/checkFlags.ts"
import { configured } from "../module/configured.ts"
import * as flags from "../run/flags.ts"
import * as input from "../run/input.ts"
import * as runFolder from "../run/runFolder.ts"
import type { RunSettings } from "../run/settings.ts"
import { checkKey, checkOut, setUp } from "../run/setUp.ts"
import * as workflowModule from "../module/workflowModule.ts"
import { runAndReport } from "../runAndReport.ts"

const config = (words: Words) => ({
  files: Argument.String("FILE").pipe(
    Argument.withDescription(`${words.file}; - is standard input`),
    Argument.variadic()
  ),
  ...flags.besides(words),
  review: flags.review(words),
  mutants: flags.mutants(words),
  workflow: flags.workflow(words),
  input: flags.input,
  out: flags.out,
  ...flags.answering,
  otlp: flags.otlp,
  noInput: flags.noInput,
  yes: flags.yes,
  json: flags.json
})

export const run = (words: Words) =>
  Command.make(
    "run",
    config(words),
    Effect.fnUntraced(function* ({
      design,
      files,
      input: given,
      json,
      noInput,
      otlp: _,
      samples,
      workflow,
      yes,
      ...others
    }) {
      const { mutants, out: into, review, ...rest } = others
      const manner = { json, noInput, yes }
      yield* checkFlags({ ...rest, out: into })
      const told = flags.settingsOf(rest)
      const answering = yield* effective(told)
      const out = yield* atBeginning("out", into)
      yield* checkFlags({ ...answering, out })
      yield* consent.check(answering.install, manner)
      yield* checkPython(answering.python)
      const loaded = yield* workflowOf(workflow)
      const value = yield* input.decode(loaded.workflow.input, {
        files,
        design,
        samples,
        input: given,
        told: { mutants, review }
      })
      yield* checkKey(loaded, answering)
      yield* runFolder.checkStore
      const stem = (yield* stemOf(files[0])) ?? loaded.workflow.name
      const run = yield* Engine.newRunId
      const begin = Effect.fnUntraced(function* (folder: string) {
        const kept: RunSettings = {
          format: 1,
          ...(yield* workflowModule.reference(loaded)),
          ...told,
          out: folder
        }
        const settings = yield* effective(kept)
        yield* checkOut(loaded, settings)
        const ready = yield* setUp({ events: [], loaded, settings })
        yield* runFolder.writeSettings(run, kept)
        const state = yield* Engine.initialize(loaded.workflow, value, { run })
        return { session: { run, kept, settings, state, loaded, events: [] }, ready }
      })
      const { ready, session } = yield* out === undefined
        ? runFolder.beginIn(run, `out/${stem}`, begin)
        : runFolder.begin(run, begin(out))
      yield* runAndReport(session, ready, manner)
    }, Effect.scoped)
  ).pipe(
    Command.provide(({ otlp }) => flags.sending(otlp)),
    Command.withDescription(words.run),
    Command.withShortDescription("Start a run"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} ${words.input}`, description: words.result },
      ...(words.isOpen
        ? [
            {
              command: `${commandPath.join(" ")} --workflow article.ts#article --input '{"topic": "Effect"}'`,
              description: "A workflow that a module exports"
            }
          ]
        : []),
      { command: `${commandPath.join(" ")} ${words.input} --max-usd 2`, description: "For two dollars at most" },
      {
        command: `${commandPath.join(" ")} ${words.input} --relay mailbox`,
        description: "Answer the requests yourself"
      },
      {
        command: `${commandPath.join(" ")} ${words.input} --max-tokens 200000 --json`,
        description: "With a cap, for a script"
      }
    ])
  )

/** What a run is called whose first file or folder this is. */
const stemOf = Effect.fnUntraced(function* (name: string | undefined) {
  if (name === undefined || name === textFile.standardInput) return undefined
  const path = yield* Path.Path
  const fs = yield* FileSystem.FileSystem
  const full = path.resolve(name)
  const isFolder = (yield* Effect.orElseSucceed(fs.stat(full), () => undefined))?.type === "Directory"
  const stem = path.basename(full, isFolder ? "" : path.extname(full))
  return stem === "" ? undefined : stem
})

const workflowOf = Effect.fnUntraced(function* (reference: string | undefined) {
  const bound = yield* workflowModule.Bound
  if (bound === undefined) {
    const named = yield* atBeginning("workflow", reference)
    return yield* configured(yield* named === undefined ? workflowModule.ready() : workflowModule.load(named))
  }
  return reference === undefined
    ? yield* configured(bound)
    : yield* usage("--workflow cannot be used here: this program runs its own workflow", { target: "--workflow" })
})
