import { kill, pid } from "node:process"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { JournalError } from "@stepwright/core/Journal"

/** The locks of this process. Its id in any other is that of an earlier process: in a container ids come again. */
const held = new Set<string>()

const lockFile = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  return `${yield* fs.realPath(folder)}/lock`
})

/** Holds a run for this process until the scope closes. **Fails with** `Locked` naming the process that holds it. */
export const acquire = Effect.fnUntraced(function* (run: string, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* lockFile(folder)
  const write = fs.writeFileString(path, `${pid}\n`, { flag: "wx" })
  const take = Effect.suspend(() => {
    if (held.has(path)) return Effect.fail(locked(run, pid))
    held.add(path)
    return write.pipe(
      Effect.catchTag("PlatformError", () => Effect.andThen(clearStale(run, path), write)),
      Effect.onError(() => Effect.sync(() => held.delete(path)))
    )
  })
  yield* Effect.acquireRelease(take, () =>
    Effect.andThen(
      Effect.ignore(fs.remove(path)),
      Effect.sync(() => held.delete(path))
    )
  )
})

/** The process that holds a run, if it is alive. */
export const holder = Effect.fnUntraced(function* (folder: string) {
  const path = yield* Effect.option(lockFile(folder))
  if (Option.isNone(path)) return undefined
  const owner = yield* ownerIn(path.value)
  return (owner === pid && held.has(path.value)) || isOther(owner) ? owner : undefined
})

/** Moves the lock of a dead process away. It is looked at again once moved: another process may have been faster. */
const clearStale = Effect.fnUntraced(function* (run: string, path: string) {
  const fs = yield* FileSystem.FileSystem
  // one without an id was made a moment ago, or by a process that was killed in that moment
  if (Number.isNaN(yield* ownerIn(path))) yield* Effect.sleep("100 millis")
  const owner = yield* ownerIn(path)
  if (isOther(owner)) return yield* locked(run, owner)
  const aside = `${path}.${pid}`
  yield* Effect.ignore(fs.rename(path, aside))
  const moved = yield* ownerIn(aside)
  if (isOther(moved)) {
    yield* Effect.ignore(fs.rename(aside, path))
    return yield* locked(run, moved)
  }
  yield* Effect.ignore(fs.remove(aside))
})

export const locked = (run: string, owner: number) =>
  new JournalError({
    run,
    reason: "Locked",
    detail: `process ${owner} is running it; wait for its end, or stop it first`
  })

const ownerIn = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  return Number.parseInt(yield* Effect.orElseSucceed(fs.readFileString(path), () => ""), 10)
})

/** Whether an id is that of another process which lives. Signal 0 asks, and may be forbidden to ask one that does. */
const isOther = (id: number): boolean =>
  id > 0 &&
  id !== pid &&
  Result.match(
    Result.try(() => kill(id, 0)),
    { onSuccess: () => true, onFailure: (error) => Predicate.hasProperty(error, "code") && error.code === "EPERM" }
  )
