import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import * as Sse from "effect/encoding/Sse"
import type { StreamPart } from "@stepwright/core/LlmClient"
import {
  InvalidResponse,
  isLlmError,
  LlmError,
  NetworkFailure,
  TimedOut,
  type LlmErrorReason
} from "@stepwright/core/LlmError"
import * as providerFault from "./fault.ts"
import { parseJson } from "./lenient.ts"
import type { Api } from "./wireFormat.ts"

/** How long a stream may take. */
export interface Limits {
  readonly model: string
  /** From one byte to the next. */
  readonly idle: Duration.Duration
  /** From the request to its end. */
  readonly total: Duration.Duration
  /** When the request left, in milliseconds since 1970. */
  readonly began: number
}

/**
 * `bytes` with an end to how long each pull may take. Whoever reads slowly takes part of the total, none of the idle
 * time.
 */
export const timed = <A>(bytes: Stream.Stream<A, LlmError>, { model, idle, total, began }: Limits) =>
  Stream.transformPull(bytes, (pull) =>
    Effect.map(Clock.Clock, (clock) =>
      Effect.suspend(() => {
        const left = began + Duration.toMillis(total) - clock.currentTimeMillisUnsafe()
        const stalls = Duration.toMillis(idle) < left
        const reason = stalls
          ? new TimedOut({ detail: `the stream from ${model} stalls`, after: idle, permanent: true })
          : new TimedOut({ detail: `no whole reply from ${model}`, after: total })
        return Effect.timeoutOrElse(pull, {
          duration: stalls ? idle : Duration.millis(Math.max(0, left)),
          orElse: () => fail(reason)
        })
      })
    )
  )

/**
 * The parts of a streamed reply, from the text of a response whose type is not that of something else.
 *
 * **Fails with** NetworkFailure, when it ends too early; InvalidResponse, when it is no stream of the API; by its code,
 * when it holds an error.
 */
export const parts = (text: Stream.Stream<string, LlmError>, api: Api, faults: providerFault.Faults) =>
  Stream.transformPull(text, (pull) => Effect.sync(() => reader(pull, api, faults)))

const reader = (
  pull: Pull.Pull<Arr.NonEmptyReadonlyArray<string>, LlmError>,
  api: Api,
  faults: providerFault.Faults
): Pull.Pull<Arr.NonEmptyReadonlyArray<StreamPart>, LlmError> => {
  const collector = api.collect()
  const events: Array<Sse.Event> = []
  const parser = Sse.makeParser((event) => void (event._tag === "Event" && events.push(event)))
  let begun = false
  let over = false

  const finish = (body: unknown, deltas: ReadonlyArray<StreamPart>) =>
    Effect.map(api.reply(body, faults), (reply) => {
      over = true
      return Arr.append(deltas, { _tag: "Finished" as const, reply })
    })

  const read = (texts: ReadonlyArray<string>) => {
    for (const text of texts) {
      const tooLarge = parser.feed(text)
      if (tooLarge !== undefined) return fail(new InvalidResponse({ detail: tooLarge.message, permanent: true }))
    }
    const deltas: Array<StreamPart> = []
    for (const event of events.splice(0)) {
      const { data } = event
      begun = true
      if (api.isEnd(event)) return finish(collector.body(true) ?? {}, deltas)
      const value = Option.getOrUndefined(parseJson(data))
      const error = event.event === "error" ? (errorIn(value) ?? value ?? data) : errorIn(value)
      if (error !== undefined) return fail(providerFault.reasonOfEvent(error, faults))
      const added = collector.add(value)
      if (added === undefined) return fail(new InvalidResponse({ detail: `a malformed chunk: ${faults.quote(data)}` }))
      if (added !== "") deltas.push({ _tag: "Delta", text: added })
    }
    return Arr.isArrayNonEmpty(deltas) ? Effect.succeed(deltas) : next
  }

  /** A connection that ends, in whatever way, after the whole reply has lost nothing of it. */
  const ended = (failure: Effect.Effect<never, LlmError>) => {
    const body = collector.body(false)
    return body === undefined ? failure : finish(body, [])
  }

  /** The failure, with the input that was said to be counted; how much output it was, only a whole reply says. */
  const costly = (error: LlmError) => {
    if (error.knownUsage !== undefined) return error
    const { output: _, reasoning: __, ...read } = api.usage(collector.spent())
    return read.input === undefined ? error : new LlmError({ reason: error.reason, usage: read })
  }

  const next: Pull.Pull<Arr.NonEmptyReadonlyArray<StreamPart>, LlmError> = Effect.suspend(() =>
    over
      ? Cause.done()
      : Pull.matchEffect(pull, {
          onSuccess: read,
          onFailure: (cause) => ended(Effect.failCause(cause)),
          onDone: () => ended(fail(new NetworkFailure({ detail: tooEarly(begun), permanent: true })))
        })
  )
  return Effect.mapError(next, (error) => (isLlmError(error) ? costly(error) : error))
}

const errorIn = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return undefined
  if ("error" in value && value.error !== null) return value.error
  return "type" in value && value.type === "error" ? value : undefined
}

const tooEarly = (begun: boolean) =>
  begun ? "the stream ended before the reply was whole" : "the stream ended before it began"

const fail = (reason: LlmErrorReason) => Effect.fail(new LlmError({ reason }))
