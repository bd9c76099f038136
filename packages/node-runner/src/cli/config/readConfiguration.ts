import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import { storeFolder } from "../../internal/services/layers.ts"
import type { CliError } from "../base/cliError.ts"
import type { Configuration } from "./configuration.ts"
import { needsOf } from "./needs.ts"
import * as readConfig from "./readConfig.ts"
import { sourced } from "./sourced.ts"

/** The files, with what is wrong with them. */
export const files = { project: readConfig.ofProject, user: readConfig.ofUser }

/** What comes of the files. */
export const of = Effect.fnUntraced(function* ({
  project,
  user
}: Pick<Configuration, "project" | "user">): Effect.fn.Return<
  Configuration,
  CliError,
  FileSystem.FileSystem | Path.Path
> {
  const all = project === undefined ? [] : yield* Effect.sync(() => needsOf(project, user))
  const needs = all.filter(({ deed }) => project?.trusts?.(deed) !== true)
  const isTrusted = project?.trusts !== undefined && needs.length === 0
  const self = { project, user, needs, isTrusted, store: storeFolder }
  const store = yield* sourced(self, "store")
  const mayBeUsed = store?.source !== "project" || !needs.some(({ keys }) => keys.join() === "store")
  return store === undefined || !mayBeUsed ? self : { ...self, store: `${store.value}` }
})

/** What comes of the files here, whatever is wrong with them. */
export const read = Effect.flatMap(Effect.all(files), of)
