import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"

let called = 0

/** How often this process asked for a flush since `countFlushes`. */
export const flushes = () => called

/** Counts each call of a flush in this process; where it is not `real`, the call succeeds and flushes nothing. */
export const countFlushes = (real: boolean) => {
  for (const name of ["fsync", "fdatasync"] as const) {
    const original = fs[name]
    fs[name] = Object.assign((fd: number, done: fs.NoParamCallback) => {
      called++
      if (real) original(fd, done)
      else setImmediate(done, null)
    }, original)
  }
  for (const name of ["fsyncSync", "fdatasyncSync"] as const) {
    const original = fs[name]
    fs[name] = (fd) => {
      called++
      if (real) original(fd)
    }
  }
  syncBuiltinESMExports()
}
