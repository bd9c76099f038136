import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Where runs are kept, below the folder in which a program is called. */
export const directory = ".stepwright/runs"

/** Where files are delivered: the real file system below one folder. */
export const workspace = (root: string, force: boolean) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("../../NodeWorkspace.ts")),
      ({ layer }) => layer({ root, force })
    )
  )
