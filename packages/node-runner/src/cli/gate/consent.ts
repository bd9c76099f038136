import * as Effect from "effect/Effect"
import type * as Terminal from "effect/Terminal"
import { Consent } from "../../internal/sandbox/consent.ts"
import { usage } from "../base/cliError.ts"
import { Person } from "../base/person.ts"

/** How a command may ask, and what was said beforehand. */
export interface Manner {
  /** Whether what comes of it is for a program. */
  readonly json: boolean
  /** Whether that is told in lines, while it happens. */
  readonly lines?: boolean
  /** Whether a person who is there is asked for nothing. */
  readonly noInput?: boolean
  /** Whether packages may be installed unasked. */
  readonly yes?: boolean
}

/** Whether there is a person who can be asked. */
export const canAsk = ({ json, noInput = false }: Manner) =>
  Effect.map(Person, ({ isThere }) => !json && !noInput && isThere())

/** Refuses to install what nobody could agree to. */
export const check = Effect.fnUntraced(function* (install: boolean | undefined, manner: Manner) {
  if (install !== true || manner.yes === true || (yield* canAsk(manner))) return
  return yield* usage("--install asks which packages may be installed, and there is nobody to ask", {
    target: "--install",
    fix: "add --yes"
  })
})

/** Lets what installs packages ask for it, unless that was said; `aside` keeps other output back meanwhile. */
export const given = <A, E, R>(
  work: Effect.Effect<A, E, R>,
  manner: Manner,
  aside: <B, E2, R2>(asking: Effect.Effect<B, E2, R2>) => Effect.Effect<B, E2, R2> = (asking) => asking
): Effect.Effect<A, E, R | Terminal.Terminal> =>
  Effect.gen(function* () {
    const terminal = yield* Effect.context<Terminal.Terminal>()
    const { answer } = yield* Person
    const mayAsk = yield* canAsk(manner)
    const ask = (packages: ReadonlyArray<string>) =>
      answer(`the tests need packages that are not here. Install ${packages.join(", ")}, with pip? (yes/no): `).pipe(
        aside,
        Effect.map((said) => /^y(?:es)?$/iu.test(said?.trim() ?? "")),
        Effect.provideContext(terminal)
      )
    return yield* Effect.provideService(work, Consent, (packages) =>
      manner.yes === true ? Effect.succeed(true) : mayAsk ? ask(packages) : Effect.succeed(false)
    )
  })
