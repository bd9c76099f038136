// Runs in a folder of files.

import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as glance from "../../../internal/journal/glance.ts"
import { name as journalFile } from "../../../internal/journal/journalFile.ts"
import * as tail from "../../../internal/journal/tail.ts"
import * as texts from "../../../internal/journal/texts.ts"
import { reasonOf } from "../../../internal/disk/systemError.ts"
import { writeWhole } from "../../../internal/disk/writeWhole.ts"
import { runsIn } from "../../../internal/services/layers.ts"
import * as NodeJournal from "../../../NodeJournal.ts"
import { configuration, failed } from "../../base/cliError.ts"
import { Configuration } from "../../config/configuration.ts"
import { attempt } from "../../start/attempt.ts"
import { mostBytes } from "../../start/configFile.ts"
import { readPlain } from "../../start/plainFile.ts"
import { checkFolder } from "../checkFolder.ts"
import type { Read, RunStore } from "./runStore.ts"

/** The runs in a folder. */
export const make = (directory: Effect.Effect<string>): RunStore => {
  const settingsFile = (run: string) => Effect.map(directory, (runs) => `${runs}/${run}/run.json`)
  const isLive = (run: string) =>
    Effect.flatMap(directory, (runs) => Effect.map(NodeJournal.writer(runs, run), (process) => process !== undefined))
  const readOn = (run: string, before: tail.Tail | undefined): Effect.Effect<Read | undefined> =>
    Effect.gen(function* () {
      const file = `${yield* directory}/${run}/${journalFile}`
      const wasLive = yield* isLive(run)
      const read = yield* Effect.sync(() => attempt(() => tail.readOn(file, run, before)))
      return read && { events: read.events, isAnew: read.isAnew, isLive: wasLive, next: readOn(run, read.tail) }
    })
  return {
    where: directory,
    glances: Effect.flatMap(directory, (target) =>
      Effect.mapError(NodeJournal.glances(target), (cause) =>
        configuration(`the runs here cannot be listed: ${cause.detail}`, { target, cause })
      )
    ),
    glance: (run) => Effect.flatMap(directory, (runs) => Effect.map(glance.at(runs, [run]), ([found]) => found)),
    isFree: (run) => Effect.flatMap(directory, (runs) => NodeJournal.isFree(runs, run)),
    isLive,
    journal: Effect.provide(Effect.flatMap(directory, NodeJournal.make), NodeFileSystem.layer),
    check: Effect.flatMap(directory, (runs) =>
      checkFolder("runs are kept in", runs, { fix: "make room for it, or work in another folder" })
    ),
    ask: (run, request) => Effect.flatMap(directory, (runs) => NodeJournal.ask(runs, run, request)),
    settings: {
      place: settingsFile,
      read: (run) =>
        Effect.flatMap(settingsFile(run), (target) =>
          Effect.try({
            try: () => readPlain(target, mostBytes)?.toString(),
            catch: (cause) => configuration(`${target} cannot be read: ${reasonOf(cause)}`, { target, cause })
          })
        ),
      write: (run, text) =>
        Effect.flatMap(settingsFile(run), (target) =>
          Effect.mapError(writeWhole(target, text), (cause) =>
            failed(`${target} cannot be written: ${reasonOf(cause)}`, { target, cause })
          )
        )
    },
    read: (run) => readOn(run, undefined),
    texts: Effect.fnUntraced(function* (run) {
      const folder = `${yield* directory}/${run}`
      return yield* Effect.catchTag(texts.read(run, folder), "PlatformError", (error) =>
        Effect.fail(failed(`${folder} cannot be read: ${reasonOf(error)}`, { target: folder, cause: error }))
      )
    }, Effect.provide(NodeFileSystem.layer)),
    remove: (run) => Effect.flatMap(directory, (runs) => NodeJournal.remove(runs, run)),
    repair: (run) => Effect.flatMap(directory, (runs) => NodeJournal.repair(runs, run))
  }
}

/** Those of the folder in which a command is called. */
export const here = make(Effect.map(Configuration, ({ store }) => runsIn(store)))
