import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Origin } from "@stepwright/llm/Cassette"
import * as answering from "../../internal/services/answering.ts"
import type { Session } from "../run/session.ts"
import type { SetUp } from "../run/setUp.ts"

/** The replies of the cassette of a run that came to its end which it never asked for; `undefined` without a cassette. */
export const of = Effect.fnUntraced(function* (
  { settings }: Pick<Session, "settings">,
  { services }: Pick<SetUp, "services">
): Effect.fn.Return<ReadonlyArray<Origin> | undefined> {
  if (settings.replay === undefined) return undefined
  const { Cassette } = yield* answering.cassettes
  const found = Context.getOption(services, Cassette)
  if (Option.isNone(found)) return undefined
  return yield* Effect.catch(found.value.unused, (error) => Effect.as(Console.error(error.message), undefined))
})
