import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { storeFolder } from "../../internal/services/layers.ts"
import type { Problem } from "../../internal/files/yamlText.ts"
import type { ProjectConfig, UserConfig } from "../../ProjectConfig.ts"
import { type CliError, configuration } from "../base/cliError.ts"
import type { ConfigFile } from "./readConfig.ts"
import { refusal } from "./refusal.ts"

/** What the files of configuration say, where a command is called. */
export interface Configuration {
  readonly project: ConfigFile<ProjectConfig> | undefined
  readonly user: ConfigFile<UserConfig> | undefined
  /** What the project's file says that is used only once it is trusted with that, which it is not. */
  readonly needs: ReadonlyArray<Problem>
  /** Whether somebody trusted it, with all that it says. */
  readonly isTrusted: boolean
  /** The folder in which runs are kept. */
  readonly store: string
}

/** What there is without any. */
export const none: Configuration = {
  project: undefined,
  user: undefined,
  needs: [],
  isTrusted: false,
  store: storeFolder
}

export const Configuration = Context.Reference<Configuration>("@stepwright/node-runner/Configuration", {
  defaultValue: () => none
})

/** What a file does that is used only once it is trusted, in a line each: none is left out. */
export const needsText = (name: string, needs: ReadonlyArray<Problem>): Effect.Effect<string> =>
  needs.length === 0 ? Effect.succeed("") : Effect.map(refusal(name, needs, needs.length), ({ message }) => message)

/** What to do with a file that is used only once it is trusted. */
export const toTrust = "look at it, and say `stepwright trust` if that is what you want"

/** Refuses a project whose file asks for what it is not trusted with. */
export const checkTrust = ({
  needs,
  project
}: Pick<Configuration, "needs" | "project">): Effect.Effect<void, CliError> => {
  if (needs.length === 0 || project === undefined) return Effect.void
  const { name } = project
  return Effect.flatMap(needsText(name, needs), (lines) =>
    Effect.fail(
      configuration(`${name} is not trusted, and does this:\n${lines}\n${name}`, { target: name, fix: toTrust })
    )
  )
}
