import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"
import { kill, pid } from "node:process"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** A process, and how another one knows it. */
export const Process = Schema.Struct({
  pid: Schema.Int,
  /** Among whose ids its own is one: those of a machine since it started, or of a container. */
  machine: Schema.String,
  /** When it started, where the system tells: an id may be given again. */
  started: Schema.optionalKey(Schema.String),
  host: Schema.String
})
export type Process = typeof Process.Type

const read = (file: string): string | undefined =>
  Result.getOrUndefined(Result.try(() => readFileSync(file, "utf8").trim()))

/** How a process is and when it started, in the words of Linux; nothing where nobody tells. */
const statOf = (id: number) => {
  const stat = read(`/proc/${id}/stat`)
  // the name of the program is in parentheses, and may hold any
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")
  return { state: fields?.[0], started: fields?.[19] }
}

/** When a process started, where the system tells. */
export const startOf = (id: number): string | undefined => statOf(id).started

const machine = (): string => {
  const boot = read("/proc/sys/kernel/random/boot_id")
  const ids = Result.getOrUndefined(Result.try(() => readlinkSync("/proc/self/ns/pid")))
  return boot === undefined || ids === undefined ? hostname() : `${boot} ${ids}`
}

const started = startOf(pid)

/** This process. */
export const self: Process = { pid, machine: machine(), ...(started !== undefined && { started }), host: hostname() }

/** Whether a process lives and is at work; `undefined` where that cannot be known from here, or it was stopped. */
export const isAlive = (other: Process): boolean | undefined => {
  if (other.machine !== self.machine) return undefined
  if (!exists(other.pid)) return false
  const { started, state } = statOf(other.pid)
  // one that started at another time has the id of one that is gone
  if (started !== undefined && other.started !== undefined && started !== other.started) return false
  return state === undefined || state === "T" ? undefined : state !== "Z"
}

/** Signal 0 asks, and may be forbidden to ask a process that is there. */
const exists = (id: number): boolean =>
  Result.match(
    Result.try(() => kill(id, 0)),
    { onSuccess: () => true, onFailure: (error) => Predicate.hasProperty(error, "code") && error.code === "EPERM" }
  )

/** Whether it is this one. */
export const isSelf = ({ machine, pid, started }: Process): boolean =>
  pid === self.pid && machine === self.machine && started === self.started

/** A process as a person finds it. */
export const describe = ({ host, machine, pid }: Process): string =>
  machine === self.machine ? `process ${pid}` : `process ${pid} of ${host === self.host ? "another container" : host}`
