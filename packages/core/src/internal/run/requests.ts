// What is asked of a run while it is under way. In: a runtime and its workflow. Out: the work, which ends by an
// interruption where somebody cancels it. `drive` calls it.

import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Answer, Asked, Request } from "../../Journal.ts"
import { describeError } from "../../WorkflowError.ts"
import { insideOf } from "../ask/step.ts"
import { givenOf } from "../json/codec.ts"
import type { Halt } from "../walk/hole.ts"
import { encodeOutput, madeBy } from "./record.ts"
import type { Runtime } from "./runtime.ts"

/** Does work, and what the journal is asked for meanwhile. */
export const attended = <A, E, R>(runtime: Runtime, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  const { requests } = runtime.journal
  if (requests === undefined) return work
  const attend = Stream.runForEach(requests(runtime.state.run), (asked) => attendTo(runtime, asked))
  return Effect.raceFirst(work, Effect.andThen(attend, Effect.never))
}

const attendTo = (runtime: Runtime, { answer, request }: Asked): Effect.Effect<void> =>
  request._tag === "Cancel"
    ? Effect.andThen(
        Effect.andThen(
          Effect.logInfo(`cancelled by ${request.by}`),
          answer({ isDone: true, detail: "it is cancelled" })
        ),
        Effect.interrupt
      )
    : Effect.uninterruptible(Effect.flatMap(decide(runtime, request), answer))

const done = (detail: string): Answer => ({ isDone: true, detail })
const refused = (detail: string): Answer => ({ isDone: false, detail })

const decide = Effect.fnUntraced(
  function* (
    runtime: Runtime,
    { asked, by, decision, path }: Extract<Request, { readonly _tag: "Decide" }>
  ): Effect.fn.Return<Answer, Halt> {
    const { hash, open, state } = runtime
    const gate = open.get(path)
    if (gate === undefined) return refused("it does not wait for a decision")
    const { fingerprint, step } = gate
    if (asked !== undefined && asked !== fingerprint.value) return refused("it asks something else by now")
    const { result } = state.records[path] ?? {}
    const decoded = insideOf(step).output.decode(decision)
    if (Result.isFailure(decoded)) return refused(decoded.failure.message)
    const output = encodeOutput(step, givenOf(insideOf(step).output, decision, decoded.success))
    if (Result.isFailure(output)) return refused(describeError(output.failure).message)
    if (gate.by !== undefined) {
      return Equal.equals(result?.output, output.success)
        ? done(`it is decided so already, by ${gate.by}`)
        : refused(`it is decided already: ${JSON.stringify(result?.output)}, by ${gate.by}`)
    }
    if (runtime.isOver) return refused("the run has just ended: decide once more")
    gate.by = by
    const made = { by: "decision", who: by, ...madeBy(hash, step) } as const
    yield* runtime.append({
      _tag: "StepSucceeded",
      path,
      step: step.name,
      fingerprint,
      output: output.success,
      ...made,
      at: runtime.now()
    })
    return done("it is decided")
  },
  Effect.catch(() => Effect.succeed(refused("the run cannot be written to")))
)
