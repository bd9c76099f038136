import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"

/** The user's folder for what can be made again, by the XDG base directory specification. */
export const folder = Effect.gen(function* () {
  const chosen = yield* Config.withDefault(Config.String("XDG_CACHE_HOME"), "")
  return join(isAbsolute(chosen) ? chosen : join(yield* Effect.try(homedir), ".cache"), "stepwright")
})

/** What nobody made or used for so long is of a version that nobody uses, or is soon made again. **Units** milliseconds. */
const old = 30 * 24 * 3_600_000

/** Removes what is called so, what killed processes left of it too, if it is old. */
export const removeOld = Effect.fnUntraced(function* (folder: string, called: RegExp) {
  const fs = yield* FileSystem.FileSystem
  const now = yield* Clock.currentTimeMillis
  const names = (yield* fs.readDirectory(folder)).filter((name) => called.test(name))
  yield* Effect.forEach(names, (name) =>
    Effect.gen(function* () {
      const path = join(folder, name)
      const { mtime } = yield* fs.stat(path)
      if (Option.exists(mtime, (time) => now - time.getTime() > old)) yield* fs.remove(path, { recursive: true })
    }).pipe(Effect.ignore)
  )
})
