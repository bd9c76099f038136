import type { Message, Parameters } from "@stepwright/core/LlmRequest"
import type { Format } from "../structured/structuredOutput.ts"
import type { Api } from "../provider/wireFormat.ts"

/** What a body asks for, in terms of neither API. */
export interface Asked {
  readonly model: string
  readonly messages: ReadonlyArray<Message>
  readonly parameters: Parameters
  readonly format: Format
  readonly limitField: "max_tokens" | "max_completion_tokens"
}

/** One of the two APIs of the protocol. */
export interface OpenAiApi extends Api {
  readonly body: (asked: Asked) => Readonly<Record<string, unknown>>
}
