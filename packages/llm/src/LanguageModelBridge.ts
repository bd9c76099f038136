import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import type * as AiError from "effect/ai/AiError"
import * as LanguageModel from "effect/ai/LanguageModel"
import { ModelName } from "effect/ai/Model"
import * as Prompt from "effect/ai/Prompt"
import type * as Response from "effect/ai/Response"
import { CurrentSpanTransformer } from "effect/ai/Telemetry"
import * as LlmClient from "@stepwright/core/LlmClient"
import { InvalidRequest, LlmError, NetworkFailure } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest, Message, Parameters } from "@stepwright/core/LlmRequest"
import * as Attempts from "./Attempts.ts"
import * as aiFault from "./internal/effect-ai/fault.ts"
import * as aiObject from "./internal/effect-ai/object.ts"
import * as aiReply from "./internal/effect-ai/reply.ts"
import * as structuredOutput from "./internal/structured/structuredOutput.ts"

/** How a provider takes parameters: `LanguageModel` itself has none. */
export interface Settings<I, S extends object> {
  /** The service that the provider reads with each request, `Config` in most provider packages. */
  readonly service: Context.Key<I, S>
  /** What each parameter is there. One that has no entry is refused. */
  readonly parameters: { readonly [K in keyof Parameters]?: (value: NonNullable<Parameters[K]>) => Partial<S> }
}

export interface Options<I = never, S extends object = object> {
  /** The model's name, which requests may use beside `default`. */
  readonly model?: string
  /** Without them, a request that has parameters is refused. */
  readonly settings?: Settings<I, S>
  /** How a schema is sent: by `generateObject` unless given, or in the messages. */
  readonly structuredOutput?: "object" | "instructions"
}

/**
 * A language model of `effect/ai`, whoever provides it, as a client. Each request is made once and reported to the
 * `AttemptSink`. Its `stream` gives text as it comes, and an object at once, as `LanguageModel` cannot stream one.
 *
 * **Fails with** InvalidRequest, for another model than this one and for parameters that `settings` do not have; by the
 * reason of the `AiError`.
 */
export const fromLanguageModel = <I = never, S extends object = object>(
  model: LanguageModel.LanguageModel,
  options: Options<I, S> = {}
): LlmClient.Service => {
  const clientFor = Effect.fnUntraced(function* (request: LlmRequest) {
    if (request.model !== "default" && request.model !== options.model) {
      return yield* refuse(unknownModel(request.model, options.model))
    }
    const context = yield* contextOf(request.parameters, options.settings)
    const { format } = request
    if (format.type === "text") return Attempts.make(textClient(model, request.messages, context))
    if (options.structuredOutput === "instructions") {
      const { messages } = structuredOutput.described(request.messages, format, "instructions")
      return Attempts.make(textClient(model, messages, context))
    }
    const asked = aiObject.of(format.schema)
    if (Result.isFailure(asked)) {
      return yield* refuse(
        `no object can be asked for by the schema ${JSON.stringify(format.name)} (${asked.failure}): ` +
          `change it, or set structuredOutput to "instructions"`
      )
    }
    const name = structuredOutput.nameOf(format)
    return Attempts.make(objectClient(model, request.messages, context, name, asked.success))
  })

  const { model: name } = options
  return { ...LlmClient.unwrap(clientFor), ...(name !== undefined && { identify: () => ({ model: name }) }) }
}

/**
 * `fromLanguageModel` of the `LanguageModel` below. Its name is that of the `Model` which provides it, where there is
 * one, unless given.
 */
export const layer = <I = never, S extends object = object>(
  options: Options<I, S> = {}
): Layer.Layer<LlmClient.LlmClient, never, LanguageModel.LanguageModel> =>
  Layer.effect(
    LlmClient.LlmClient,
    Effect.gen(function* () {
      const name = options.model ?? Option.getOrUndefined(yield* Effect.serviceOption(ModelName))
      const named = name === undefined ? options : { ...options, model: name }
      return fromLanguageModel(yield* LanguageModel.LanguageModel, named)
    })
  )

/** A settings' service for one request, on top of what the caller has set. */
const contextOf = Effect.fnUntraced(function* <I, S extends object>(
  parameters: Parameters,
  settings: Settings<I, S> | undefined
): Effect.fn.Return<Context.Context<never>, LlmError> {
  const left: Array<string> = []
  let own: Partial<S> = {}
  const take = <K extends keyof Parameters>(name: K, value: Parameters[K]) => {
    if (value === undefined) return
    const setting = settings?.parameters[name]
    if (setting === undefined) left.push(name)
    else own = { ...own, ...setting(value) }
  }
  for (const name of Struct.keys(parameters)) take(name, parameters[name])
  if (left.length > 0) {
    return yield* refuse(
      `a LanguageModel takes no ${left.join(", ")}: ` +
        `leave it out and set it where the model is made, or say by \`settings\` how its provider takes it`
    )
  }
  if (settings === undefined || Struct.keys(own).length === 0) return Context.empty()
  const outer = Option.getOrUndefined(yield* Effect.serviceOption(settings.service))
  // A provider has a default for each of its settings.
  return Context.make(settings.service, { ...outer, ...own } as S)
})

const promptOf = (messages: ReadonlyArray<Message>): Prompt.Prompt =>
  Prompt.fromMessages(
    messages.map(({ content, role }) => {
      if (role === "system") return Prompt.systemMessage({ content })
      const text = [Prompt.textPart({ text: content })]
      return role === "user" ? Prompt.userMessage({ content: text }) : Prompt.assistantMessage({ content: text })
    })
  )

// A call of a tool that was not offered would else be an error without its usage.
const toolless = { disableToolCallResolution: true, toolCallValidation: "deferred" } as const

const textClient = (
  model: LanguageModel.LanguageModel,
  messages: ReadonlyArray<Message>,
  context: Context.Context<never>
): LlmClient.Service => {
  const options = { prompt: promptOf(messages), ...toolless }
  return LlmClient.make(
    () =>
      model.generateText(options).pipe(
        Effect.provideContext(context),
        Effect.catch(failed),
        Effect.flatMap(({ content }) => replyOf(content))
      ),
    () =>
      model.streamText(options).pipe(
        Stream.provideContext(context),
        Stream.catch((error) => Stream.fromEffect(failed(error))),
        (parts) => Stream.transformPull(parts, (pull) => Effect.sync(() => reader(pull)))
      )
  )
}

const objectClient = (
  model: LanguageModel.LanguageModel,
  messages: ReadonlyArray<Message>,
  context: Context.Context<never>,
  objectName: string,
  { restore, schema, unwrap }: aiObject.Asked
): LlmClient.Service =>
  LlmClient.make(
    Effect.fnUntraced(function* () {
      const outer = yield* Effect.serviceOption(CurrentSpanTransformer)
      // An object that does not fit the schema is an error without usage and finish reason; this sees the whole reply.
      let content: ReadonlyArray<Response.AnyPart> | undefined
      const result = yield* model.generateObject({ prompt: promptOf(messages), objectName, schema, ...toolless }).pipe(
        Effect.provideContext(context),
        Effect.provideService(CurrentSpanTransformer, (options) => {
          content = options.response
          if (Option.isSome(outer)) outer.value(options)
        }),
        Effect.result
      )
      if (Result.isSuccess(result)) {
        const reply = yield* replyOf(result.success.content)
        return { ...reply, text: restore(reply.text, result.success.value) }
      }
      const { reason } = result.failure
      if (reason._tag !== "StructuredOutputError" || content === undefined) return yield* failed(result.failure)
      // Whoever asked says what is wrong with the text, and may ask again.
      const reply = yield* replyOf(content)
      return { ...reply, text: unwrap(reply.text) }
    })
  )

const replyOf = (content: ReadonlyArray<Response.AnyPart>): Effect.Effect<LlmReply, LlmError> => {
  const collector = aiReply.collect()
  for (const part of content) collector.add(part)
  return collector.reply
}

const reader = (
  pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Response.AnyPart>, LlmError>
): Pull.Pull<Arr.NonEmptyReadonlyArray<LlmClient.StreamPart>, LlmError> => {
  const collector = aiReply.collect()
  let over = false

  const read = (parts: ReadonlyArray<Response.AnyPart>) => {
    const deltas: Array<LlmClient.StreamPart> = []
    for (const part of parts) {
      if (part.type === "error") return failedPart(part.error)
      const text = collector.add(part)
      if (text !== "") deltas.push({ _tag: "Delta", text })
    }
    return Arr.isArrayNonEmpty(deltas) ? Effect.succeed(deltas) : next
  }

  /** A stream that ends, in whatever way, after the whole reply has lost nothing of it. */
  const ended = (failure: Effect.Effect<never, LlmError>) =>
    collector.isFinished()
      ? Effect.map(collector.reply, (reply) => {
          over = true
          return Arr.of<LlmClient.StreamPart>({ _tag: "Finished", reply })
        })
      : failure

  const next: Pull.Pull<Arr.NonEmptyReadonlyArray<LlmClient.StreamPart>, LlmError> = Effect.suspend(() =>
    over
      ? Cause.done()
      : Pull.matchEffect(pull, {
          onSuccess: read,
          onFailure: (cause) => ended(Effect.failCause(cause)),
          onDone: () => ended(tooEarly)
        })
  )
  return next
}

const failed = (error: AiError.AiError) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => new LlmError({ reason: aiFault.reasonOf(error, now) }))

const failedPart = (error: unknown) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => new LlmError({ reason: aiFault.reasonOfPart(error, now) }))

const tooEarly = Effect.fail(
  new LlmError({
    reason: new NetworkFailure({ detail: "the stream ended before the reply was whole", once: true })
  })
)

const refuse = (detail: string) => Effect.fail(new LlmError({ reason: new InvalidRequest({ detail }) }))

const unknownModel = (asked: string, name: string | undefined) =>
  `no model is called ${asked}; the model is ${name === undefined ? "default" : `default, or ${name}`}: ` +
  `give other models their aliases with LlmRegistry`
