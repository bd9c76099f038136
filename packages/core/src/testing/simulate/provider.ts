// The model of a world, and all that is between it and a step: a budget, who retries, and requests that fail or are spoilt.

import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { AttemptSink } from "../../AttemptSink.ts"
import * as LlmClient from "../../LlmClient.ts"
import * as Errors from "../../LlmError.ts"
import type { LlmReply } from "../../LlmReply.ts"
import type { LlmRequest } from "../../LlmRequest.ts"
import * as canonical from "../../internal/json/canonical.ts"
import { Execution } from "./base/execution.ts"
import { mix } from "../internal/random.ts"
import { type Manner, sampleReply } from "../internal/sample.ts"
import { type Broken, endless, type Receipt } from "./base/trace.ts"
import type { Fault, Reason } from "./base/world.ts"

/** What a model answers: a text, a reply, JSON, or why it does not answer. `sample` tells equal requests apart, from 0 on. */
export type Model = (request: LlmRequest, sample: number) => unknown

export interface Provided {
  readonly seed: number
  readonly latency: "alike" | "any"
  readonly model: Model
  /** Which of the replies that could be made up is. */
  readonly salt: number
  /** How replies are made up: one who says always the least, or the most, says the same whatever is asked. */
  readonly manner: Manner
  readonly makesUp: () => void
  /** Replies that are other ones than the model would give, by path. */
  readonly instead: ReadonlyMap<string, string>
  /** Which of several equal requests it is that a path makes. */
  readonly sampleOf: (key: string, path: string) => number
  /** Texts that the model did not say, in any life. */
  readonly spoilt: Set<string>
  readonly life: number
  readonly faults: ReadonlyArray<Fault>
  readonly budget: number
  /** Where a fault changes what a run comes to. */
  readonly isSheltered: (path: string) => boolean
  /** Where rounds may be more than requests. */
  readonly isUnbounded: (path: string) => boolean
  /** Tells what happens; a life may end at it. */
  readonly happen: (text: string) => Effect.Effect<void>
  /** Whether the calls of an execution are looked at. */
  readonly counts: boolean
  readonly receive: (receipt: Receipt) => void
  readonly found: (broken: Broken) => void
  /** The steps of code that are at work. */
  readonly atWork: ReadonlySet<Execution>
  /** Ends the world. */
  readonly stop: () => void
  /** How many requests a world may make. */
  readonly limit: number
}

const detail = "as this world has it"

const reasons: Readonly<Record<Reason, () => Errors.LlmErrorReason>> = {
  RateLimited: () => new Errors.RateLimited({ detail, retryAfter: Duration.seconds(2) }),
  QuotaExhausted: () => new Errors.QuotaExhausted({ detail }),
  Unauthenticated: () => new Errors.Unauthenticated({ detail }),
  Misconfigured: () => new Errors.Misconfigured({ detail }),
  InvalidRequest: () => new Errors.InvalidRequest({ detail }),
  ContextLengthExceeded: () => new Errors.ContextLengthExceeded({ detail }),
  ContentRefused: () => new Errors.ContentRefused({ detail }),
  InvalidResponse: () => new Errors.InvalidResponse({ detail }),
  ProviderUnavailable: () => new Errors.ProviderUnavailable({ detail }),
  NetworkFailure: () => new Errors.NetworkFailure({ detail }),
  TimedOut: () => new Errors.TimedOut({ detail, after: Duration.minutes(1) }),
  BudgetExceeded: () => new Errors.BudgetExceeded({ detail }),
  NoRecordedReply: () => new Errors.NoRecordedReply({ detail })
}

const failure = (reason: Errors.LlmErrorReason) => new Errors.LlmError({ reason })

/** A request without the replies that were spoilt on their way, and what was said of these. */
const unspoilt = (request: LlmRequest, spoilt: ReadonlySet<string>): LlmRequest => {
  if (spoilt.size === 0) return request
  const messages = request.messages.filter(({ content, role }, i) => {
    const answered = role === "user" ? request.messages[i - 1] : { content, role }
    return !(answered?.role === "assistant" && spoilt.has(answered.content))
  })
  return messages.length === request.messages.length ? request : { ...request, messages }
}

const inShort = (prompt: string): string => {
  const text = prompt.replaceAll(/\s+/gu, " ")
  return text.length > 70 ? `${text.slice(0, 70)}…` : text
}

const isReply = (value: unknown): value is Partial<LlmReply> & { readonly text: string } =>
  typeof value === "object" && value !== null && "text" in value && typeof value.text === "string" && "usage" in value

const usageOf = (request: LlmRequest, text: string) => ({
  input: Math.ceil(request.messages.reduce((sum, { content }) => sum + content.length, 0) / 4),
  output: Math.ceil(text.length / 4)
})

const replyOf = (request: LlmRequest, said: unknown): LlmReply => {
  if (isReply(said)) return { finishReason: "stop", ...said, usage: said.usage ?? {} }
  const text = typeof said === "string" ? said : JSON.stringify(said)
  return { text, finishReason: "stop", model: request.model, usage: usageOf(request, text) }
}

const spoil = (how: Extract<Fault, { _tag: "Spoil" }>["how"], reply: LlmReply, nth: number): LlmReply => {
  switch (how) {
    case "Truncated":
      return { ...reply, text: reply.text.slice(0, Math.floor(reply.text.length / 2)), finishReason: "length" }
    case "Empty":
      return { ...reply, text: " ".repeat(nth) }
    case "Garbled":
      return { ...reply, text: `${reply.text.slice(0, 3)}\u0000#${nth} ${[...reply.text].toReversed().join("")}` }
    case "Unparsable":
      return { ...reply, text: `I would rather not say that (${nth}).` }
  }
}

/** How many calls a step of code may make whatever a model says, and be thought to have a bound. */
const mostOfOne = 100

/** The client of one life. */
export const make = (provided: Provided): LlmClient.Service => {
  const { faults, found, happen, life, limit, receive, seed, spoilt } = provided
  let requests = 0
  let calls = 0
  let begun = 0
  const isStubborn = provided.manner === "least" || provided.manner === "most"

  const answer = (request: LlmRequest, key: string, path: string, execution: Execution | undefined) => {
    const { metadata: _, ...asked } = request
    const sample = provided.sampleOf(key, path)
    const instead = provided.instead.get(path)
    if (instead !== undefined) return instead
    const said = provided.model({ ...asked, metadata: request.metadata }, sample)
    if (said !== undefined && said !== null) return said
    provided.makesUp()
    const { manner } = provided
    const seed = isStubborn ? mix(request.metadata.step, provided.salt) : mix(key, sample + provided.salt * 1009)
    return execution?.reply?.(seed, manner) ?? sampleReply(request, seed, manner)
  }

  const attempt = Effect.fnUntraced(function* (
    request: LlmRequest,
    key: string,
    path: string,
    execution: Execution | undefined,
    tries: number
  ): Effect.fn.Return<LlmReply, Errors.LlmError> {
    const at = requests++
    const sink = yield* AttemptSink
    const ended = yield* sink.started(request)
    const prompt = unspoilt(request, spoilt).messages.at(-1)?.content ?? ""
    const receipt: Receipt = { life, path, model: request.model, key, prompt, asks: inShort(prompt), fate: "Asked" }
    receive(receipt)
    if (requests > limit) return yield* tooMany(path, receipt.asks, execution)
    yield* happen(`${path} asks the model: ${receipt.asks}`)
    const fault = provided.isSheltered(path) ? undefined : faults.find((fault) => fault.at === at)
    const millis =
      provided.latency === "alike" || provided.isSheltered(path) ? 10 : 1 + (mix(`${key} ${at}`, seed) % 5000)
    yield* Effect.onInterrupt(Effect.sleep(millis), () =>
      Effect.sync(() => {
        receipt.fate = "Lost"
      })
    )
    if (fault?._tag === "Fault") {
      receipt.fate = "Failed"
      const error = failure(reasons[fault.reason]())
      yield* ended({ error })
      yield* happen(`${path} gets no reply: ${fault.reason}`)
      if (fault.passing && tries < 3) {
        yield* Effect.sleep(2000 * 2 ** tries)
        return yield* attempt(request, key, path, execution, tries + 1)
      }
      execution?.failed.push(fault.reason)
      return yield* Effect.fail(error)
    }
    const said = answer(unspoilt(request, spoilt), key, path, execution)
    if (Errors.isLlmError(said) || Errors.isLlmErrorReason(said)) {
      const error = Errors.isLlmError(said) ? said : failure(said)
      receipt.fate = "Failed"
      yield* ended({ error })
      yield* happen(`${path} gets no reply: ${error.reason._tag}`)
      return yield* Effect.fail(error)
    }
    let reply = replyOf(request, said)
    if (fault?._tag === "Spoil" && execution?.accepts !== undefined) {
      const made = spoil(fault.how, reply, at + 1)
      if (made.finishReason !== "stop" || !execution.accepts(made.text)) {
        reply = made
        receipt.fate = "Spoilt"
        spoilt.add(made.text)
        execution.spoilt.set(key, (execution.spoilt.get(key) ?? 0) + 1)
      }
    }
    yield* ended({ usage: reply.usage, ...(reply.model !== undefined && { model: reply.model }) })
    if (receipt.fate === "Asked") receipt.fate = "Replied"
    yield* happen(`${path} is answered${receipt.fate === "Spoilt" ? ", and cannot use it" : ""}`)
    return reply
  })

  const tooMany = (path: string, asks: string, execution: Execution | undefined) =>
    Effect.suspend(() => {
      // rounds mostly have their bound, which a model that is never content comes to: a step of code mostly has none
      const own = [...(execution?.calls.values() ?? [])].reduce((sum, count) => sum + count, 0)
      // those that are at work side by side have the same share of all calls
      if (
        !isStubborn ||
        provided.isUnbounded(path) ||
        own > Math.max(mostOfOne, limit / 2 / Math.max(1, provided.atWork.size))
      )
        found({
          law: endless,
          path,
          expected: `at most ${limit} requests in one life of a run`,
          happened: `it asks once more, "${asks}": a loop that nothing bounds?`
        })
      provided.stop()
      return Effect.never
    })

  return LlmClient.make((request) =>
    Effect.gen(function* () {
      const execution = yield* Execution
      const path = execution?.path ?? request.metadata.path
      const { metadata: _, ...asked } = unspoilt(request, spoilt)
      const key = canonical.stringify(asked)
      if (execution !== undefined && provided.counts) execution.calls.set(key, (execution.calls.get(key) ?? 0) + 1)
      // calls that are refused count as well
      if (++begun > limit) return yield* tooMany(path, inShort(request.messages.at(-1)?.content ?? ""), execution)
      if (calls >= provided.budget) {
        execution?.failed.push("BudgetExceeded")
        yield* happen(`${path} is refused a call: the budget is used up`)
        const spent = `maxCalls is ${provided.budget}, and ${calls} were made`
        return yield* Effect.fail(failure(new Errors.BudgetExceeded({ detail: spent, cap: "maxCalls" })))
      }
      calls++
      return yield* attempt(request, key, path, execution, 0)
    })
  )
}
