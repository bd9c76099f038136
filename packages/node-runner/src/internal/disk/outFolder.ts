import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { privateFolder, removeEmpty } from "./folders.ts"
import { privateFile } from "./writeWhole.ts"

/**
 * Chooses a folder that is not there yet, `wanted` or that with a number, and uses it for a run. From then on it is that
 * run's, unless the use of it fails. `chosen` has a file for each that was, which only one of several can make.
 */
export const choose = Effect.fnUntraced(function* <A, E, R>(
  chosen: string,
  run: string,
  wanted: string,
  use: (folder: string) => Effect.Effect<A, E, R>
) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(chosen, { recursive: true, mode: privateFolder })
  for (let n = 1; ; n++) {
    const folder = n === 1 ? wanted : `${wanted}-${n}`
    if (yield* fs.exists(folder)) continue
    const file = `${chosen}/${createHash("sha256").update(folder).digest("hex")}`
    const isMine = yield* fs.writeFileString(file, `${run} ${folder}\n`, { flag: "wx", mode: privateFile }).pipe(
      Effect.as(true),
      Effect.catchIf(
        ({ reason }) => reason._tag === "AlreadyExists",
        () => Effect.succeed(false)
      )
    )
    if (isMine) {
      return yield* Effect.onError(use(folder), () =>
        Effect.andThen(Effect.ignore(fs.remove(file)), removeEmpty(chosen))
      )
    }
  }
})
