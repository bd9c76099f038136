import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { TestRunner } from "@stepwright/core/TestRunner"
import * as cpython from "./cpython.ts"
import * as python from "./python.ts"

/** A runner that is no sandbox: an interpreter in a folder of its own, with all that its user may do. */
export const make = Effect.fnUntraced(function* (
  options: cpython.Options & { readonly python?: string }
): Effect.fn.Return<TestRunner["Service"], python.Missing, cpython.Needs> {
  const fs = yield* FileSystem.FileSystem
  const interpreter = yield* python.locate(options.python)
  const placeOf = (interpreter: python.Python): cpython.Place => ({
    identity: `none ${python.nameOf(interpreter)}`,
    python: interpreter,
    isAlone: false,
    isRoot: false,
    canGive: false,
    root: Effect.flatMap(fs.makeTempDirectoryScoped({ prefix: "stepwright-" }), fs.realPath),
    command: () => [interpreter.executable],
    installing: () => [interpreter.executable]
  })
  return yield* cpython.make(placeOf, interpreter, options)
})
