// What the bridge uses of `LanguageModelV4` of `@ai-sdk/provider`, whose models are of these types, and the other way round.

import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"

/** Two types of the web platform as Effect names them: the compiler of a program need not know them. */
type AbortSignal = Parameters<Parameters<typeof Effect.promise<unknown>>[0]>[0]
type ReadableStream<A> = ReturnType<Parameters<typeof Stream.fromReadableStream<A, never>>[0]["evaluate"]>

/** A model of the AI SDK, of version 4 of its provider interface. */
export interface LanguageModel {
  readonly specificationVersion: "v4"
  readonly provider: string
  readonly modelId: string
  supportedUrls: Record<string, Array<RegExp>> | PromiseLike<Record<string, Array<RegExp>>>
  doGenerate(options: CallOptions): PromiseLike<GenerateResult>
  doStream(options: CallOptions): PromiseLike<StreamResult>
}

export interface CallOptions {
  prompt: Array<PromptMessage>
  maxOutputTokens?: number
  temperature?: number
  stopSequences?: Array<string>
  seed?: number
  reasoning?: "provider-default" | "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max"
  responseFormat?: { type: "text" } | { type: "json"; schema?: object; name?: string; description?: string }
  abortSignal?: AbortSignal
  providerOptions?: ProviderOptions
}

/** What only one provider knows, by its name. */
export type ProviderOptions = Record<string, JsonObject>

type JsonValue = null | string | number | boolean | Readonly<JsonObject> | ReadonlyArray<JsonValue>
type JsonObject = { [name: string]: JsonValue | undefined }

export type PromptMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: Array<TextPart> }
  | { role: "assistant"; content: Array<TextPart> }

export interface TextPart {
  type: "text"
  text: string
}

export interface GenerateResult<C = Content> {
  content: Array<C>
  structuredOutputText?: string
  finishReason: FinishReason
  usage: TokenUsage
  response?: ResponseMetadata
  warnings: Array<Warning>
}

export interface StreamResult<P = Part> {
  stream: ReadableStream<P>
}

export interface ResponseMetadata {
  id?: string
  modelId?: string
}

/** Text, or what no reply here is made of. */
export type Content = TextPart | { type: OtherContent; providerExecuted?: boolean }
type OtherContent =
  | "custom"
  | "file"
  | "reasoning"
  | "reasoning-file"
  | "source"
  | "tool-approval-request"
  | "tool-call"
  | "tool-result"

/** What a streamed reply of text is made of. */
export type OwnPart =
  | { type: "text-start"; id: string }
  | { type: "text-delta"; id: string; delta: string }
  | { type: "text-end"; id: string }
  | { type: "stream-start"; warnings: Array<Warning> }
  | ({ type: "response-metadata" } & ResponseMetadata)
  | { type: "finish"; usage: TokenUsage; finishReason: FinishReason }
  | { type: "error"; error: unknown }

export type Part = OwnPart | { type: OtherContent | OtherPart; providerExecuted?: boolean }
type OtherPart =
  | "ping"
  | "raw"
  | "reasoning-start"
  | "reasoning-delta"
  | "reasoning-end"
  | "tool-input-start"
  | "tool-input-delta"
  | "tool-input-end"

export interface FinishReason {
  unified: "stop" | "length" | "content-filter" | "tool-calls" | "error" | "interrupted" | "other"
  raw: string | undefined
}

export interface TokenUsage {
  inputTokens: {
    total: number | undefined
    noCache: number | undefined
    cacheRead: number | undefined
    cacheWrite: number | undefined
  }
  outputTokens: { total: number | undefined; text: number | undefined; reasoning: number | undefined }
}

/** What a provider has left out of a request, or says of it. */
export type Warning =
  | { type: "unsupported"; feature: string; details?: string }
  | { type: "compatibility"; feature: string; details?: string }
  | { type: "deprecated"; setting: string; message: string }
  | { type: "other"; message: string }

/** A model that takes whatever the AI SDK may ask of one. */
export interface ProvidedModel extends Omit<LanguageModel, "doGenerate" | "doStream"> {
  doGenerate(options: GivenOptions): Promise<GenerateResult<TextPart>>
  doStream(options: GivenOptions): Promise<StreamResult<OwnPart>>
}

/** What a caller of the AI SDK may ask for besides what a request has. */
export interface GivenOptions extends Omit<CallOptions, "prompt"> {
  prompt: ReadonlyArray<GivenMessage>
  topP?: number
  topK?: number
  presencePenalty?: number
  frequencyPenalty?: number
  tools?: ReadonlyArray<unknown>
  headers?: Readonly<Record<string, string | undefined>>
}

interface GivenMessage {
  readonly role: "system" | "user" | "assistant" | "tool"
  readonly content: string | ReadonlyArray<{ readonly type: string; readonly text?: unknown }>
}
