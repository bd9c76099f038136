import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Where files are delivered: the real file system below one folder. */
export const workspace = (root: string, force: boolean) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("../../NodeWorkspace.ts")),
      ({ layer }) => layer({ root, force })
    )
  )

/** The embedded sandbox for Python's tests. */
export const testRunner = Layer.unwrap(
  Effect.map(
    Effect.promise(() => import("../../PyodideTestRunner.ts")),
    ({ layer }) => layer()
  )
)
