import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { JournalError } from "@stepwright/core/Journal"
import { type CliError, usage } from "../base/cliError.ts"
import * as runFolder from "./runFolder.ts"
import * as stepPath from "../path/stepPath.ts"

interface Followed {
  readonly run: string
  readonly path: string
}

/** RUN PATH, or PATH alone for the run that was used last. */
export const runAndPath = (given: {
  readonly run: Option.Option<string>
  readonly path: Option.Option<string>
}): Effect.Effect<Followed, CliError | JournalError> =>
  Effect.map(split([given.run, given.path], ["PATH"]), ([run, path]) => ({ run: run!, path: path! }))

/** RUN PATH FILE, or PATH FILE alone for the run that was used last. */
export const runPathAndFile = (given: {
  readonly run: Option.Option<string>
  readonly path: Option.Option<string>
  readonly file: Option.Option<string>
}): Effect.Effect<Followed & { readonly file: string }, CliError | JournalError> =>
  Effect.map(split([given.run, given.path, given.file], ["PATH", "FILE"]), ([run, path, file]) => ({
    run: run!,
    path: path!,
    file: file!
  }))

/** The id of the run and as many words as there are names after it. A word that is a run is never taken for another. */
const split = Effect.fnUntraced(function* (
  given: ReadonlyArray<Option.Option<string>>,
  names: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<string>, CliError | JournalError> {
  const words = given.flatMap((word) => Option.toArray(word))
  const isNamed = words.length > names.length || (yield* runFolder.isReference(words[0]))
  const [reference = runFolder.latest, ...rest] = isNamed ? words : [runFolder.latest, ...words]
  const run = yield* runFolder.find(reference)
  if (rest.length === names.length) return [run, ...rest]
  const missing = names[rest.length]
  const paths = Object.keys((yield* runFolder.state(run)).records)
  const fix = missing === "PATH" && paths.length > 0 ? `name one of ${stepPath.list(paths)}` : `name a ${missing}`
  return yield* usage(`${missing} is missing`, { target: missing!, fix })
})
