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
import type { LlmReply } from "@stepwright/core/LlmReply"
import {
  InvalidResponse,
  isLlmError,
  LlmError,
  NetworkFailure,
  TimedOut,
  type LlmErrorReason
} from "@stepwright/core/LlmError"
import { type Faults, reasonOfProblem } from "./fault.ts"
import { parseJson } from "../structured/lenient.ts"
import { problemIn } from "./problem.ts"
import * as response from "./response.ts"
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
          ? new TimedOut({ detail: `the stream from ${model} stalls`, after: idle, once: true })
          : new TimedOut({ detail: `no whole reply from ${model}`, after: total })
        return Effect.timeoutOrElse(pull, {
          duration: stalls ? idle : Duration.millis(Math.max(0, left)),
          orElse: () => fail(reason)
        })
      })
    )
  )

/**
 * The parts of a reply, from the text of a response: of events, or of a whole reply, which comes as one piece of text.
 *
 * **Fails with** NetworkFailure, when it ends too early; InvalidResponse, when it is no stream of the API; by its code,
 * when it holds an error.
 */
export const parts = (text: Stream.Stream<string, LlmError>, api: Api, faults: Faults) =>
  Stream.transformPull(text, (pull) => Effect.sync(() => reader(pull, api, faults)))

/** The reply that parts end with. */
export const last = <E>(parts: Stream.Stream<StreamPart, E>): Effect.Effect<LlmReply, E> =>
  Stream.flatMap(parts, (part) => (part._tag === "Finished" ? Stream.succeed(part.reply) : Stream.empty)).pipe(
    Stream.runHead,
    // Parts end with the reply, or fail.
    Effect.flatMap((reply) => Effect.orDie(Effect.fromOption(reply)))
  )

type Parts = Pull.Pull<Arr.NonEmptyReadonlyArray<StreamPart>, LlmError>

const reader = (pull: Pull.Pull<Arr.NonEmptyReadonlyArray<string>, LlmError>, api: Api, faults: Faults): Parts => {
  const collector = api.collect()
  const events: Array<Sse.Event> = []
  const named = errorsNamed()
  const stray = strays()
  const parser = Sse.makeParser((event) => void (event._tag === "Event" && events.push(event)))
  /** The text so far, as long as it is no events. */
  let body = ""
  let form: ReturnType<typeof response.formOf>
  let begun = false
  let closed = false
  let over = false

  const finish = (body: unknown, deltas: ReadonlyArray<StreamPart>) =>
    Effect.map(response.replyOf(body, api, faults), (reply) => {
      over = true
      return Arr.append(deltas, { _tag: "Finished" as const, reply })
    })

  const whole = Effect.suspend(() =>
    Effect.map(response.reply(body, api, faults), (reply) => {
      over = true
      const finished = { _tag: "Finished" as const, reply }
      return reply.text === "" ? Arr.of(finished) : Arr.make({ _tag: "Delta" as const, text: reply.text }, finished)
    })
  )

  const read = (texts: ReadonlyArray<string>): Parts => {
    const text = texts.join("")
    if (form !== "events") {
      // What is blank before either form is no part of it, and may have no end.
      form ??= response.formOf(text)
      if (form !== undefined) body += text
      if (form !== "events") return next
    }
    stray.feed(body || text)
    const tooLarge = parser.feed(named(body || text))
    body = ""
    return tooLarge === undefined
      ? take(events.splice(0), next)
      : fail(new InvalidResponse({ detail: tooLarge.message, permanent: true }))
  }

  /** The parts that events are, or what else there is when they are none. */
  const take = (events: ReadonlyArray<Sse.Event>, otherwise: Parts): Parts => {
    const deltas: Array<StreamPart> = []
    for (const event of events) {
      for (const { data, value } of piecesOf(event, api)) {
        begun = true
        if (api.isEnd({ ...event, data })) return finish(collector.body(true) ?? {}, deltas)
        const problem = problemIn(value ?? data, event.event === "error")
        if (problem !== undefined) return fail(reasonOfProblem(problem, faults))
        const added = collector.add(value, event.event)
        if (added === undefined)
          return fail(new InvalidResponse({ detail: `a malformed chunk: ${faults.quote(data)}` }))
        if (added !== "") deltas.push({ _tag: "Delta", text: added })
      }
    }
    return Arr.isArrayNonEmpty(deltas) ? Effect.succeed(deltas) : otherwise
  }

  /** A connection that ends, in whatever way, after the whole reply has lost nothing of it. */
  const ended = (failure: Effect.Effect<never, LlmError>) => {
    const body = collector.body(false)
    if (body !== undefined) return finish(body, [])
    const problem = problemIn(Option.getOrUndefined(parseJson(stray.text())))
    return problem === undefined ? failure : fail(reasonOfProblem(problem, faults))
  }

  /** The failure, with the input that was said to be counted; how much output it was, only a whole reply says. */
  const costly = (error: LlmError) => {
    if (error.knownUsage !== undefined) return error
    const { output: _, reasoning: __, ...read } = api.usage(collector.spent())
    return read.input === undefined ? error : new LlmError({ reason: error.reason, usage: read })
  }

  const early = Effect.suspend(() => {
    const text = stray.text().trim()
    return ended(
      fail(
        begun || text === ""
          ? new NetworkFailure({ detail: tooEarly(begun), once: true })
          : new InvalidResponse({ detail: `the response is no stream: ${faults.quote(text, 200)}` })
      )
    )
  })

  const done = Effect.suspend(() => {
    if (form === "body") return whole
    closed = true
    parser.feed("\n\n")
    // An event that is whole needs no line break after it; half of one is no malformed one.
    const isWhole = (event: Sse.Event) =>
      piecesOf(event, api).every(({ data, value }) => value !== undefined || api.isEnd({ ...event, data }))
    return take(events.splice(0).filter(isWhole), early)
  })

  const next: Parts = Effect.suspend(() =>
    over
      ? Cause.done()
      : closed
        ? early
        : Pull.matchEffect(pull, {
            onSuccess: read,
            onFailure: (cause) => ended(Effect.failCause(cause)),
            onDone: () => done
          })
  )
  return Effect.mapError(next, (error) => (isLlmError(error) ? costly(error) : error))
}

/** What makes of a field `error`, which llama.cpp sends and no parser knows, an event of that name. */
const errorsNamed = () => {
  let starts = true
  let held = ""
  return (text: string): string => {
    // The first character says whether a line begins after it.
    const all = `${starts ? "\n" : " "}${held}${text}`
    held = /\n(e(?:r(?:r(?:or?)?)?)?)$/u.exec(all)?.[1] ?? ""
    const whole = all.slice(0, all.length - held.length)
    starts = whole.endsWith("\n")
    return whole.replaceAll("\nerror:", "\nevent: error\ndata:").slice(1)
  }
}

/** The text that is no line of events: a server that fails in a stream may send the error as it does elsewhere. */
const strays = () => {
  let text = ""
  let line = ""
  const add = (line: string) => {
    if (!isField.test(line) && text.length < mostStray) text += `${line}\n`
  }
  return {
    feed: (more: string) => {
      const [first = "", ...others] = more.split("\n")
      line += first
      for (const next of others) {
        add(line)
        line = next
      }
      // Whether it is a field, its beginning says.
      line = line.slice(0, isField.test(line) ? 10 : mostStray)
    },
    text: () => (isField.test(line) ? text : `${text}${line}`)
  }
}

const isField = /^\uFEFF?(?:data|event|id|retry|error)?:|^\s*$/u

/** Far more than an error needs. **Units** characters */
const mostStray = 100_000

/** The data of an event and the JSON in it, if it is JSON. */
interface Piece {
  readonly data: string
  readonly value: unknown
}

const pieceOf = (said: string): Piece => {
  // Some proxies name the field that a server has named.
  const data = said.replace(/^(?:data: *)+/u, "")
  return { data, value: Option.getOrUndefined(parseJson(data)) }
}

/** What an event has: none where it is a comment, or says by its name that the server is there; several where no more than a line break is between them. */
const piecesOf = (event: Sse.Event, api: Api): ReadonlyArray<Piece> => {
  const lines = event.data.split("\n").filter((line) => !/^\s*(?::|$)/u.test(line))
  const whole = pieceOf(event.data)
  if (whole.value === undefined && isSign.test(event.event) && !api.isEnd(event)) return []
  if (lines.length < 2 || whole.value !== undefined) return lines.length === 0 ? [] : [whole]
  const pieces = lines.map(pieceOf)
  return pieces.every(({ data, value }) => value !== undefined || api.isEnd({ ...event, data })) ? pieces : [whole]
}

/** The names of events that say no more than that the server is there, or done, in whatever words. */
const isSign = /^(?:ping|heartbeat|keep-?alive|done|end|close)$/iu

const tooEarly = (begun: boolean) =>
  begun ? "the stream ended before the reply was whole" : "the response is empty, it ended before it began"

const fail = (reason: LlmErrorReason) => Effect.fail(new LlmError({ reason }))
