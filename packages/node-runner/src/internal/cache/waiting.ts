import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as claim from "../journal/claim.ts"
import * as processes from "../journal/processes.ts"

/** How often who waits for another process looks. **Units** milliseconds */
export const Period = Context.Reference<number>("@stepwright/node-runner/internal/cache/Period", {
  defaultValue: () => 50
})

/** How often is looked before a person is told: after some seconds. */
const patience = 100

/** Tells whoever waits to see a claim end for whom that is, once it has taken a while; its own process says so itself. */
export const told = Effect.fnUntraced(function* (looks: number, folder: string) {
  if (looks !== patience) return
  const holder = yield* claim.holder(folder)
  if (holder === undefined || processes.isSelf(holder)) return
  const by = processes.describe(holder)
  yield* Effect.logWarning(`waits for ${by}, which asks the same and keeps what it is answered for other runs`)
})
