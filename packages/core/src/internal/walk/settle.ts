import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { isMissing, type Stop } from "./hole.ts"
import type { Visit, Visitor } from "./visitor.ts"

/**
 * Visits items side by side, each made when its turn comes; none stops another. Of several that cannot go on, `Missing`
 * speaks last, a defect first.
 */
export const settle = <I, A>(
  visitor: Pick<Visitor, "stop" | "concurrency">,
  items: ReadonlyArray<I>,
  visit: (item: I, i: number) => Visit<A>,
  concurrency: number | "unbounded"
): Visit<ReadonlyArray<A>> =>
  Effect.suspend(() => {
    const outputs: Array<A> = []
    const causes: Array<Cause.Cause<Stop>> = []
    let next = 0
    // as many fibers as may be at work take one after another: a fiber for each would cost as much as the visit of a step
    const worker = Effect.whileLoop({
      while: () => next < items.length,
      body: () => {
        const i = next++
        return Effect.matchCause(visit(items[i]!, i), {
          onSuccess: (output) => void (outputs[i] = output),
          onFailure: (cause) => {
            if (!Cause.hasFails(cause)) visitor.stop(cause as Cause.Cause<never>)
            causes[i] = cause
          }
        })
      },
      step: () => {}
    })
    const { concurrency: atMost = concurrency } = visitor
    const workers = atMost === "unbounded" ? items.length : Math.min(atMost, items.length)
    const all = Array.from({ length: workers }, () => worker)
    return Effect.flatMap(Effect.all(all, { concurrency: "unbounded", discard: true }), (): Visit<ReadonlyArray<A>> => {
      const found = Object.values(causes)
      const cause =
        found.find((cause) => !Cause.hasFails(cause)) ?? found.find((cause) => !isMissing(cause)) ?? found[0]
      return cause === undefined ? Effect.succeed(outputs) : Effect.failCause(cause)
    })
  })
