import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Result from "effect/Result"
import { byPlace } from "../../internal/files/byPlace.ts"
import type { ProjectConfig } from "../../ProjectConfig.ts"
import { type CliError, configuration } from "../base/cliError.ts"
import type { Configuration } from "../config/configuration.ts"
import { pricesMistakes } from "../config/effective.ts"
import { mistakesIn } from "../config/mistakes.ts"
import type { ConfigFile } from "../config/readConfig.ts"
import * as readConfiguration from "../config/readConfiguration.ts"
import { refusal } from "../config/refusal.ts"
import { sourced } from "../config/sourced.ts"
import { mistakesFor } from "./configured.ts"
import { Bound, load, type Loaded, ready } from "./workflowModule.ts"

type Needs = FileSystem.FileSystem | Path.Path

/** What the files of configuration say. **Fails with** all that is wrong with them, and with what they name. */
export const read: Effect.Effect<Configuration, CliError, Needs> = Effect.tap(readConfiguration.read, (self) =>
  ownMistakes(self).every(([, problems]) => problems.length === 0) ? Effect.void : check(self)
)

/**
 * Refuses files of configuration that a run would refuse, with all that is wrong, steps and what is named included; the
 * workflow is the one that is `named`, or that of a run here. Nothing is read or loaded that needs trust.
 */
export const check = Effect.fnUntraced(function* (
  self: Configuration,
  named?: string
): Effect.fn.Return<void, CliError, Needs> {
  const loaded = yield* Effect.result(workflowOf(self, named))
  const workflow = Result.isSuccess(loaded) ? loaded.success : undefined
  const steps = workflow === undefined ? [] : yield* mistakesFor(self, workflow)
  const stepsIn = self.project ?? self.user
  const errors: Array<CliError> = []
  for (const [file, own] of ownMistakes(self)) {
    const isClosed = file === self.project && self.needs.some(({ keys }) => keys.join() === "prices")
    const prices = isClosed ? [] : yield* pricesMistakes(file)
    const all = [...own, ...prices, ...(file === stepsIn ? steps : [])]
    if (all.length > 0) errors.push(yield* refusal(file.name, all.toSorted(byPlace)))
  }
  if (Result.isFailure(loaded)) errors.push(loaded.failure)
  const [first, ...others] = errors
  if (first === undefined) return
  // what a file names is a part of it
  const isAlone = others.length === 0 && (named !== undefined || Result.isSuccess(loaded))
  return yield* isAlone ? first : configuration(errors.map(({ message }) => message).join("\n"))
})

type File = ConfigFile<ProjectConfig>

/** What each file says that is wrong by itself. */
const ownMistakes = ({ project, user }: Pick<Configuration, "project" | "user">) => [
  ...(project === undefined ? [] : [[project, mistakesIn(project, user)] as const]),
  ...(user === undefined ? [] : [[user as File, mistakesIn(user)] as const])
]

/** The workflow of a run here; `undefined` where it is one that needs trust. */
const workflowOf = Effect.fnUntraced(function* (
  self: Configuration,
  named: string | undefined
): Effect.fn.Return<Loaded | undefined, CliError, Needs> {
  const bound = yield* Bound
  if (bound !== undefined) return bound
  if (named !== undefined) return yield* load(named)
  const told = yield* sourced(self, "workflow")
  if (told === undefined) return yield* ready()
  const isClosed = told.source === "project" && self.needs.some(({ keys }) => keys.join() === "workflow")
  return isClosed ? undefined : yield* load(`${told.value}`)
})
