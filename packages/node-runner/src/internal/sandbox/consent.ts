import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Who is asked before packages are installed. A program that says `install` has agreed. */
export const Consent = Context.Reference<(packages: ReadonlyArray<string>) => Effect.Effect<boolean>>(
  "@stepwright/node-runner/Consent",
  { defaultValue: () => () => Effect.succeed(true) }
)
