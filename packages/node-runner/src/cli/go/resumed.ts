import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import type * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Engine from "@stepwright/core/Engine"
import { usage } from "../base/cliError.ts"
import { effective } from "../config/effective.ts"
import * as consent from "../gate/consent.ts"
import { checkPython } from "../run/checkFlags.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as runLayer from "../run/runLayer.ts"
import type { Session } from "../run/session.ts"
import type { RunSettings } from "../run/settings.ts"
import { checkOut, setUp } from "../run/setUp.ts"

export interface Resuming<E, R> {
  readonly told: flags.Told & { readonly out: string | undefined }
  readonly manner: consent.Manner
  /** The run's input by now. */
  readonly input: Effect.Effect<Schema.Json, E, R>
}

/** Makes a run that is held ready to go on, with what flags replace of its settings. */
export const resumed = Effect.fnUntraced(function* <E, R>(held: Session, { input, manner, told }: Resuming<E, R>) {
  yield* checkSettings(held.run, told)
  const kept = changed(held.kept, told)
  const settings = yield* effective(kept)
  yield* consent.check(held.kept.install === undefined ? settings.install : told.install, manner)
  const isDone = held.state.status === "COMPLETED"
  if (!isDone) yield* checkOut(held.loaded, settings)
  yield* checkPython(isDone ? told.python : settings.python)
  const now = yield* input
  const ready = yield* setUp({ ...held, settings }, { before: held.settings })
  yield* runFolder.writeSettings(held.run, kept)
  const session: Session = { ...held, kept, settings, state: yield* withInput(held, now) }
  return { session, ready }
})

/** A run with another input, if it is another one. */
export const withInput = (opened: Session, input: Schema.Json) =>
  Equal.equals(input, opened.state.input)
    ? Effect.succeed(opened.state)
    : Effect.provide(Engine.set(opened.loaded.workflow, opened.state, "input", input), runLayer.withoutModel(opened))

/** Whoever goes on with a run whose settings are gone has to say what they are: its caps, who answers. */
export const checkSettings = Effect.fnUntraced(function* (run: string, told: object) {
  const isTold = Object.values(told).some((value) => value !== undefined)
  if (isTold || (yield* runFolder.settingsToLookAt(run, { isQuiet: true })) !== undefined) return
  return yield* usage(`run ${run} has no settings (run.json), so its caps and who answers are not known`, {
    target: run,
    fix: `say them anew, or at least where files go: --out out/${run}`
  })
})

/** Settings with what flags replace. */
export const changed = (settings: RunSettings, told: Resuming<never, never>["told"]): RunSettings => {
  const replaced = Struct.keys(flags.answerer)
  const isReplaced = replaced.some((name) => told[name] !== undefined)
  return { ...(isReplaced ? Struct.omit(settings, replaced) : settings), ...flags.settingsOf(told) }
}
