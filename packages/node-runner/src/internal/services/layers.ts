import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as seal from "../../cli/start/seal.ts"

/** The folder with all that is kept, below the one in which a program is called. */
export const storeFolder = ".stepwright"

/** Where runs are kept in a store. */
export const runsIn = (store: string): string => `${store}/runs`

/** Where they are kept unless something else is said. */
export const directory = runsIn(storeFolder)

/** Where results are kept in a store for other runs. */
export const cacheIn = (store: string): string => `${store}/cache`

/**
 * What was answered before, by whichever run of a folder, to this person: what came with a folder of somebody else's
 * answers nobody. So there is none where no secret can be kept.
 */
export const cache = ({ isOnlyRead = false, ...options }: CacheOptions) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const secret = yield* Effect.sync(isOnlyRead ? seal.key : seal.madeKey)
      if (secret === undefined) return Layer.empty
      const { layer } = yield* Effect.promise(() => import("../../NodeResultCache.ts"))
      return layer({ ...options, secret })
    })
  )

interface CacheOptions {
  readonly directory: string
  readonly limit?: number
  /** Whether nothing is to be written, a secret neither. */
  readonly isOnlyRead?: boolean
}

/** Where files are delivered: the real file system below one folder. */
export const workspace = (root: string, force: boolean) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("../../NodeWorkspace.ts")),
      ({ layer }) => layer({ root, force })
    )
  )
