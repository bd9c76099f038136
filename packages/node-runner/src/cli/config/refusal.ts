import * as Effect from "effect/Effect"
import type { Problem } from "../../internal/files/yamlText.ts"
import { type CliError, configuration } from "../base/cliError.ts"

/** All that is wrong with a file, each in a line with its place. */
export const refusal = (name: string, problems: ReadonlyArray<Problem>, most?: number): Effect.Effect<CliError> =>
  Effect.map(
    Effect.promise(() => import("../../internal/files/dataText.ts")),
    ({ inWords }) => configuration(inWords(name, problems, most), { target: name })
  )

export const refused = (name: string, problems: ReadonlyArray<Problem>): Effect.Effect<never, CliError> =>
  Effect.flatMap(refusal(name, problems), Effect.fail)
