import type * as Effect from "effect/Effect"
import type * as Sse from "effect/encoding/Sse"
import type { LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { Usage } from "@stepwright/core/Usage"
import type { Faults } from "./fault.ts"

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
  readonly reply: (body: unknown, faults: Faults) => Effect.Effect<LlmReply, LlmError>
  /** What a response body says about tokens, whatever else is wrong with it. */
  readonly usage: (body: unknown) => Usage
  readonly collect: () => Collector
  /** Whether an event says no more than that the stream is over. */
  readonly isEnd: (event: Sse.Event) => boolean
}

/** What the events of one stream add up to. */
export interface Collector {
  /** The text that an event, of a name, adds to the reply; undefined when it is no event of the API. */
  readonly add: (event: unknown, name: string) => string | undefined
  /** The response body that the events stand for, undefined as long as it is not whole. `done`: the server said so. */
  readonly body: (done: boolean) => unknown
  /** A response body with what the events said of tokens so far. */
  readonly spent: () => unknown
}

/** Whether an event is the end of OpenAI's streams, which servers of other protocols send too. */
export const isDone: Api["isEnd"] = ({ data }) => /^\s*"?\[DONE\]"?\s*$/iu.test(data)
