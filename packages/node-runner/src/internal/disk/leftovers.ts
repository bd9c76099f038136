import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { ifThere } from "./ifThere.ts"
import { isRunId } from "./runId.ts"

/** What has not been finished for so long will never be. **Units** milliseconds. */
const finished = 3_600_000

const isPart = (name: string): boolean => /^\.(?:.+\.)?\d{10}\.part$/u.test(name)
/** What a folder has before its run has begun: nothing that somebody could miss. */
const isSetUp = (name: string): boolean =>
  isPart(name) || name === "run.json" || name === "inbox" || /^claim\.\d+(?:\.ended)?$/u.test(name)
const isRemoved = (name: string): boolean => name.startsWith(".removed-")

/** What killed processes left in a folder of runs: by `isRun` folders are told apart that hold one. */
export const find = Effect.fnUntraced(function* (directory: string, chosen: string, isRun: (name: string) => boolean) {
  const fs = yield* FileSystem.FileSystem
  const now = yield* Clock.currentTimeMillis
  const names = (folder: string) =>
    // a file, or what cannot be looked into, is left alone
    Effect.orElseSucceed(fs.readDirectory(folder), (): ReadonlyArray<string> => [])
  const isFolder = (path: string) =>
    Effect.map(ifThere(fs.stat(path)), (found) => Option.exists(found, ({ type }) => type === "Directory"))
  const isOld = (path: string) =>
    Effect.map(ifThere(fs.stat(path)), (found) =>
      Option.exists(
        Option.flatMap(found, ({ mtime }) => mtime),
        (time) => now - time.getTime() > finished
      )
    )
  const left: Array<string> = []
  for (const name of yield* names(directory)) {
    const path = `${directory}/${name}`
    if (isRemoved(name)) left.push(path)
    else if (!isRun(name)) {
      const isOurs = isRunId(name) && (yield* isFolder(path)) && (yield* fs.readDirectory(path)).every(isSetUp)
      if (isOurs && (yield* isOld(path))) left.push(path)
    } else {
      for (const inner of yield* names(path)) {
        if (isPart(inner) && (yield* isOld(`${path}/${inner}`))) left.push(`${path}/${inner}`)
      }
    }
  }
  for (const name of yield* names(chosen)) {
    if (!/^[0-9a-f]{64}$/u.test(name)) continue
    const path = `${chosen}/${name}`
    const [run = ""] = (yield* Effect.orElseSucceed(fs.readFileString(path), () => "")).split(" ")
    if (!isRun(run) && (yield* isOld(path))) left.push(path)
  }
  return left
})

/** Removes a folder under its name at once; what a kill leaves of it is a leftover. */
export const removeFolder = Effect.fnUntraced(function* (directory: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const aside = `${directory}/.removed-${name}`
  yield* fs.remove(aside, { recursive: true, force: true })
  yield* fs.rename(`${directory}/${name}`, aside)
  yield* fs.remove(aside, { recursive: true })
})
