import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { isInside } from "../../internal/disk/realPath.ts"
import { storeFolder } from "../../internal/services/layers.ts"
import type { CliError } from "../base/cliError.ts"
import type { Configuration } from "./configuration.ts"
import { mistakesIn } from "./mistakes.ts"
import { needsOf } from "./needs.ts"
import * as readConfig from "./readConfig.ts"
import { refused } from "./refusal.ts"
import { sourced } from "./sourced.ts"

/** Reads the files. **Fails with** all that is wrong with one of them. */
export const read: Effect.Effect<Configuration, CliError, FileSystem.FileSystem | Path.Path> = Effect.gen(function* () {
  const project = yield* readConfig.ofProject
  const user = yield* readConfig.ofUser
  for (const file of [project, user]) {
    const mistakes = file === undefined ? [] : mistakesIn(file)
    if (file !== undefined && mistakes.length > 0) return yield* refused(file.name, mistakes)
  }
  const needs = project === undefined || project.isTrusted ? [] : yield* needsOf(project)
  const self = { project, user, needs, store: storeFolder }
  const store = yield* sourced(self, "store")
  const path = yield* Path.Path
  const mayBeUsed =
    store?.source !== "project" ||
    project?.isTrusted === true ||
    (yield* isInside(project?.folder ?? ".", path.resolve(`${store.value}`)))
  return store === undefined || !mayBeUsed ? self : { ...self, store: `${store.value}` }
})
