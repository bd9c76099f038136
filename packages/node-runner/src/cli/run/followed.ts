import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { JournalError } from "@stepwright/core/Journal"
import { type CliError, usage } from "../base/cliError.ts"
import * as runFolder from "./runFolder.ts"
import * as stepPath from "../path/stepPath.ts"

interface Words {
  readonly run: Option.Option<string>
  readonly path: Option.Option<string>
}

/** RUN PATH, or PATH alone for the run that was used last. */
export const runAndPath = Effect.fnUntraced(function* ({ path, run }: Words) {
  const [id, [of = ""]] = yield* split([run, path], ["PATH"])
  return { run: id, path: of }
})

/**
 * RUN, PATH, both or neither. A word alone is a run where it is `latest` or an id begins with it, and else a path of the
 * run that was used last.
 */
export const runAndMaybePath = Effect.fnUntraced(function* ({ path, run }: Words) {
  const [first = runFolder.latest, second] = [run, path].flatMap((word) => Option.toArray(word))
  const isRun =
    second !== undefined ||
    (yield* runFolder.isReference(first)) ||
    (yield* runFolder.all).some((id) => id.startsWith(first))
  return isRun
    ? { run: yield* runFolder.find(first), path: second }
    : { run: yield* runFolder.find(runFolder.latest), path: first }
})

/** RUN PATH FILE, or PATH FILE alone for the run that was used last; after the path `input` there may be several. */
export const runPathAndFiles = Effect.fnUntraced(function* ({
  files,
  path,
  run
}: Words & { readonly files: ReadonlyArray<string> }) {
  const given = [run, path, ...files.map(Option.some)]
  const isOfInput = Option.contains(run, "input") && !(yield* runFolder.isReference("input"))
  const [id, [of = "", ...from]] = yield* split(given, ["PATH", "FILE"], isOfInput ? given.length : 2)
  return { run: id, path: of, files: from }
})

/** RUN PATH VALUE, of which any may be left out; PATH VALUE is of the run that was used last. */
export const runPathAndValue = Effect.fnUntraced(function* ({
  path,
  run,
  value
}: Words & { readonly value: Option.Option<string> }) {
  const [id, [of, given]] = yield* named([run, path, value], 2)
  return { run: id, path: of, value: given }
})

/** The id of the run, and the words after it, of which there are so many at most. A word that is a run is no other. */
const named = Effect.fnUntraced(function* (
  given: ReadonlyArray<Option.Option<string>>,
  most: number
): Effect.fn.Return<readonly [run: string, words: ReadonlyArray<string>], CliError> {
  const words = given.flatMap((word) => Option.toArray(word))
  const isNamed = words.length > most || (yield* runFolder.isReference(words[0]))
  const [reference = runFolder.latest, ...rest] = isNamed ? words : [runFolder.latest, ...words]
  return [yield* runFolder.find(reference), rest]
})

/** The same with a word for each name. */
const split = Effect.fnUntraced(function* (
  given: ReadonlyArray<Option.Option<string>>,
  names: ReadonlyArray<string>,
  most = names.length
): Effect.fn.Return<readonly [run: string, words: ReadonlyArray<string>], CliError | JournalError> {
  const [run, rest] = yield* named(given, most)
  const missing = names[rest.length]
  if (missing === undefined) return [run, rest]
  const paths = Object.keys((yield* runFolder.state(run)).records)
  const fix = missing === "PATH" && paths.length > 0 ? `name one of ${stepPath.list(paths)}` : `name a ${missing}`
  return yield* usage(`${missing} is missing`, { target: missing, fix })
})
