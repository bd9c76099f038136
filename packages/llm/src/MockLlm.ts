import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as LlmClient from "@stepwright/core/LlmClient"
import { LlmError, LlmErrorReason, NoRecordedReply } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as describeRequest from "./internal/describeRequest.ts"
import * as estimate from "./internal/estimate.ts"

/**
 * What the mock answers: text, an `LlmError` or a reason of one (the call fails with it), what `reply` makes, or any
 * other object, which is sent as JSON.
 */
export type Reply = string | object

/** A function of the request that gives a reply, an effect of one, or `undefined` for "not mine". */
export type Respond = (request: LlmRequest) => Reply | undefined | Effect.Effect<Reply | undefined, LlmError>

/** A reply as it is, or a function that makes it. */
export type Answer = Reply | Respond

/**
 * Answers for the requests of one step, by its name, its path, or both; an entry with neither answers any request.
 * One answer serves every call. A list serves one call each and is then used up, so a JSON array as the reply goes
 * into a list of its own. The first entry that matches and is not used up answers.
 */
export interface Entry {
  readonly step?: string
  readonly path?: string
  readonly reply: Answer | ReadonlyArray<Answer>
}

/** What a mock is to answer: entries, or one function for all requests. */
export type Script = ReadonlyArray<Entry> | Respond

/** The requests that a mock was asked, in order. */
export class Calls extends Context.Service<Calls, { readonly requests: Effect.Effect<ReadonlyArray<LlmRequest>> }>()(
  "@stepwright/llm/MockLlm/Calls"
) {}

class Exact {
  readonly fields: Partial<LlmReply>
  constructor(fields: Partial<LlmReply>) {
    this.fields = fields
  }
}

/** A reply with more than its text: how it finished, what it cost, which model said it. */
export const reply = (fields: Partial<LlmReply>): Reply => new Exact(fields)

/** All requests asked so far, in order. */
export const calls: Effect.Effect<ReadonlyArray<LlmRequest>, never, Calls> = Effect.flatMap(
  Calls,
  (calls) => calls.requests
)

/**
 * A model that answers from a script, without network or key. The usage of a reply is estimated from the texts (four
 * characters a token) unless given.
 *
 * **Fails with** NoRecordedReply, when the script has no reply: it shows what was asked and what was scripted.
 */
export const layer = (script: Script): Layer.Layer<LlmClient.LlmClient | Calls> =>
  Layer.effectContext(
    Effect.sync(() => {
      const requests: Array<LlmRequest> = []
      const used = new Map<Entry, number>()
      const client = LlmClient.make((request) =>
        Effect.suspend(() => {
          requests.push(request)
          const answer = typeof script === "function" ? script : next(script, used, request)
          return Effect.flatMap(resolve(answer, request), (reply) =>
            reply === undefined ? unmatched(script, used, request) : answerWith(reply, request)
          )
        })
      )
      return Context.make(LlmClient.LlmClient, client).pipe(
        Context.add(Calls, { requests: Effect.sync(() => requests.slice()) })
      )
    })
  )

const isReason = Schema.is(LlmErrorReason)

const isList = (reply: Entry["reply"]): reply is ReadonlyArray<Answer> => Array.isArray(reply)

const matches = (entry: Entry, { metadata }: LlmRequest) =>
  (entry.step === undefined || entry.step === metadata.step) &&
  (entry.path === undefined || entry.path === metadata.path)

const next = (script: ReadonlyArray<Entry>, used: Map<Entry, number>, request: LlmRequest): Answer | undefined => {
  for (const entry of script) {
    if (!matches(entry, request)) continue
    const count = used.get(entry) ?? 0
    const answer = isList(entry.reply) ? entry.reply[count] : entry.reply
    if (answer === undefined) continue
    used.set(entry, count + 1)
    return answer
  }
  return undefined
}

const resolve = (answer: Answer | undefined, request: LlmRequest): Effect.Effect<Reply | undefined, LlmError> => {
  const reply = isRespond(answer) ? answer(request) : answer
  // An error is an effect too: it is kept as a reply here, and any other effect is one of this function's own type.
  return Effect.isEffect(reply) && !isError(reply)
    ? (reply as Effect.Effect<Reply | undefined, LlmError>)
    : Effect.succeed(reply)
}

// A reply that is a function could not be sent: every function is a `Respond`.
const isRespond = (answer: Answer | undefined): answer is Respond => typeof answer === "function"

const isError = (reply: unknown): reply is LlmError | LlmErrorReason => reply instanceof LlmError || isReason(reply)

const answerWith = (reply: Reply, request: LlmRequest): Effect.Effect<LlmReply, LlmError> => {
  if (reply instanceof LlmError) return Effect.fail(reply)
  if (isReason(reply)) return Effect.fail(new LlmError({ reason: reply }))
  const given: Partial<LlmReply> =
    reply instanceof Exact ? reply.fields : { text: typeof reply === "string" ? reply : JSON.stringify(reply) }
  const text = given.text ?? ""
  const usage = { input: estimate.inputTokens(request), output: estimate.tokens(text) }
  return Effect.succeed({ finishReason: "stop", model: "mock", usage, ...given, text })
}

const unmatched = (script: Script, used: ReadonlyMap<Entry, number>, request: LlmRequest) => {
  const scripted =
    typeof script === "function"
      ? ["the function that is the script gave none"]
      : script.map((entry) => describe(entry, used.get(entry) ?? 0))
  const lines = [
    `the mock has none for ${describeRequest.origin(request)}`,
    `  it was asked: ${describeRequest.lastMessage(request)}`,
    ...(scripted.length === 0 ? ["  nothing is scripted"] : ["  scripted:", ...scripted.map((line) => `    ${line}`)])
  ]
  return Effect.fail(new LlmError({ reason: new NoRecordedReply({ detail: lines.join("\n") }) }))
}

const describe = (entry: Entry, used: number): string => {
  const keys = [
    ...(entry.step === undefined ? [] : [`step ${JSON.stringify(entry.step)}`]),
    ...(entry.path === undefined ? [] : [`path ${JSON.stringify(entry.path)}`])
  ]
  const count = isList(entry.reply) ? `${used} of ${entry.reply.length} replies used` : `used ${used} times`
  return `${keys.length === 0 ? "any request" : keys.join(", ")}: ${count}`
}
