import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import { isLlmError, isLlmErrorReason, LlmError, type LlmErrorReason, NoRecordedReply } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as estimate from "./internal/around/estimate.ts"
import * as shownRequest from "./internal/around/shownRequest.ts"
import { type Fault, faults } from "./internal/mock/faults.ts"
import * as mockScript from "./internal/mock/script.ts"
import type { Answer, Match, Reply, Respond, Script } from "./internal/mock/script.ts"

export type { Fault } from "./internal/mock/faults.ts"
export type { Answer, Entry, Match, Reply, Respond, Script } from "./internal/mock/script.ts"

/** A piece of a streamed reply: text, a silence, or the error that ends the stream. */
export type Piece = string | Duration.Duration | LlmError | LlmErrorReason

/** A script was not followed: entries that nothing used, or requests that no entry answers. */
export class ScriptError extends Schema.TaggedError<ScriptError>()("ScriptError", {
  unused: Schema.Array(Schema.String),
  unforeseen: Schema.Array(Schema.String)
}) {
  override get message() {
    const list = (title: string, lines: ReadonlyArray<string>) =>
      lines.length === 0 ? [] : [`  ${title}:`, ...lines.map((line) => `    ${line}`)]
    return [
      "the mock's script was not followed",
      ...list("not used", this.unused),
      ...list("asked, and not scripted", this.unforeseen)
    ].join("\n")
  }
}

/** What a mock was asked, in order, and whether that is what its script foresees. */
export class Calls extends Context.Service<
  Calls,
  { readonly requests: Effect.Effect<ReadonlyArray<LlmRequest>>; readonly verify: Effect.Effect<void, ScriptError> }
>()("@stepwright/llm/MockLlm/Calls") {}

class Exact {
  readonly pieces: ReadonlyArray<Piece>
  readonly fields: Partial<LlmReply>
  constructor(pieces: ReadonlyArray<Piece>, fields: Partial<LlmReply>) {
    this.pieces = pieces
    this.fields = fields
  }
}

/** A reply with more than its text: how it finished, what it cost, which model said it. */
export const reply = (fields: Partial<LlmReply>): Reply => new Exact([fields.text ?? ""], fields)

/**
 * A reply in pieces, as a stream gives them; `Duration`s are silences between them. A call that does not stream takes as
 * long, and gets the whole text or the error.
 */
export const chunks = (pieces: ReadonlyArray<Piece>, fields: Omit<Partial<LlmReply>, "text"> = {}): Reply =>
  new Exact(pieces, fields)

/** An answer that takes its time, by the `Clock`. */
export const after =
  (delay: Duration.Input, answer: Answer): Respond =>
  (request) =>
    Effect.delay(resolve(answer, request), delay)

/**
 * Why `OpenAiLlm` fails when a provider has this fault: the same reason, as fit for a retry. It fails at once; `after`
 * and `chunks` say when.
 */
export const fault = (name: Fault): LlmErrorReason => faults[name]()

/** All requests asked so far, in order. */
export const calls: Effect.Effect<ReadonlyArray<LlmRequest>, never, Calls> = Effect.flatMap(
  Calls,
  (calls) => calls.requests
)

/** The requests asked so far that match, in order. */
export const callsOf = (match: Match): Effect.Effect<ReadonlyArray<LlmRequest>, never, Calls> =>
  Effect.map(calls, (requests) => requests.filter((request) => mockScript.matches(match, request)))

/** The messages of a request as one text, each below its role. */
export const textOf = ({ messages }: LlmRequest): string =>
  messages.map(({ role, content }) => `${role}:\n${content}`).join("\n\n")

/**
 * Checks at the end of a test that the whole script was used and nothing else was asked.
 *
 * **Fails with** ScriptError, naming the entries that were not used, or not to the end, and the requests that got none.
 */
export const verify: Effect.Effect<void, ScriptError, Calls> = Effect.flatMap(Calls, (calls) => calls.verify)

/**
 * A model that answers from a script, without network or key. The usage of a reply is estimated from the texts (four
 * characters a token) unless given.
 *
 * **Fails with** NoRecordedReply, when the script has no reply: it shows what was asked, what was scripted, and where the
 * nearest entry differs.
 */
export const layer = (script: Script): Layer.Layer<LlmClient.LlmClient | Calls> =>
  Layer.effectContext(
    Effect.sync(() => {
      const requests: Array<LlmRequest> = []
      const unforeseen: Array<string> = []
      const run = mockScript.start(script)
      const answer = (request: LlmRequest): Effect.Effect<Exact, LlmError> =>
        Effect.suspend(() => {
          requests.push(request)
          const taken = run.take(request)
          return Effect.flatMap(resolve(taken, request), (reply) => {
            const problem = reply === undefined ? undefined : unfit(reply)
            if (reply !== undefined && problem === undefined) return Effect.succeed(exactly(reply))
            unforeseen.push(shownRequest.origin(request))
            const detail = run.explain(request, taken, problem).join("\n")
            return Effect.fail(new LlmError({ reason: new NoRecordedReply({ detail }) }))
          })
        })
      const client = LlmClient.make(
        (request) =>
          Effect.flatMap(answer(request), (exact) =>
            Effect.as(Effect.forEach(exact.pieces, pass, { discard: true }), whole(exact, request))
          ),
        (request) => Stream.unwrap(Effect.map(answer(request), (exact) => parts(exact, request)))
      )
      return Context.make(LlmClient.LlmClient, client).pipe(
        Context.add(Calls, {
          requests: Effect.sync(() => requests.slice()),
          verify: Effect.suspend(() => {
            const unused = run.unused()
            return unused.length + unforeseen.length === 0
              ? Effect.void
              : Effect.fail(new ScriptError({ unused, unforeseen: unforeseen.slice() }))
          })
        })
      )
    })
  )

const resolve = (answer: Answer | undefined, request: LlmRequest): Effect.Effect<Reply | undefined, LlmError> => {
  const reply = isRespond(answer) ? answer(request) : answer
  // An error may be an effect too: it is kept as a reply here, and any other effect is one of this function's own type.
  return Effect.isEffect(reply) && !(reply instanceof Error) && !isLlmErrorReason(reply)
    ? (reply as Effect.Effect<Reply | undefined, LlmError>)
    : Effect.succeed(reply)
}

// A reply that is a function could not be sent: every function is a `Respond`.
const isRespond = (answer: Answer | undefined): answer is Respond => typeof answer === "function"

const isError = (reply: unknown): reply is LlmError | LlmErrorReason => isLlmError(reply) || isLlmErrorReason(reply)

/** Why a reply is nothing that a model could say, and what to give instead. JSON makes `{}` of most such. */
const unfit = (reply: Reply): string | undefined => {
  if (typeof reply === "string" || reply instanceof Exact || isError(reply)) return undefined
  if (reply instanceof Promise) return "the reply is a Promise: give Effect.promise(() => …)"
  if (reply instanceof Error) {
    return `the reply is an error that no model gives (${reply.name}): give an LlmError, a reason of one or MockLlm.fault(…)`
  }
  if (Effect.isEffect(reply)) return "the reply is an effect of an effect: give Effect.flatten(…)"
  const isList = Array.isArray(reply)
  const isPlain = isList || Object.getPrototypeOf(reply) === Object.prototype || Object.getPrototypeOf(reply) === null
  const isJson = isPlain || (!(Symbol.iterator in reply) && (JSON.stringify(reply) ?? "{}") !== "{}")
  return isJson
    ? undefined
    : `the reply is a ${reply.constructor.name}, which has no JSON: give text, a plain object or an array`
}

const exactly = (reply: Reply): Exact =>
  reply instanceof Exact
    ? reply
    : new Exact([typeof reply === "string" || isError(reply) ? reply : JSON.stringify(reply)], {})

const isText = (piece: Piece): piece is string => typeof piece === "string"

/** What a piece does: nothing, a wait or a failure. */
const pass = (piece: Piece): Effect.Effect<void, LlmError> => {
  if (isText(piece)) return Effect.void
  if (Duration.isDuration(piece)) return Effect.sleep(piece)
  return Effect.fail(isLlmError(piece) ? piece : new LlmError({ reason: piece }))
}

const parts = (exact: Exact, request: LlmRequest): Stream.Stream<LlmClient.StreamPart, LlmError> =>
  Stream.fromIterable(exact.pieces).pipe(
    Stream.flatMap((piece): Stream.Stream<LlmClient.StreamPart, LlmError> =>
      isText(piece) ? Stream.succeed({ _tag: "Delta", text: piece }) : Stream.fromEffectDrain(pass(piece))
    ),
    Stream.concat(Stream.succeed({ _tag: "Finished", reply: whole(exact, request) } as const))
  )

const whole = ({ pieces, fields }: Exact, request: LlmRequest): LlmReply => {
  const text = pieces.filter(isText).join("")
  const usage = { input: estimate.inputTokens(request), output: estimate.tokens(text) }
  return { finishReason: "stop", model: "mock", usage, ...fields, text }
}
