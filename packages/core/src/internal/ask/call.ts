import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { DeltaSink } from "../../DeltaSink.ts"
import { LlmClient, type Service } from "../../LlmClient.ts"
import { ContentRefused, InvalidResponse, LlmError } from "../../LlmError.ts"
import type { LlmReply } from "../../LlmReply.ts"
import type { LlmRequest, Message, Parameters, ResponseFormat } from "../../LlmRequest.ts"
import { OutputParseError } from "../parser/outputParser.ts"
import type { OutputParser } from "../../OutputParser.ts"
import type { StepContext } from "../../Step.ts"
import * as Usage from "../../Usage.ts"
import type { JsonCodec } from "../json/codec.ts"

/** No reply of the model could be used, repairs and further models included. `usage` is what all of them cost. */
export class StepOutputError extends Schema.TaggedError<StepOutputError>()("StepOutputError", {
  step: Schema.String,
  turns: Schema.Int,
  usage: Usage.Usage,
  /** What was wrong with the last reply. */
  reason: OutputParseError
}) {
  override get message() {
    const tries = this.turns === 1 ? "1 reply" : `${this.turns} replies`
    return `${this.step}: none of ${tries} could be used. ${this.reason.message}`
  }
}

interface Call<Out> {
  readonly name: string
  readonly parser: OutputParser<unknown>
  readonly output: JsonCodec<Out>
  readonly models: ReadonlyArray<string>
  readonly parameters: Parameters
  readonly repair: number
  readonly format: ResponseFormat
}

/** The response format that a parser asks for. */
export const format = <Out>(name: string, parser: OutputParser<unknown>, output: JsonCodec<Out>): ResponseFormat =>
  parser.format === "text" ? { type: "text" } : { type: "json", name, schema: jsonSchema(output.schema) }

const jsonSchema = (schema: Schema.Constraint): Schema.Json => {
  const { definitions, schema: root } = Schema.toJsonSchemaDocument(Schema.toCodecJson(schema))
  // a JSON Schema document is JSON
  return (Object.keys(definitions).length === 0 ? root : { ...root, $defs: definitions }) as Schema.Json
}

/** Asks until a reply parses: each model in turn with the opening messages, then with its own failures quoted. */
export const execute = Effect.fnUntraced(function* <Out>(
  call: Call<Out>,
  opening: ReadonlyArray<Message>,
  context: StepContext
): Effect.fn.Return<Out, StepOutputError | LlmError, LlmClient> {
  const client = yield* LlmClient
  const listen = yield* DeltaSink
  let usage = Usage.zero
  let turn = 0
  let failure: OutputParseError | undefined
  for (const model of call.models) {
    let messages = opening
    for (let repairs = 0; repairs <= call.repair; repairs++) {
      turn++
      const request: LlmRequest = {
        model,
        messages,
        format: call.format,
        parameters: call.parameters,
        metadata: {
          run: context.run,
          path: context.path,
          step: call.name,
          turn,
          ...(context.fresh && { fresh: true })
        }
      }
      const told = listen?.({ path: context.path, step: call.name, turn, parser: call.parser })
      const reply = yield* context.restore(
        told === undefined ? client.generate(request) : streamed(client, request, told)
      )
      yield* context.replied(request, reply)
      usage = Usage.add(usage, reply.usage)
      yield* Effect.annotateCurrentSpan(spanAttributes(request, reply, usage))
      if (reply.finishReason === "content-filter") return yield* refused(reply)
      const output = read(call, reply)
      if (Result.isSuccess(output)) return output.success
      failure = output.failure
      if (reply.finishReason === "length") break
      messages = messages.concat([
        { role: "assistant", content: reply.text },
        { role: "user", content: repairMessage(call.parser, failure) }
      ])
    }
  }
  // models is never empty, so there was a reply and it failed
  return yield* new StepOutputError({ step: call.name, turns: turn, usage, reason: failure! })
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

/** By OpenTelemetry's conventions for generative AI; the usage is that of all turns so far. */
const spanAttributes = (request: LlmRequest, reply: LlmReply, usage: Usage.Usage) => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": request.model,
  "gen_ai.response.finish_reasons": [reply.finishReason],
  ...(reply.model !== undefined && { "gen_ai.response.model": reply.model }),
  ...(reply.id !== undefined && { "gen_ai.response.id": reply.id }),
  ...(usage.input !== undefined && { "gen_ai.usage.input_tokens": usage.input }),
  ...(usage.output !== undefined && { "gen_ai.usage.output_tokens": usage.output })
})

/** What a filter left of a reply is no result, even where it would parse. */
const refused = ({ text, usage }: LlmReply) =>
  new LlmError({ reason: new ContentRefused({ detail: `a content filter ended the reply: ${excerpt(text)}`, usage }) })

const read = <Out>(call: Call<Out>, reply: LlmReply): Result.Result<Out, OutputParseError> =>
  reply.finishReason === "length"
    ? Result.fail(cutOff(reply))
    : Result.flatMap(call.parser.parse(reply.text), (parsed) =>
        Result.mapError(
          call.output.decode(parsed),
          (error) =>
            new OutputParseError({
              expected: "a value that fits the output's Schema",
              found: excerpt(reply.text),
              at: "",
              detail: error.message,
              truncated: false
            })
        )
      )

const cutOff = (reply: LlmReply) =>
  new OutputParseError({
    expected: "a whole reply",
    found: excerpt(reply.text.slice(-120)),
    at: "end of the reply",
    detail: `the reply was cut off after ${reply.usage.output ?? "an unknown number of"} tokens: raise maxOutputTokens, choose another model, or ask for less in one step`,
    truncated: true
  })

const excerpt = (text: string) => (text.length > 120 ? `${text.slice(0, 120)}…` : text)

/** The turn that asks again: what was wrong, then the format once more. */
const repairMessage = (parser: OutputParser<unknown>, error: OutputParseError): string =>
  [
    "Your reply could not be used.",
    error.message,
    "Give the whole answer again, corrected, with nothing left out and no comment on the mistake.",
    parser.instructions
  ]
    .filter((part) => part !== "")
    .join("\n\n")
