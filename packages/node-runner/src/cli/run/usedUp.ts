import * as Effect from "effect/Effect"
import { Journal, type JournalError } from "@stepwright/core/Journal"
import { atMostTokens } from "@stepwright/core/LlmRequest"
import * as Usage from "@stepwright/core/Usage"
import { type RequestEnded, type RequestStarted, usageOf, type WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { assumedOutputTokens, type Spent } from "@stepwright/llm/Budget"
import * as Prices from "@stepwright/llm/Prices"

export interface Options {
  /** Whoever reads a folder answers: no provider, but calls all the same. */
  readonly isRelay: boolean
  readonly prices: Prices.Prices
  /** The provider's name of the model `default`, and what it was before. */
  readonly model: string
  readonly before?: string
}

/** The tokens that a request may have taken. */
interface Bound {
  readonly input: number
  readonly output: number
}

/**
 * What of a run's caps is used up: every request to a provider counts, also one that failed, was given up or was on its
 * way when the process ended. What nobody said of it counts by its reply, or else with its upper bound. A call counts
 * once, whatever retries it took. What a cassette answered is free.
 */
export interface UsedUp {
  /** Counts an event; `sizes` are those of the texts of a reply of which nobody said what it took. */
  readonly add: (event: WorkflowEvent, sizes?: Bound) => void
  /** Whether it takes the sizes of a reply's texts to count it. */
  readonly wantsSizes: (event: WorkflowEvent) => event is Extract<WorkflowEvent, { readonly _tag: "StepReplied" }>
  readonly spent: () => Spent
  /** The models without a price that were asked: in USD, what they took is not known. */
  readonly unpriced: () => ReadonlyArray<string>
  /** What the requests to providers cost, where nothing of that is unknown. **Units** USD. */
  readonly cost: () => number | undefined
}

const boundOf = ({ atMost }: typeof RequestStarted.Type): Bound => ({ output: assumedOutputTokens, ...atMost })

interface Request {
  readonly usage: Usage.Usage
  /** The model that was asked, and the one that answered. */
  readonly model: string
  readonly served?: string
  readonly atMost: Bound
}

const make = ({ isRelay, nameOf, prices }: Options & { readonly nameOf: (alias: string) => string }): UsedUp => {
  const started = new Map<string, typeof RequestStarted.Type>()
  /** A request that was answered without all of its usage, by its path: the reply will tell more. */
  const unsaid = new Map<string, Request>()
  const calling = new Set<string>()
  let calls = 0
  let isKnown = true
  let total: { readonly tokens: number; readonly usd: number | undefined } = { tokens: 0, usd: 0 }

  const isPriced = (name: string | undefined): name is string =>
    name !== undefined && Prices.find(prices, name) !== undefined
  const unpriced = new Set<string>()

  const counted = ({ tokens, usd }: typeof total, request: Request): typeof total => {
    const { atMost, model, served, usage } = request
    const whole = { ...usage, input: usage.input ?? atMost.input, output: usage.output ?? atMost.output }
    // as the cap counted it when it was spent
    const name = isPriced(served) ? served : model
    if (!isPriced(name)) unpriced.add(name)
    const cost = Prices.cost(prices, whole, name)
    return {
      tokens: tokens + whole.input + whole.output,
      usd: usd === undefined || cost === undefined ? undefined : usd + cost
    }
  }
  const count = (request: Request) => {
    total = counted(total, request)
    const isServed = request.served === undefined || isPriced(request.served)
    isKnown &&= isServed && request.usage.input !== undefined && request.usage.output !== undefined
  }
  const ended = (event: typeof RequestEnded.Type) => {
    const key = `${event.path} ${event.request}`
    const asked = started.get(key)
    started.delete(key)
    if (asked === undefined) return
    const usage = usageOf(event)
    const { model: served } = event
    const request = { usage, model: asked.model, ...(served !== undefined && { served }), atMost: boundOf(asked) }
    const isWhole = usage.input !== undefined && usage.output !== undefined
    if (event.error === undefined && event.usage !== undefined && !isWhole) unsaid.set(event.path, request)
    else count(request)
  }
  const isByRelay = (path: string) => isRelay && !calling.has(path)
  /** Requests whose end nobody has told, and replies that came to no record. */
  const open = (): ReadonlyArray<Request> => [
    ...[...started.values()].map((asked) => ({ usage: Usage.unknown, model: asked.model, atMost: boundOf(asked) })),
    ...unsaid.values()
  ]

  return {
    wantsSizes: (event): event is Extract<WorkflowEvent, { readonly _tag: "StepReplied" }> =>
      event._tag === "StepReplied" && (unsaid.has(event.path) || isByRelay(event.path)),
    add: (event, sizes) => {
      switch (event._tag) {
        case "RequestStarted":
          started.set(`${event.path} ${event.request}`, { ...event, model: nameOf(event.model) })
          if (!calling.has(event.path)) calls++
          calling.add(event.path)
          break
        case "RequestEnded":
          ended(event)
          break
        case "StepReplied": {
          const answered = unsaid.get(event.path)
          unsaid.delete(event.path)
          if (answered !== undefined) count({ ...answered, atMost: sizes ?? answered.atMost })
          else if (isByRelay(event.path)) {
            const { input = 0, output = 0 } = { ...sizes, ...event.usage }
            total = { ...total, tokens: total.tokens + input + output }
          }
          if (isByRelay(event.path)) calls++
          calling.delete(event.path)
          break
        }
        case "StepStarted":
        case "StepSucceeded":
        case "StepFailed":
          calling.delete(event.path)
      }
    },
    spent: () => {
      const { tokens, usd } = open().reduce(counted, total)
      return { calls, tokens, ...(usd !== undefined && { usd }) }
    },
    unpriced: () => [...unpriced],
    cost: () => (isKnown && open().length === 0 ? total.usd : undefined)
  }
}

/** What events add up to; with `isExact` the texts of replies are read where nobody said what they took. */
export const of = Effect.fnUntraced(function* (
  run: string,
  events: Iterable<WorkflowEvent>,
  options: Options & { readonly isExact: boolean }
): Effect.fn.Return<UsedUp, JournalError> {
  const journal = yield* Journal
  let model = options.before ?? options.model
  const self = make({ ...options, nameOf: (alias) => (alias === "default" ? model : alias) })
  for (const event of events) {
    if (!options.isExact || !self.wantsSizes(event)) {
      self.add(event)
      continue
    }
    const [input, output] = [yield* journal.getText(run, event.prompt), yield* journal.getText(run, event.reply)]
    self.add(event, { input: atMostTokens(input), output: atMostTokens(output) })
  }
  model = options.model
  return self
})
