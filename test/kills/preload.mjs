// Kills the process at a place of its writing: KILL_AT is what is written, a phase, and which time. Without it the places
// are told that are come by.
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import process from "node:process"

const { writeSync, fdatasync } = fs
const [wanted, time] = (process.env.KILL_AT ?? " 0").split(" ")
const times = new Map()

/** `StepSucceeded:model written`, and the like. */
const comeBy = (place) => {
  const count = (times.get(place) ?? 0) + 1
  times.set(place, count)
  if (wanted === "") writeSync(1, `place ${JSON.stringify(place)}\n`)
  return place === wanted && count === Number(time)
}

const kill = () => process.kill(process.pid, "SIGKILL")

/** The events in what is written to a journal, the last of which is what it is written for. */
const kindOf = (text) => {
  const lines = text.trimEnd().split("\n")
  if (!lines.every((line) => /,"crc":"[0-9a-f]{8}"\}$/.test(line))) return undefined
  const { _tag, by, status } = JSON.parse(lines.at(-1))
  return [_tag, by, status].filter((part) => part !== undefined).join(":")
}

let last
fs.writeSync = (fd, bytes, ...rest) => {
  const kind = typeof bytes === "string" || rest[0] !== 0 ? undefined : kindOf(bytes.toString())
  if (kind === undefined) return writeSync(fd, bytes, ...rest)
  last = kind
  if (comeBy(`${kind}/writing`)) kill()
  if (comeBy(`${kind}/torn`)) {
    writeSync(fd, bytes.subarray(0, bytes.length >> 1))
    kill()
  }
  const written = writeSync(fd, bytes, ...rest)
  if (comeBy(`${kind}/written`)) kill()
  return written
}

fs.fdatasync = (fd, done) => {
  const kind = last
  if (comeBy(`${kind}/flushing`)) kill()
  fdatasync(fd, (error) => {
    if (comeBy(`${kind}/flushed`)) kill()
    done(error)
  })
}

syncBuiltinESMExports()
