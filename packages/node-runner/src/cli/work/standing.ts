// How a cluster stands: its workers, what waits for them, and what comes to nothing again and again.

import type { Glance, Queued, Runs, Worker } from "@stepwright/cluster/Runs"
import * as Effect from "effect/Effect"
import * as format from "../base/format.ts"
import { shortOf } from "./says.ts"

export interface Standing {
  /** `silence`: how long ago it was heard of. **Units** milliseconds */
  readonly workers: ReadonlyArray<Worker["about"] & Omit<Worker, "about">>
  /** `isKnown`: whether a worker that lives has the definition; the runs where none has. */
  readonly queue: ReadonlyArray<Queued & { readonly isKnown: boolean; readonly strange: ReadonlyArray<string> }>
  readonly poison: ReadonlyArray<Pick<Glance, "run" | "workflow" | "attempts" | "note" | "rests">>
}

/** Whether a run waits for a worker, for the first time or after its own has died. */
const isWaiting = ({ status, worker }: Glance) => status === "QUEUED" || (status === "RUNNING" && worker === undefined)

export const standing = Effect.fnUntraced(function* (runs: Runs["Service"]) {
  const [workers, queued, poison] = yield* Effect.all([runs.workers, runs.queued, runs.poison])
  const known = new Set(workers.flatMap(({ about, isAlive }) => (isAlive ? Object.values(about.definitions) : [])))
  const isKnown = ({ definition }: Queued | Glance) => definition !== undefined && known.has(definition)
  // a row for each run that is kept
  const strange = queued.every(isKnown) ? [] : (yield* runs.list).filter((one) => isWaiting(one) && !isKnown(one))
  return {
    workers: workers.map(({ about, isAlive, runs, silence, worker }) => ({
      worker,
      isAlive,
      silence: Math.round(silence),
      ...about,
      runs
    })),
    queue: queued.map((one) => {
      const { definition, workflow } = one
      const isOne = (run: Glance) => run.workflow === workflow && run.definition === definition
      return { ...one, isKnown: isKnown(one), strange: strange.filter(isOne).map(({ run }) => run) }
    }),
    poison: poison.map(({ attempts, note, rests, run, workflow }) => ({ run, workflow, attempts, note, rests }))
  } satisfies Standing
})

const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return rows.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join("  "))
}

const workerOf = (self: Standing["workers"][number]): ReadonlyArray<string> => [
  self.worker,
  self.host ?? "",
  self.pid === undefined ? "" : `pid ${self.pid}`,
  self.version ?? "",
  self.isAlive ? (self.isDraining === true ? "ends" : "alive") : "dead",
  `heard of ${format.time(self.silence)} ago`,
  `${self.runs.length} of ${format.count(self.slots, "slot")}`,
  self.runs.length === 0 ? "no run" : self.runs.join(", ")
]

const named = (runs: ReadonlyArray<string>) => `${runs.slice(0, 5).join(", ")}${runs.length > 5 ? ", ..." : ""}`

/** How many runs wait, and how many rest before they are taken again. */
const waitOf = ({ resting, runs }: Queued): string => {
  const waiting = runs - resting
  const rest = `${format.count(resting, "run")} ${resting === 1 ? "rests" : "rest"}`
  const wait = `${format.count(waiting, "run")} ${waiting === 1 ? "waits" : "wait"}`
  return [...(waiting === 0 ? [] : [wait]), ...(resting === 0 ? [] : [rest])].join(", ")
}

/** The same for a person, who types `again` for the command. */
export const linesOf = ({ poison, queue, workers }: Standing, again: string): ReadonlyArray<string> => {
  const waiting = queue.map((one) => [
    one.workflow,
    one.definition === undefined ? "" : shortOf(one.definition),
    waitOf(one)
  ])
  const strange = queue.filter(({ isKnown }) => !isKnown)
  const failing = poison.map(({ attempts, note, rests, run, workflow }) => [
    run,
    workflow,
    `${note === undefined ? `taken ${format.count(attempts, "time")}, and nobody came to its end` : format.oneLine(note)}${rests ? "; rests" : ""}`
  ])
  return [
    ...(workers.length === 0 ? [`no workers: start one with \`${again} worker\``] : columns(workers.map(workerOf))),
    ...(waiting.length === 0 ? ["", "nothing waits"] : ["", "waiting:", ...columns(waiting)]),
    ...strange.map(
      ({ definition, strange, workflow }) =>
        `warning: no worker that is alive has ${workflow}${definition === undefined ? "" : ` ${shortOf(definition)}`}: start one with that version, or go on by the version of now with \`${again} resume RUN\`: ${named(strange)}`
    ),
    ...(failing.length === 0 ? [] : ["", "come to nothing again and again:", ...columns(failing)])
  ]
}
