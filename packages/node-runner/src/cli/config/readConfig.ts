import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { isInside } from "../../internal/disk/realPath.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { byPlace } from "../../internal/files/byPlace.ts"
import type { Held, Key, Problem } from "../../internal/files/yamlText.ts"
import { ProjectConfig, UserConfig } from "../../ProjectConfig.ts"
import { type CliError, configuration } from "../base/cliError.ts"
import { Seen } from "../../internal/files/seen.ts"
import * as files from "../start/configFile.ts"
import { type Deed, trustedAt } from "../start/trusted.ts"

/** A file of configuration that was read. */
export interface ConfigFile<A> {
  /** As a person who is where they are calls it. */
  readonly name: string
  /** The folder that its paths are relative to. */
  readonly folder: string
  readonly config: A
  readonly placeOf: Held["placeOf"]
  /** What is wrong with it; `config` is what is right, less what is at these places. */
  readonly problems: ReadonlyArray<Problem>
  readonly lost: ReadonlyArray<ReadonlyArray<Key>>
  /** What a person trusts it with; `undefined` where nobody ever did. */
  readonly trusts: ((deed: Deed) => boolean) | undefined
}

type Needs = FileSystem.FileSystem | Path.Path

/** The configuration of the project that a command is called in. */
export const ofProject: Effect.Effect<ConfigFile<ProjectConfig> | undefined, CliError, Needs> = Effect.gen(
  function* () {
    const [file, other] = yield* Effect.sync(() => files.projectFiles("."))
    if (file === undefined) return undefined
    const name = yield* shown(file)
    if (other !== undefined) {
      const fix = "keep one of them"
      return yield* configuration(`${name} and ${yield* shown(other)} are both there`, { target: name, fix })
    }
    if (!(yield* isInside(dirname(file), file))) {
      // whose file it would be is not for a project to say
      return yield* configuration(`${name} is a link that leads out of its folder`, { target: name })
    }
    const text = yield* textOf(file, name)
    const trusts = yield* Effect.sync(() => trustedAt(file))
    return { ...(yield* decoded(ProjectConfig, name, text, {})), folder: dirname(file), trusts }
  }
)

/** The configuration of the person who calls it. */
export const ofUser: Effect.Effect<ConfigFile<UserConfig> | undefined, CliError, Needs> = Effect.gen(function* () {
  const file = yield* Effect.sync(files.userFile)
  if (file === undefined) return undefined
  const name = yield* shown(file)
  const text = yield* textOf(file, name)
  return { ...(yield* decoded(UserConfig, name, text, {})), folder: dirname(file), trusts: () => true }
})

/** A path as a person reads it: relative where it is not far. */
export const shown = Effect.fnUntraced(function* (file: string) {
  const path = yield* Path.Path
  const relative = path.relative(".", file)
  return relative.startsWith(`..${path.sep}..${path.sep}..`) ? file : relative
})

const textOf = Effect.fnUntraced(function* (file: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const seen = yield* Seen
  seen.add(file)
  const unreadable = (problem: string, cause?: unknown) => configuration(`${name} ${problem}`, { target: name, cause })
  const told = (cause: unknown) => unreadable(`cannot be read: ${reasonOf(cause)}`, cause)
  const { size, type } = yield* Effect.mapError(fs.stat(file), told)
  if (type !== "File") return yield* unreadable("is no file")
  if (size > files.mostBytes) return yield* unreadable(`is larger than ${files.mostBytes / 1_000_000} MB`)
  return yield* Effect.mapError(fs.readFileString(file), told)
})

const decoded = Effect.fnUntraced(function* <A, I>(schema: Schema.Codec<A, I>, name: string, text: string, none: A) {
  // whoever has no configuration does without what reads it
  const { decode } = yield* Effect.promise(() => import("../../internal/files/dataText.ts"))
  return Result.match(decode(schema)(text), {
    onSuccess: ({ placeOf, value }) => ({ name, config: value, placeOf, problems: [], lost: [] }),
    onFailure: ({ lost, problems, rest }) => {
      const placeOf = rest?.placeOf ?? (() => ({ line: 1, column: 1 }))
      return { name, config: rest?.value ?? none, placeOf, problems, lost }
    }
  })
})

/** Where something stands in a file, for a person: `FILE:LINE:COLUMN`. */
export const placeIn = ({ name, placeOf }: ConfigFile<unknown>, keys: ReadonlyArray<Key>): string => {
  const { column, line } = placeOf(keys)
  return `${name}:${line}:${column}`
}

/** What turns out to be wrong with a value of a file. */
export const problemAt = (
  { placeOf }: Pick<ConfigFile<unknown>, "placeOf">,
  keys: ReadonlyArray<Key>,
  detail: string,
  of?: "key"
): Problem => ({ ...placeOf(keys, of), keys, detail })

/** The keys of a value, and what is wrong with it. */
export type Mistake = readonly [keys: ReadonlyArray<Key>, detail: string]

/** What turns out to be wrong with values of a file, in the order of the file. */
export const problemsIn = (
  file: Pick<ConfigFile<unknown>, "placeOf">,
  mistakes: ReadonlyArray<Mistake>
): ReadonlyArray<Problem> => mistakes.map(([keys, detail]) => problemAt(file, keys, detail)).toSorted(byPlace)
