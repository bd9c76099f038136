// A call of a model: what can be set for it, and the conversation until a reply can be used. In: the opening messages.
// Out: a decoded output. The work of a model step (step) calls it; the engine hears of each reply through the context.

import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { DeltaSink } from "../../DeltaSink.ts"
import { LlmClient, type Service } from "../../LlmClient.ts"
import { ContentRefused, InvalidResponse, LlmError, TimedOut } from "../../LlmError.ts"
import type { LlmReply } from "../../LlmReply.ts"
import { type LlmRequest, type Message, Parameters, type ResponseFormat } from "../../LlmRequest.ts"
import * as Usage from "../../Usage.ts"
import { type AnyCodec, givenOf, type JsonCodec } from "../json/codec.ts"
import { OutputParseError, type OutputParser } from "../parser/outputParser.ts"
import { documentOf } from "../standard/told.ts"
import { excerpt } from "../text/excerpt.ts"
import { optional } from "../words/field.ts"
import { told } from "../words/told.ts"
import type { StepContext } from "./context.ts"
import { repairMessage } from "./repairMessage.ts"

const expected =
  'a span of time such as "90 seconds" or "5 minutes": a number, and millis, seconds, minutes, hours or days'

/** A span of time as text, which a configuration and code write alike. */
export const Span = Schema.TemplateLiteral([
  Schema.Finite,
  " ",
  Schema.Literals(["millis", "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days"])
])
  .annotate({ expected })
  .check(Schema.isPattern(/^[1-9]\d{0,5}(?:\.\d{1,3})? [a-z]+$/, { expected }))

/** What can be set for a step that asks a model: in its code, and by a configuration. */
export const ModelSettings = Schema.Struct({
  model: optional(
    Schema.Union([Schema.String, Schema.NonEmptyArray(Schema.String)]),
    "A model's alias, or several: the next is asked when repairs of the one before are used up."
  ),
  parameters: optional(Parameters, "How the model is to answer; they count one by one."),
  repair: optional(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    "How often a step asks again when a reply does not parse; 2 by default."
  ),
  timeout: optional(
    Span,
    "How long a step may wait for replies, all of them together: `5 minutes`. No limit by default."
  )
})
export type ModelSettings = typeof ModelSettings.Type

/** Settings with their defaults. */
export interface CallSettings extends Omit<ModelSettings, "model"> {
  readonly models: readonly [string, ...ReadonlyArray<string>]
  readonly parameters: Parameters
  readonly repair: number
}

/** Of several settings the last that says something counts; parameters count one by one. */
export const merge = (...all: ReadonlyArray<ModelSettings>): ModelSettings => {
  const parameters: Parameters = Object.assign({}, ...all.map(({ parameters }) => parameters))
  return { ...Object.assign({}, ...all.map(settingsOf)), parameters }
}

export const settle = ({ model = "default", parameters = {}, repair = 2, ...others }: ModelSettings): CallSettings => ({
  ...others,
  models: typeof model === "string" ? [model] : model,
  parameters,
  repair
})

const names = new Set(Object.keys(ModelSettings.fields))

/** The settings among options. */
export const settingsOf = (options: ModelSettings): ModelSettings =>
  Object.fromEntries(Object.entries(options).filter(([name, value]) => names.has(name) && value !== undefined))

/** No reply of the model could be used, repairs and further models included. `usage` is what all of them cost. */
export class StepOutputError extends told(
  Schema.TaggedError<StepOutputError>()("StepOutputError", {
    step: Schema.String,
    turns: Schema.Int,
    usage: Usage.Usage,
    /** What was wrong with the last reply. */
    reason: OutputParseError
  }),
  "reason"
) {
  override get message() {
    const tries = this.turns === 1 ? "1 reply" : `${this.turns} replies`
    return `${this.step}: none of ${tries} could be used. ${this.reason.message}`
  }
}

interface Call {
  readonly step: string
  readonly settings: CallSettings
  readonly format: ResponseFormat
  readonly parser: OutputParser<unknown>
  readonly output: JsonCodec<unknown>
  /** What is wrong with an output beside the input of this call. */
  readonly check?: ((output: unknown) => string | undefined) | undefined
}

/** The response format that a parser asks for. */
export const formatOf = (name: string, parser: OutputParser<unknown>, output: JsonCodec<unknown>): ResponseFormat =>
  parser.format === "text" ? { type: "text" } : { type: "json", name, schema: jsonSchema(output.schema) }

/** A Schema as a model, or another process, is told of it. */
export const jsonSchema = (schema: AnyCodec): Schema.Json => {
  const { definitions, schema: root } = documentOf(schema)
  // a JSON Schema document is JSON
  return (Object.keys(definitions).length === 0 ? root : { ...root, $defs: definitions }) as Schema.Json
}

/** Asks until a reply parses: each model in turn with the opening messages, then with its own failures quoted. */
export const ask = Effect.fnUntraced(function* (
  call: Call,
  opening: ReadonlyArray<Message>,
  { fresh, path, recall, replied, restore, run }: StepContext
): Effect.fn.Return<unknown, StepOutputError | LlmError, LlmClient> {
  const { format, parser, settings, step } = call
  const client = yield* LlmClient
  const listen = yield* DeltaSink
  const { models, parameters, repair } = settings
  const { timeout } = settings
  const within = timeout === undefined ? identity : yield* inTime(timeout)
  let usage = Usage.zero
  let turn = 0
  let failure: OutputParseError | undefined
  for (const model of models) {
    let messages = opening
    for (let repairs = 0; repairs <= repair; repairs++) {
      turn++
      const metadata = { run, path, step, turn, ...(fresh && { fresh }) }
      const request: LlmRequest = { model, messages, format, parameters, metadata }
      const told = listen?.({ path, step, turn, parser })
      const recalled = yield* recall(request)
      const reply =
        recalled ??
        (yield* restore(within(told === undefined ? client.generate(request) : streamed(client, request, told))))
      if (recalled === undefined) yield* replied(request, reply)
      usage = Usage.add(usage, reply.usage)
      yield* Effect.annotateCurrentSpan(spanAttributes(request, reply, usage))
      if (reply.finishReason === "content-filter") return yield* refused(reply)
      const value = read(call, reply)
      if (Result.isSuccess(value)) return value.success
      failure = value.failure
      if (reply.finishReason === "length") break
      messages = messages.concat([
        { role: "assistant", content: reply.text },
        { role: "user", content: repairMessage(parser, failure) }
      ])
    }
  }
  // models is never empty, so there was a reply and it failed
  return yield* new StepOutputError({ step, turns: turn, usage, reason: failure! })
})

/** Gives up waiting when the time of a step is over; a reply that has come is kept. */
const inTime = (timeout: typeof Span.Type) =>
  Effect.map(Clock.currentTimeMillis, (began) => {
    const after = Duration.fromInputUnsafe(timeout)
    const late = new LlmError({
      reason: new TimedOut({ detail: "the step has no time left to wait for a reply", after })
    })
    return <A, R>(asked: Effect.Effect<A, LlmError, R>) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const left = Duration.millis(began + Duration.toMillis(after) - now)
        return Effect.timeoutOrElse(asked, { duration: left, orElse: () => Effect.fail(late) })
      })
  })

/** The reply to a request, with its text told as it comes. */
const streamed = Effect.fnUntraced(function* (
  client: Service,
  request: LlmRequest,
  told: (piece: string | undefined) => void
): Effect.fn.Return<LlmReply, LlmError> {
  let reply: LlmReply | undefined
  yield* Stream.runForEach(client.stream(request), (part) =>
    Effect.sync(() => {
      if (part._tag === "Finished") reply = part.reply
      else told(part._tag === "Delta" ? part.text : undefined)
    })
  )
  if (reply !== undefined) return reply
  return yield* new LlmError({ reason: new InvalidResponse({ detail: "the stream ended without the whole reply" }) })
})

/**
 * By OpenTelemetry's conventions for generative AI; the usage is that of all turns so far. The span is that of the step:
 * an operation of its own has each request.
 */
const spanAttributes = (request: LlmRequest, reply: LlmReply, usage: Usage.Usage) => ({
  "gen_ai.request.model": request.model,
  "gen_ai.response.finish_reasons": [reply.finishReason],
  ...(reply.model !== undefined && { "gen_ai.response.model": reply.model }),
  ...(reply.id !== undefined && { "gen_ai.response.id": reply.id }),
  ...(usage.input !== undefined && { "gen_ai.usage.input_tokens": usage.input }),
  ...(usage.output !== undefined && { "gen_ai.usage.output_tokens": usage.output })
})

const shown = 120

/** What a filter left of a reply is no result, even where it would parse. */
const refused = ({ text, usage }: LlmReply) => {
  const detail = `a content filter ended the reply: ${excerpt(text, shown)}`
  return new LlmError({ reason: new ContentRefused({ detail, usage }) })
}

/** What a step makes of a reply. */
export const read = ({ check, output, parser }: Call, reply: LlmReply): Result.Result<unknown, OutputParseError> => {
  if (reply.finishReason === "length") return Result.fail(cutOff(reply))
  const misfit = (expected: string, detail: string) =>
    new OutputParseError({ expected, found: excerpt(reply.text, shown), place: "", detail, truncated: false })
  return Result.flatMap(parser.parse(reply.text), (parsed) => {
    const value = Result.mapError(output.decode(parsed), ({ cause, message }) => {
      // no other reply would change that
      if (Predicate.isTagged(cause, "DefinitionError")) throw cause
      return misfit("a value that fits the output's Schema", message)
    })
    if (Result.isFailure(value)) return value
    const problem = check?.(value.success)
    if (problem) return Result.fail(misfit("an answer that fits what was asked", problem))
    return Result.succeed(givenOf(output, parsed, value.success))
  })
}

const cutOff = (reply: LlmReply) =>
  new OutputParseError({
    expected: "a whole reply",
    found: reply.text.slice(-shown),
    place: "end of the reply",
    detail: `the reply was cut off after ${reply.usage.output ?? "an unknown number of"} tokens: raise maxOutputTokens, choose another model, or ask for less in one step`,
    truncated: true
  })
