import * as Effect from "effect/Effect"
import { Journal, type JournalError } from "@stepwright/core/Journal"
import { atMostTokens } from "@stepwright/core/LlmRequest"
import * as Usage from "@stepwright/core/Usage"
import { type RequestEnded, type RequestStarted, usageOf } from "@stepwright/core/WorkflowEvent"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import type { Spent } from "@stepwright/llm/Budget"
import * as Prices from "@stepwright/llm/Prices"
import { modelName } from "../../internal/services/openAi.ts"
import type { RunSettings } from "./settings.ts"

export interface Options {
  /** Whoever reads a folder answers: no provider, but calls all the same. */
  readonly isRelay: boolean
  readonly prices: Prices.Prices
  /** The provider's name of the model `default`. */
  readonly model: string
}

/** What a run used up so far. */
export interface Account extends Spent {
  /** What its requests to providers cost, where nothing of that is unknown. */
  readonly cost: number | undefined
}

/** The tokens that a request may have taken. */
interface Bound {
  readonly input: number
  readonly output: number
}

/** The output of a request without a limit, as `Budget` assumes it. */
const assumedOutput = 8192

/**
 * What of a run's caps its processes used up so far: every request to a provider, also one that failed, was given up or
 * was on its way when the process ended. What nobody said of it counts by its reply, or else with its upper bound. A
 * call counts once, whatever retries it took. What a cassette answered is free.
 */
export const usedUp = Effect.fnUntraced(function* (
  run: string,
  { isRelay, model, prices }: Options
): Effect.fn.Return<Account, JournalError> {
  const journal = yield* Journal
  const started = new Map<string, typeof RequestStarted.Type>()
  /** A request that was answered without all of its usage, by its path: the reply will tell more. */
  const unsaid = new Map<string, { readonly usage: Usage.Usage; readonly named: string; readonly atMost: Bound }>()
  const calling = new Set<string>()
  let calls = 0
  let tokens = 0
  let usd: number | undefined = 0
  let isKnown = true

  const count = (usage: Usage.Usage, named: string, atMost: Bound) => {
    const whole = { ...usage, input: usage.input ?? atMost.input, output: usage.output ?? atMost.output }
    tokens += whole.input + whole.output
    const price = Prices.find(prices, named === "default" ? model : named)
    usd = usd === undefined || price === undefined ? undefined : usd + Prices.at(price, whole)
    isKnown &&= usage.input !== undefined && usage.output !== undefined
  }
  const boundOf = ({ atMost }: typeof RequestStarted.Type): Bound => ({ output: assumedOutput, ...atMost })

  const ended = (event: typeof RequestEnded.Type) => {
    const key = `${event.path} ${event.request}`
    const asked = started.get(key)
    started.delete(key)
    if (asked === undefined) return
    const usage = usageOf(event)
    const named = event.model ?? asked.model
    const isWhole = usage.input !== undefined && usage.output !== undefined
    const atMost = boundOf(asked)
    if (event.error === undefined && event.usage !== undefined && !isWhole) {
      unsaid.set(event.path, { usage, named, atMost })
    } else {
      count(usage, named, atMost)
    }
  }

  for (const event of yield* journal.load(run)) {
    switch (event._tag) {
      case "RequestStarted":
        started.set(`${event.path} ${event.request}`, event)
        if (!calling.has(event.path)) calls++
        calling.add(event.path)
        break
      case "RequestEnded":
        ended(event)
        break
      case "StepReplied": {
        const answered = unsaid.get(event.path)
        unsaid.delete(event.path)
        const byRelay = isRelay && !calling.has(event.path)
        calling.delete(event.path)
        if (byRelay) calls++
        if (!byRelay && answered === undefined) break
        const [input, output] = [yield* journal.getText(run, event.prompt), yield* journal.getText(run, event.reply)]
        const atMost = { input: atMostTokens(input), output: atMostTokens(output) }
        if (answered !== undefined) count(answered.usage, answered.named, atMost)
        else tokens += (event.usage.input ?? atMost.input) + (event.usage.output ?? atMost.output)
        break
      }
      case "StepStarted":
      case "StepSucceeded":
      case "StepFailed":
        calling.delete(event.path)
    }
  }
  for (const asked of started.values()) count(Usage.unknown, asked.model, boundOf(asked))
  // replies that came to no record
  for (const { atMost, named, usage } of unsaid.values()) count(usage, named, atMost)
  return { calls, tokens, ...(usd !== undefined && { usd }), cost: isKnown ? usd : undefined }
})

/** What a run's requests to providers cost, where that is known. **Units** USD. */
export const costOf = (state: WorkflowState, settings: RunSettings) =>
  Effect.orElseSucceed(
    Effect.map(usedUpOf(state, settings), ({ cost }) => cost),
    () => undefined
  )

/** What a run used up, by the prices of its settings. */
export const usedUpOf = Effect.fnUntraced(function* (state: WorkflowState, { model, prices, relay }: RunSettings) {
  return yield* usedUp(state.run, {
    isRelay: relay !== undefined,
    model: yield* modelName(model),
    prices: prices === undefined ? Prices.snapshot : yield* Prices.fromFile(prices)
  })
})
