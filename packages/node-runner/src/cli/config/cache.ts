import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { cacheIn } from "../../internal/services/layers.ts"
import { Configuration } from "./configuration.ts"
import { sourced } from "./sourced.ts"

/** Of a size as files have it. **Units** bytes */
const bytesOf = (size: string): number => Number(size.slice(0, -3)) * (size.endsWith("GB") ? 1e9 : 1e6)

/** Where results are kept for other runs, how large that may grow, and whether anybody is to look there. */
export const cache = Effect.gen(function* () {
  const self = yield* Configuration
  const value = (yield* sourced(self, "cache"))?.value
  const said = Predicate.isReadonlyObject(value) ? value : {}
  return {
    isOn: value !== false,
    directory: typeof said["folder"] === "string" ? said["folder"] : cacheIn(self.store),
    ...(typeof said["size"] === "string" && { limit: bytesOf(said["size"]) })
  }
})
