import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as StepPath from "../../StepPath.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
import { readKept } from "../json/codec.ts"
import { Missing, type Stop } from "./hole.ts"
import { type Find, perform } from "./perform.ts"
import { end, halt, type Runtime } from "./runtime.ts"
import type { Visitor } from "./walk.ts"

/** Whatever keeps one place from being walked ends the whole run. */
const ending = (runtime: Runtime): Pick<Visitor, "refuse" | "stop"> => ({
  refuse: (path, reason) => halt(runtime, { _tag: "Failed", path, reason }),
  stop: (cause) => end(runtime, { _tag: "Stopped", path: "", reason: Cause.squash(cause) })
})

/** Runs every step whose record does not hold, and which finds no result elsewhere. */
export const runAll = (runtime: Runtime, find: Find): Visitor => ({
  ...ending(runtime),
  step: (step, path, input) => Effect.flatMap(input, (value) => perform(runtime, step, path, value, { find }))
})

/** Takes every output from its record, as it is, and notes the paths of those that have none. */
export const readAll = (runtime: Runtime, missing: Array<string>): Visitor => ({
  step: (step, path) => Effect.tapError(recorded(runtime, step, path), () => Effect.sync(() => missing.push(path))),
  ...ending(runtime)
})

/** What a visit of one step alone does there. */
export type Work = (step: UntypedStep, input: unknown) => Effect.Effect<unknown, Stop, unknown>

/** Does `work` at one path; everything else is taken from its record. */
export const only = (
  runtime: Runtime,
  target: string,
  work: Work
): { readonly visitor: Visitor; readonly found: Found } => {
  const found: Found = { done: false, output: undefined, missing: undefined }
  const step: Visitor["step"] = (step, path, input) =>
    // where the items are not known yet, `*` stands for the one that is looked for
    path !== target && !(path.includes("*") && StepPath.matches(path, target))
      ? recorded(runtime, step, path)
      : Effect.matchEffect(input, {
          onSuccess: (value) => {
            found.done = true
            return Effect.tap(work(step, value), (output) => Effect.sync(() => void (found.output = output)))
          },
          onFailure: (stop) => {
            if (stop instanceof Missing) found.missing = stop.path
            return Effect.fail(stop)
          }
        })
  return { visitor: { ...ending(runtime), step }, found }
}

/** Whether the path was reached, what came of it, and what it waits for where its input could not be had. */
interface Found {
  done: boolean
  output: unknown
  missing: string | undefined
}

const recorded = (runtime: Runtime, step: UntypedStep, path: string): Effect.Effect<unknown, Stop> =>
  Effect.suspend(() => {
    const result = runtime.state.records[path]?.result
    const output = result && readKept(insideOf(step).output, result.output)
    return output !== undefined && Result.isSuccess(output)
      ? Effect.succeed(output.success)
      : Effect.fail(new Missing(path))
  })
