import { dirname, isAbsolute, relative, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { type Answer, Journal, type JournalError, type Request } from "@stepwright/core/Journal"
import * as WorkflowEvent from "@stepwright/core/WorkflowEvent"
import { RunExists, WorkflowError } from "@stepwright/core/WorkflowError"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { removeEmpty } from "../../internal/disk/folders.ts"
import { find as findLeftovers, isSetUp } from "../../internal/disk/leftovers.ts"
import * as outFolder from "../../internal/disk/outFolder.ts"
import { isRunId, runIdRule } from "../../internal/disk/runId.ts"
import { name as journalFile } from "../../internal/journal/journalFile.ts"
import { storeFolder } from "../../internal/services/layers.ts"
import { CliError, configuration, failed, usage } from "../base/cliError.ts"
import { Who } from "../gate/who.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { Configuration, toTrust } from "../config/configuration.ts"
import { visible } from "../../internal/files/visible.ts"
import { nearest } from "../../internal/files/nearest.ts"
import { attempt } from "../start/attempt.ts"
import { type Doing, doingsOf } from "../start/doings.ts"
import { kindAt } from "../start/plainFile.ts"
import { isSealed, keyFile, madeKey, sealed } from "../start/seal.ts"
import { RunSettings } from "./settings.ts"
import { here } from "./store/folder.ts"
import * as stores from "./store/stores.ts"

/** The folder in which runs begin. */
export const directory = here.where

const SettingsText = Schema.fromJsonString(RunSettings)

/** What settings do that needs trust; what reads definitions is loaded for who has one. */
const doneBy = Effect.fnUntraced(function* (folder: string, { module, name = "", ...others }: RunSettings) {
  const reach = module === undefined ? undefined : yield* Effect.promise(() => import("../start/reach.ts"))
  return yield* Effect.sync(() =>
    doingsOf(folder, { module, ...others }, reach?.codeOf(folder, `${module}#${name}`) ?? { deeds: [] })
  )
})

/** What is written of a run, less its seal, and what of that needs trust. */
interface Written {
  readonly settings: RunSettings
  readonly doings: ReadonlyArray<Doing>
}

const written = Effect.fnUntraced(function* (
  run: string
): Effect.fn.Return<Written | undefined, CliError | JournalError> {
  const kept = (yield* stores.of(run)).settings
  const place = yield* kept.place(run)
  const text = yield* kept.read(run)
  if (text === undefined) return undefined
  const settings = yield* Effect.mapError(Schema.decodeEffect(SettingsText)(text), (cause) =>
    configuration(`${place} cannot be read: ${reasonOf(cause)}`, { target: place, cause })
  )
  const { project, store } = yield* Configuration
  const folder = dirname(resolve(store))
  const json: object = JSON.parse(text)
  const isOwn = yield* Effect.sync(() => isSealed(sealedAt(folder, place), folder, json))
  const doings = isOwn ? [] : yield* doneBy(folder, settings)
  return {
    settings: moved(settings, folder, resolve(".")),
    doings: doings.filter(({ deed }) => project?.trusts?.(deed) !== true)
  }
})

/** What a seal is for: a file, wherever a command is called, or an address. */
const sealedAt = (folder: string, place: string) => resolve(place.includes("://") ? folder : ".", place)

/**
 * The settings of a run, `undefined` for one that was not made by a command. **Fails with** what they do that needs trust,
 * where no command of this person wrote them; whoever names the workflow uses none of theirs.
 */
export const readSettings = Effect.fnUntraced(function* (
  run: string,
  { isNamed = false }: { readonly isNamed?: boolean } = {}
): Effect.fn.Return<RunSettings | undefined, CliError | JournalError> {
  const found = yield* written(run)
  if (found === undefined) return undefined
  const doings = found.doings.filter(({ key }) => !isNamed || (key !== "module" && key !== "program"))
  if (doings.length === 0) return isNamed ? Struct.omit(found.settings, ["module", "name", "program"]) : found.settings
  const { settings } = yield* stores.of(run)
  const target = yield* settings.place(run)
  return yield* configuration(`${target} does this, and no command of yours wrote it:\n${inLines(doings)}\n${target}`, {
    target,
    fix: toTrust
  })
})

const inLines = (doings: ReadonlyArray<Doing>) =>
  doings.map(({ detail, key }) => visible(`${key}: ${detail}`)).join("\n")

/** The same for who only looks: less what needs trust. */
export const settingsToLookAt = Effect.fnUntraced(function* (
  run: string,
  { isQuiet = false }: { readonly isQuiet?: boolean } = {}
): Effect.fn.Return<RunSettings | undefined, CliError | JournalError> {
  const found = yield* written(run)
  if (found === undefined || found.doings.length === 0) return found?.settings
  const keys = found.doings.map(({ key }) => key).filter((key) => key !== "out")
  if (!isQuiet && keys.length > 0) {
    const names = [...new Set(keys)].join(", ")
    yield* Effect.logWarning(`no command of yours wrote what run ${run} is to use, so it is left alone: ${names}`)
  }
  const left = Object.entries(found.settings).filter(([key]) => !keys.includes(key === "name" ? "module" : key))
  // where it delivers is kept, and all else may be left out
  return Object.fromEntries(left) as RunSettings
})

/** The runs whose settings do what needs trust, and what that is. */
export const untrusted = Effect.gen(function* () {
  const found: Array<{ readonly run: string; readonly told: string }> = []
  for (const run of yield* all) {
    const doings = (yield* Effect.orElseSucceed(written(run), () => undefined))?.doings ?? []
    if (doings.length > 0) found.push({ run, told: inLines(doings).replaceAll(/^/gmu, `run ${run}: `) })
  }
  return found
})

/** Writes the settings of a run as they are, for one that is trusted. **Fails** where no key can be kept. */
export const trust = Effect.fnUntraced(function* (run: string) {
  const target = keyFile()
  if (madeKey() === undefined)
    return yield* failed(`${target} cannot be written, by which your runs are known`, { target })
  const found = yield* written(run)
  if (found !== undefined) yield* writeSettings(run, found.settings)
})

/** Settings as they are kept at a place, sealed where they need trust. */
export const settingsText = Effect.fnUntraced(function* (place: string, settings: RunSettings) {
  const { store } = yield* Configuration
  const folder = dirname(resolve(store))
  const own = moved(settings, resolve("."), folder)
  // what needs no trust needs no seal
  const doings = yield* doneBy(folder, own)
  const text = yield* Effect.sync(() =>
    JSON.stringify(doings.length === 0 ? own : sealed(sealedAt(folder, place), folder, own), null, 2)
  )
  return `${text}\n`
})

/** Replaces the settings of a run as a whole or not at all. */
export const writeSettings = Effect.fnUntraced(function* (run: string, settings: RunSettings) {
  const kept = (yield* stores.of(run)).settings
  yield* kept.write(run, yield* settingsText(yield* kept.place(run), settings))
})

const paths = ["module", "program", "out", "replay", "record", "relay", "prices", "python"] as const

/** Settings whose paths are relative to another folder: those of a run to the one that holds the store. */
const moved = (settings: RunSettings, from: string, to: string): RunSettings => {
  if (from === to) return settings
  const changed = paths.flatMap((name) => {
    const value = settings[name]
    if (value === undefined || (name === "python" && !/[/\\]/u.test(value))) return []
    const there = resolve(from, value)
    const between = relative(to, there)
    return [[name, between.startsWith("..") || isAbsolute(between) ? there : between || "."] as const]
  })
  return { ...settings, ...Object.fromEntries(changed) }
}

/**
 * Refuses a store that is a link, unless the person said where it is, and one with links in it: what is written there and
 * removed would be elsewhere.
 */
export const checkLinks: Effect.Effect<void, CliError> = Effect.flatMap(Configuration, ({ store }) => {
  const inner = ["runs", "out", "cache"].map((name) => `${store}/${name}`)
  const own = store === storeFolder ? [store] : []
  const link = [...own, ...inner].find((path) => attempt(() => kindAt(path)) === "link")
  if (link === undefined) return Effect.void
  const fix = "remove it, or set STEPWRIGHT_STORE to the folder that runs are to be kept in"
  return Effect.fail(configuration(`${link} is a link, and is not followed`, { target: link, fix }))
})

/** All runs as they look from outside, the one that was written to last first. */
const { glances } = stores
export const { glancesThere, where } = stores

/** The ids of all runs, the one that was written to last first. */
export const all: Effect.Effect<ReadonlyArray<string>, CliError> = Effect.map(glances, (found) =>
  found.map(({ run }) => run)
)

/** The same of those in the folder alone, whatever other places there are. */
export const own: Effect.Effect<ReadonlyArray<string>, CliError> = Effect.map(here.glances, (found) =>
  found.map(({ run }) => run)
)

/** Refuses a folder in which no run can begin. */
export const checkStore = here.check

/** Refuses a place where a run cannot go on. */
export const checkStoreOf = (run: string) => Effect.flatMap(stores.of(run), (store) => store.check)

/** Makes a run this process's until it ends: nobody else changes it meanwhile. **Fails with** `Locked`. */
export const claim = (run: string): Effect.Effect<number, JournalError> =>
  // a journal that keeps nothing is none of the command line's
  Effect.flatMap(Journal, (journal) => Effect.map(journal.size(run), (size = 0) => size))

/** Begins a run, which is claimed, by `work`; where that fails, nothing of it is left. **Fails with** `RunExists`. */
export const begin = Effect.fnUntraced(function* <A, E, R>(run: string, work: Effect.Effect<A, E, R>) {
  const fs = yield* FileSystem.FileSystem
  const runs = yield* directory
  const folder = `${runs}/${run}`
  const names = yield* Effect.orElseSucceed(fs.readDirectory(folder), (): ReadonlyArray<string> => [])
  const others = names.filter((name) => !isSetUp(name))
  if (others.length > 0 && !others.includes(journalFile)) {
    const fix = "take another --run, or move it away"
    return yield* usage(`${folder} is no run, and holds ${others[0]}`, { target: folder, fix })
  }
  // to ask for it in another store is no claim of it
  const isElsewhere = (yield* stores.of(run)) !== (yield* stores.Stores)[0]
  if (isElsewhere || (yield* claim(run)) > 0)
    return yield* new WorkflowError({ path: "", reason: new RunExists({ run }) })
  return yield* Effect.onError(work, () =>
    Effect.andThen(Effect.ignore(fs.remove(folder, { recursive: true })), removeEmpty(runs))
  )
})

/** The folders that were chosen to deliver into. */
const chosen = Effect.map(Configuration, ({ store }) => `${store}/out`)

/** Begins it with a folder to deliver into that is not there yet, and from then on is its own. */
export const beginIn = <A, E, R>(run: string, wanted: string, work: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(chosen, (folders) => begin(run, outFolder.choose(folders, run, wanted, work)))

export const remove = (run: string): Effect.Effect<void, JournalError> =>
  Effect.flatMap(stores.of(run), (store) => store.remove(run))

/** What killed processes left beside runs, and what could not be looked at. */
export const leftovers = Effect.gen(function* () {
  const known = new Set(yield* own)
  return yield* findLeftovers(yield* directory, yield* chosen, (name) => known.has(name))
})

/** Asks whoever works on a run; `undefined` where nobody does. */
export const ask = (
  run: string,
  request: DistributiveOmit<Request, "by">
): Effect.Effect<Answer | undefined, JournalError> =>
  Effect.flatMap(Effect.all([stores.of(run), Who]), ([store, by]) => store.ask(run, { ...request, by }))

type DistributiveOmit<A, K extends PropertyKey> = A extends unknown ? Omit<A, K> : never

/** Whether somebody works on a run now. */
export const isLive = (run: string): Effect.Effect<boolean, JournalError> =>
  Effect.flatMap(stores.of(run), (store) => store.isLive(run))

/** Cancels a run that somebody works on, and waits for its end, as what cannot be cut short is still ended. */
export const cancelled = Effect.fnUntraced(function* (run: string) {
  const answer = yield* ask(run, { _tag: "Cancel" })
  if (answer?.isDone !== false) while (yield* isLive(run)) yield* Effect.sleep("100 millis")
  return answer
})

/** The name for the run that was used last. */
export const latest = "latest"

/** Refuses what cannot be the id of a new run. */
export const checkNew = (id: string | undefined): Effect.Effect<void, CliError> => {
  if (id === undefined || (isRunId(id) && id !== latest)) return Effect.void
  const [shown, fix] = isRunId(id) ? [id, "it is the name for the run used last"] : [JSON.stringify(id), runIdRule]
  return Effect.fail(usage(`--run cannot be ${shown}`, { target: "--run", fix }))
}

/** An id as commands make them, which nobody types, but copies. */
const wholeId = /^\d{8}-\d{6}-[a-z]{6}$/u
const elsewhere = " in this store (one that made a result in a cache may be of another folder)"

/** What is longer is no id, and likened to none. **Units** characters */
const mostOfId = 128

/** Whether a word is the id of a run in the folder, which needs no other place: that may be away. */
const isHere = Effect.fnUntraced(function* (word: string | undefined) {
  if (word === undefined || word === latest || !isRunId(word)) return false
  return (yield* Effect.orElseSucceed(here.glance(word), () => undefined)) !== undefined
})

/** The id that an id, the beginning of one, or `latest` stands for. */
export const find = Effect.fnUntraced(function* (reference: string): Effect.fn.Return<string, CliError> {
  if (yield* isHere(reference)) return reference
  const ids = yield* all
  const [last] = ids
  if (last === undefined) {
    const fix = "start one with `stepwright run` or `stepwright watch`, or go to the folder that has it"
    const target = yield* where
    return yield* usage(`there are no runs here (${target})`, { target, fix })
  }
  if (reference === latest) return last
  if (ids.includes(reference)) return reference
  const matching = reference === "" ? [] : ids.filter((id) => id.startsWith(reference))
  if (matching.length === 1) return matching[0]!
  if (reference.length > mostOfId) {
    const fix = "name one of those that the list of runs has"
    return yield* usage(`there is no run "${reference.slice(0, mostOfId)}…"`, { target: "RUN", fix })
  }
  const choice = matching.length === 0 ? nearest(reference, ids) : matching
  const names = `${choice.slice(0, 5).join(", ")}${choice.length > 5 ? ", ..." : ""}`
  const message =
    matching.length === 0
      ? `there is no run "${reference}"${wholeId.test(reference) ? elsewhere : ""}; the runs here are ${names}`
      : `"${reference}" is the beginning of several runs: ${names}`
  return yield* new CliError({ kind: "usage", message, target: reference, fix: `name one of the runs ${names}` })
})

/** Whether a word is `latest`, or the whole id of a run. */
export const isReference = Effect.fnUntraced(function* (word: string | undefined): Effect.fn.Return<boolean, CliError> {
  if (word === undefined || word === latest) return word === latest
  return (yield* isHere(word)) || (yield* all).includes(word)
})

/** The events of a run as its journal has them, and the state that they lead to, whatever workflow it is of. */
export const load = Effect.fnUntraced(function* (
  run: string
): Effect.fn.Return<
  { readonly events: ReadonlyArray<WorkflowEvent.WorkflowEvent>; readonly state: WorkflowState },
  JournalError
> {
  const journal = yield* Journal
  const events = yield* journal.load(run)
  // a journal fails rather than load no event
  return { events, state: WorkflowEvent.fold(events)! }
})

export const state = (run: string): Effect.Effect<WorkflowState, JournalError> =>
  Effect.map(load(run), ({ state }) => state)
