import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as StepPath from "../../StepPath.ts"
import { describeError } from "../../WorkflowError.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
import { readKept } from "../json/codec.ts"
import { Missing, type Stop } from "./hole.ts"
import { perform } from "./perform.ts"
import { end, halt, type Runtime } from "./runtime.ts"
import { examine } from "./verdict.ts"
import type { Visitor } from "./walk.ts"

/** What would happen to a path: `perhaps` hangs on a step before it, whose output is not known yet. */
export interface PlanEntry {
  readonly path: string
  readonly action: "reuse" | "run" | "perhaps"
  readonly why: string
}

/** Whatever keeps one place from being walked ends the whole run. */
const ending = (runtime: Runtime): Pick<Visitor, "refuse" | "stop"> => ({
  refuse: (path, reason) => halt(runtime, { _tag: "Failed", path, reason }),
  stop: (cause) => end(runtime, { _tag: "Stopped", path: "", reason: Cause.squash(cause) })
})

/** Runs every step whose record does not hold. */
export const runAll = (runtime: Runtime): Visitor => ({
  ...ending(runtime),
  step: (step, path, input) => Effect.flatMap(input, (value) => perform(runtime, step, path, value))
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

/** Says of every step what a run would do; what would run has no output for those after it. */
export const planAll = (runtime: Runtime, plan: Array<PlanEntry>): Visitor => ({
  step: (step, path, input) =>
    Effect.flatMap(input, (value) => examine(runtime.hash, step, path, value, runtime.state.records[path])).pipe(
      Effect.matchEffect({
        onSuccess: ({ verdict }): Effect.Effect<unknown, Stop> => {
          if (verdict._tag === "Reuse") {
            plan.push({ path, action: "reuse", why: keptModel(step, runtime.state.records[path]?.result?.model) })
            return Effect.succeed(verdict.output)
          }
          plan.push({ path, action: "run", why: verdict.why })
          return Effect.fail(new Missing(path))
        },
        onFailure: (error): Effect.Effect<unknown, Stop> => {
          if (error instanceof Missing) {
            plan.push({ path, action: "perhaps", why: `reads ${error.path}` })
            return Effect.fail(new Missing(path))
          }
          plan.push({
            path,
            action: "run",
            why: `would fail: ${describeError(error).message}`
          })
          return Effect.fail(new Missing(path))
        }
      })
    ),
  ...ending(runtime),
  refuse: (path, reason) =>
    Effect.suspend(() => {
      plan.push({ path, action: "run", why: `would fail: ${reason.message}` })
      return Effect.fail(new Missing(path))
    })
})

const keptModel = (step: UntypedStep, recordedWith: string | undefined): string => {
  const model = step.model?.models[0]
  return model === undefined || recordedWith === undefined || step.model?.models.includes(recordedWith)
    ? ""
    : `made by model "${recordedWith}", now "${model}": results are kept`
}

const recorded = (runtime: Runtime, step: UntypedStep, path: string): Effect.Effect<unknown, Stop> =>
  Effect.suspend(() => {
    const result = runtime.state.records[path]?.result
    const output = result && readKept(insideOf(step).output, result.output)
    return output !== undefined && Result.isSuccess(output)
      ? Effect.succeed(output.success)
      : Effect.fail(new Missing(path))
  })
