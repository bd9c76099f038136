import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { Answerer, Answering } from "../../internal/services/answering.ts"
import { configuration } from "../base/cliError.ts"
import { defined } from "../base/defined.ts"
import { oneLine } from "../base/format.ts"
import { effective } from "../config/effective.ts"
import type { Settings } from "../run/settings.ts"

const caps = ["maxCalls", "maxTokens", "maxUsd", "concurrency"] as const

/**
 * What of a run's own settings counts where a worker has it, since somebody else wrote them: its caps, its model and how
 * that is asked. No path, program, address or sandbox is among it.
 */
const Wanted = Schema.Struct(
  Struct.pick(Answering.fields, [
    ...caps,
    "provider",
    "model",
    "temperature",
    "maxOutputTokens",
    "reasoningEffort",
    "structuredOutput",
    "cache"
  ])
)

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Wanted))

/** The settings of a run: what the worker was told, what the run wants besides, and of two caps the smaller. */
export const settingsOf = Effect.fnUntraced(function* (
  told: Answering,
  run: { readonly run: string; readonly out: string; readonly settings: string | undefined }
) {
  const wanted = yield* Effect.mapError(decode(run.settings ?? "{}"), (cause) =>
    configuration(`its settings cannot be read: ${oneLine(cause.message)}`, { target: run.run, cause })
  )
  const own = yield* effective(told)
  const { record, relay, replay } = own
  // who was told to ask nobody asks nobody
  const isAnswered = [record, relay, replay].some((one) => one !== undefined) || isTold(told)
  const more = isAnswered ? Struct.omit(wanted, ["provider", "model"]) : wanted
  const least = caps.flatMap((cap) => {
    const both = [own[cap], wanted[cap]].filter((value) => value !== undefined)
    return both.length === 0 ? [] : [[cap, Math.min(...both)] as const]
  })
  const settings = yield* effective({ ...more, ...defined(told), ...Object.fromEntries(least) })
  return { format: 1, ...settings, out: run.out } satisfies Settings
})

/** Whether somebody said who answers. */
const isTold = (told: Answering) => Struct.keys(Answerer.fields).some((name) => told[name] !== undefined)
