import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import { storeFolder } from "../../internal/services/layers.ts"
import type { ProjectConfig } from "../../ProjectConfig.ts"
import type { CliError } from "../base/cliError.ts"
import type { Configuration } from "./configuration.ts"
import { mistakesIn } from "./mistakes.ts"
import { needsOf } from "./needs.ts"
import * as readConfig from "./readConfig.ts"
import { refused } from "./refusal.ts"
import { sourced } from "./sourced.ts"

type File = readConfig.ConfigFile<ProjectConfig>

/** A file that is right in all that it says. */
const right = <A extends File, R>(file: Effect.Effect<A | undefined, CliError, R>) =>
  Effect.tap(file, (found) => {
    const mistakes = found === undefined ? [] : mistakesIn(found)
    return found !== undefined && mistakes.length > 0 ? refused(found.name, mistakes) : Effect.void
  })

/** The files, each of which **fails with** all that is wrong with it. */
export const files = { project: right(readConfig.ofProject), user: right(readConfig.ofUser) }

/** What comes of the files. */
export const of = Effect.fnUntraced(function* ({
  project,
  user
}: Pick<Configuration, "project" | "user">): Effect.fn.Return<
  Configuration,
  CliError,
  FileSystem.FileSystem | Path.Path
> {
  const all = project === undefined ? [] : yield* Effect.sync(() => needsOf(project))
  const needs = all.filter(({ deed }) => project?.trusts?.(deed) !== true)
  const isTrusted = project?.trusts !== undefined && needs.length === 0
  const self = { project, user, needs, isTrusted, store: storeFolder }
  const store = yield* sourced(self, "store")
  const mayBeUsed = store?.source !== "project" || !needs.some(({ keys }) => keys.join() === "store")
  return store === undefined || !mayBeUsed ? self : { ...self, store: `${store.value}` }
})

/** Reads the files. **Fails with** all that is wrong with one of them. */
export const read = Effect.flatMap(Effect.all(files), of)
