import type { ClientOptions } from "../provider/options.ts"

export interface Options extends ClientOptions {
  /** Responses at OpenAI's own address, Chat Completions at any other, unless given. */
  readonly api?: "responses" | "chat"
  /** Whether the models reason, and so reject `temperature` and `stop`: told from OpenAI's names unless given, which the
   * last part of a name such as `openrouter/openai/o3` may be. */
  readonly reasoning?: boolean
  /** Whether a stream is asked for its usage, by `stream_options`, which some servers refuse: true unless given. */
  readonly streamUsage?: boolean
  /** How a schema is sent: as that of strict mode unless given, as no more than "a JSON object", or in the messages. */
  readonly structuredOutput?: "strict" | "json" | "instructions"
  /** What happens to a schema that strict mode cannot express: it is refused before any call unless given. */
  readonly inexpressibleSchema?: "refuse" | "json" | "instructions"
}
