import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** The folder with all that is kept, below the one in which a program is called. */
export const storeFolder = ".stepwright"

/** Where runs are kept in a store. */
export const runsIn = (store: string): string => `${store}/runs`

/** Where they are kept unless something else is said. */
export const directory = runsIn(storeFolder)

/** Where results are kept in a store for other runs. */
export const cacheIn = (store: string): string => `${store}/cache`

/** What was answered before, by whichever run of a folder. */
export const cache = (options: { readonly directory: string; readonly limit?: number }) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("../../NodeResultCache.ts")),
      ({ layer }) => layer(options)
    )
  )

/** Where files are delivered: the real file system below one folder. */
export const workspace = (root: string, force: boolean) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("../../NodeWorkspace.ts")),
      ({ layer }) => layer({ root, force })
    )
  )
