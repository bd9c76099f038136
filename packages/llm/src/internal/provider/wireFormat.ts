import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Sse from "effect/encoding/Sse"
import type { LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { Usage } from "@stepwright/core/Usage"
import { shorten } from "../around/shownRequest.ts"
import type { Dialect } from "./fault.ts"

/** The wire format of a provider: JSON over HTTP, streams as server-sent events. */
export interface Api {
  readonly path: string
  /** What a body asks for besides when the reply is to be streamed. */
  readonly streamed: Readonly<Record<string, unknown>>
  /**
   * The reply that a response body holds.
   *
   * **Fails with** InvalidResponse, when it is none; ContentRefused, when the model or its filter refused.
   */
  readonly reply: (body: unknown, quote: Quote) => Effect.Effect<LlmReply, LlmError>
  /** What a response body says about tokens, whatever else is wrong with it. */
  readonly usage: (body: unknown) => Usage
  readonly collect: () => Collector
  /** Whether an event says no more than that the stream is over. */
  readonly isEnd: (event: Sse.Event) => boolean
  readonly dialect: Dialect
}

/** What the events of one stream add up to. */
export interface Collector {
  /** The text that an event adds to the reply; undefined when it is no event of the API. */
  readonly add: (event: unknown) => string | undefined
  /** The response body that the events stand for, undefined as long as it is not whole. `done`: the server said so. */
  readonly body: (done: boolean) => unknown
  /** A response body with what the events said of tokens so far. */
  readonly spent: () => unknown
}

/** Text from a server as an error shows it: short, and without the key, which a server may quote. */
export type Quote = (text: string, limit?: number) => string

export const quoteWithout =
  (key: string): Quote =>
  (text, limit = 300) =>
    shorten(key.length < shortestSecret ? text : text.replaceAll(key, "<key>"), limit)

/** A shorter key, such as the `any` that local servers take, is no secret, and may be part of a word. */
const shortestSecret = 8

/** What servers leave out, or say is null. */
export const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** What is unknown, instead of a fault of all around it, when it does not fit. */
export const lenient = <S extends Schema.Constraint>(schema: S) =>
  Schema.optionalKey(
    Schema.UndefinedOr(schema).pipe(Schema.catchDecoding(() => Effect.succeed(Option.some(undefined))))
  )

export const Tokens = lenient(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))

/** A usage of what is known in it. */
export const known = (counts: { readonly [K in keyof Usage]-?: number | undefined }): Usage => {
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {}
  for (const key of ["input", "cachedInput", "output", "reasoning"] as const) {
    const count = counts[key]
    if (count !== undefined) usage[key] = count
  }
  return usage
}
