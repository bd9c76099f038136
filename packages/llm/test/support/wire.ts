import type { Layer } from "effect"
import type { LlmErrorReason } from "@stepwright/core/LlmError"
import type { LlmClient } from "@stepwright/core/LlmClient"
import type { Usage } from "@stepwright/core/Usage"
import { send, type Behaviour } from "./server.ts"

/** What a model answers; what is left out is as usual. */
export interface Answer {
  readonly text?: string | null
  readonly refusal?: string
  readonly finish?: "stop" | "length" | "content_filter"
  readonly toolCall?: boolean
  /** `odd`: its details do not fit. */
  readonly usage?: boolean | Tokens | "odd"
}

interface Tokens {
  readonly input: number
  readonly output: number
}

/** The wire format of a provider: what the fault table needs to know of it. */
export interface Format<Api extends string = string> {
  readonly api: Api
  /** The client of the provider, at the address of a server. */
  readonly client: (url: string, patience?: Patience) => Layer.Layer<LlmClient>
  /** The body of a whole reply: of the model `model-2025`, 11 tokens long, 4 of them cached, and 7, 2 of them thought. */
  readonly body: (answer: Answer) => object
  /** What it says of its usage besides. */
  readonly said?: Usage
  /** The id in it. */
  readonly id: string
  /** The events of a stream, in two pieces of text: their data, or their lines. */
  readonly events: (answer: Answer) => ReadonlyArray<string>
  /** How many of the events are there when the first piece of text is. */
  readonly begun: number
  /** Body and events of a reply in which the list that holds it is as given. */
  readonly holding: (list: ReadonlyArray<never> | undefined) => { readonly body: object; readonly events: Events }
  /** Status and body of a fault, and the event for it in a stream, by its code in the fault table. */
  readonly fault: (status: number, code: string | null) => { readonly status: number; readonly body: object }
  readonly errorEvent: (code: string) => string
  /** The rows that the format cannot meet, and why. */
  readonly never: Readonly<Record<string, string>>
  /** The rows that come to something else by this client, and why. */
  readonly differs?: Readonly<Record<string, Difference>>
}

type Events = ReadonlyArray<string>

export interface Difference {
  readonly want?: LlmErrorReason["_tag"] | "reply"
  readonly requests?: 1 | 2 | 3
  readonly says?: RegExp
  readonly wait?: number
  readonly reply?: object
  readonly why: string
}

/** How long a client waits. **Units** milliseconds */
export interface Patience {
  readonly timeout: number
  readonly idleTimeout: number
}

/** A format, streaming or not. */
export interface Wire<Api extends string = string> extends Format<Api> {
  readonly streamed: boolean
  readonly answer: (answer: Answer) => Behaviour
}

/** Sends events, then ends the body, kills the socket or says nothing more. */
export const sse =
  (events: Events, then: "end" | "destroy" | "stall" = "end"): Behaviour =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.flushHeaders()
    const last = () => {
      if (then === "end") response.end()
      if (then === "destroy") setTimeout(() => response.socket?.destroy(), 10)
    }
    const lines = events.map((event) => (/^(?:event)?:/u.test(event) ? event : `data: ${event}`))
    response.write(lines.map((line) => `${line}\n\n`).join(""), last)
  }

/** A text as a model writes it: in two pieces. */
export const pieces = (text: string) => [text.slice(0, 2), text.slice(2)]

export const wiresOf = <Api extends string>(formats: ReadonlyArray<Format<Api>>): ReadonlyArray<Wire<Api>> =>
  formats.flatMap((format) => [
    { ...format, streamed: false, answer: (answer) => send(200, format.body(answer)) },
    { ...format, streamed: true, answer: (answer) => sse(format.events(answer)) }
  ])

export const nameOf = ({ api, streamed }: Wire) => `${api}, ${streamed ? "streamed" : "whole"}`
