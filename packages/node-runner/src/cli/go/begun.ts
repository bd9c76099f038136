import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Engine from "@stepwright/core/Engine"
import { usage } from "../base/cliError.ts"
import * as textFile from "../base/textFile.ts"
import { atBeginning, effective } from "../config/effective.ts"
import { configured } from "../module/configured.ts"
import * as workflowModule from "../module/workflowModule.ts"
import type * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import type { Session } from "../run/session.ts"
import type { RunSettings } from "../run/settings.ts"
import { checkKey, checkOut, setUp } from "../run/setUp.ts"

/** The workflow of a run that begins: the program's, the one that is named, or the ready one. */
export const workflowOf = Effect.fnUntraced(function* (reference: string | undefined) {
  const bound = yield* workflowModule.Bound
  if (bound === undefined) {
    const named = yield* atBeginning("workflow", reference)
    return yield* configured(yield* named === undefined ? workflowModule.ready() : workflowModule.load(named))
  }
  return reference === undefined
    ? yield* configured(bound)
    : yield* usage("--workflow cannot be used here: this program runs its own workflow", { target: "--workflow" })
})

export interface Beginning {
  readonly run: string
  readonly loaded: workflowModule.Loaded
  readonly input: unknown
  /** The settings that flags stand for, and where files go; without that, a folder by the name of the first file. */
  readonly told: ReturnType<typeof flags.settingsOf<Partial<flags.Told>>>
  readonly out: string | undefined
  readonly files: ReadonlyArray<string>
}

/** Begins a run; nothing of it is left where that fails. */
export const begun = Effect.fnUntraced(function* ({ files, input, loaded, out, run, told }: Beginning) {
  const known = yield* effective(told)
  yield* checkKey(loaded, known)
  yield* runFolder.checkStore
  const begin = Effect.fnUntraced(function* (folder: string) {
    const base = { format: 1, ...(yield* workflowModule.reference(loaded)), out: folder } as const
    const kept: RunSettings = { ...base, ...told }
    const settings = { ...base, ...known }
    yield* checkOut(loaded, settings)
    const ready = yield* setUp({ events: [], loaded, settings })
    yield* runFolder.writeSettings(run, kept)
    const state = yield* Engine.initialize(loaded.workflow, input, { run })
    const session: Session = { run, kept, settings, state, loaded, events: [] }
    return { session, ready }
  })
  const stem = (yield* stemOf(files[0])) ?? loaded.workflow.name
  return yield* out === undefined ? runFolder.beginIn(run, `out/${stem}`, begin) : runFolder.begin(run, begin(out))
})

/** What a run is called whose first file or folder this is. */
const stemOf = Effect.fnUntraced(function* (name: string | undefined) {
  if (name === undefined || name === textFile.standardInput) return undefined
  const path = yield* Path.Path
  const fs = yield* FileSystem.FileSystem
  const full = path.resolve(name)
  const isFolder = (yield* Effect.orElseSucceed(fs.stat(full), () => undefined))?.type === "Directory"
  const stem = path.basename(full, isFolder ? "" : path.extname(full))
  return stem === "" ? undefined : stem
})
