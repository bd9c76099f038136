// What a worker says of what it does: to a person on standard error, and to a program in lines on standard output.

import type { ClusterRunner } from "@stepwright/cluster"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { noticed } from "../base/notice.ts"
import * as format from "../base/format.ts"
import { CurrentLogAnnotations } from "effect/References"

type Said = ClusterRunner.Said

/** What is said of runs, and of the worker itself. */
const words = (said: Said): ReadonlyArray<string> => {
  switch (said._tag) {
    case "Joined": {
      const names = Object.entries(said.definitions)
      const width = Math.max(...names.map(([name]) => name.length))
      return [
        `worker ${said.worker} takes ${format.count(said.slots, "run")} at a time, of`,
        ...names.map(([name, definition]) => `  ${name.padEnd(width)}  ${shortOf(definition)}`)
      ]
    }
    case "Took":
      return [`run ${said.run} of ${said.workflow}: taken${said.events > 1 ? `, after ${said.events} events` : ""}`]
    case "Ended":
      return [`run ${said.run}: ${said.status}`]
    case "GaveBack":
      return [`run ${said.run}: given back, for another worker`]
    case "Lost":
      return [`run ${said.run}: lost, another worker has it by now`]
    case "Rests":
      return [`run ${said.run}: cannot be worked on, and rests: ${format.oneLine(said.why)}`]
    case "Drains":
      return [
        `takes no more runs; waits up to ${format.time(said.atMost)} for ${format.count(said.runs.length, "run")}: ${said.runs.join(", ")}`
      ]
  }
}

/** A definition as a person tells it from others, with the build. */
export const shortOf = (definition: string): string => definition.replace(/^([0-9a-f]{12})[0-9a-f]+/u, "$1")

/** Tells it, and `more` of the worker itself. */
export const telling = (json: boolean, database: string) =>
  Effect.map(Console.Console, (console) =>
    Effect.fnUntraced(function* (said: Said) {
      for (const line of words(said)) console.error(line)
      if (!json) return
      const at = yield* Clock.currentTimeMillis
      console.log(JSON.stringify({ at, ...said, ...(said._tag === "Joined" && { database }) }))
    })
  )

/** What is logged meanwhile, of a run or none: a line each. */
export const logger = (json: boolean) =>
  Effect.map(Console.Console, (console) =>
    Logger.make<unknown, void>((options) => {
      const run = options.fiber.getRef(CurrentLogAnnotations)["run"]
      const { level, message } = noticed(options) ?? { level: undefined, message: String(options.message) }
      const about = typeof run === "string" ? { run } : {}
      console.error(
        `${typeof run === "string" ? `run ${run}: ` : ""}${level === undefined ? "" : `${level}: `}${message}`
      )
      if (json)
        console.log(
          JSON.stringify({ at: options.date.getTime(), _tag: "Noticed", level: level ?? "note", message, ...about })
        )
    })
  )
