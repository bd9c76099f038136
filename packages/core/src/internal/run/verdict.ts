import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Fingerprint from "../../Fingerprint.ts"
import type * as Step from "../../Step.ts"
import type { StepRecord } from "../../WorkflowState.ts"
import { InvalidInput } from "../../WorkflowError.ts"
import { evaluate, Missing } from "./hole.ts"

export type UntypedStep = Step.Step<unknown, unknown, unknown, unknown>

/** A step that has its input, its fingerprint, and what that means for its record. */
export interface Examined {
  readonly prepared: Step.Prepared<unknown, unknown, unknown>
  /** Full digests of the parts that depend on the input. */
  readonly digests: Fingerprint.Digests
  readonly fingerprint: Fingerprint.Fingerprint
  readonly verdict:
    | { readonly _tag: "Reuse"; readonly output: unknown }
    | { readonly _tag: "Run"; readonly why: string }
}

const fixedParts = new WeakMap<(text: string) => string, WeakMap<UntypedStep, Fingerprint.Fingerprint>>()

/** The fingerprint of what does not depend on the input, computed once a step. */
const fixed = (hash: (text: string) => string, step: UntypedStep): Fingerprint.Fingerprint => {
  const known = fixedParts.get(hash) ?? new WeakMap<UntypedStep, Fingerprint.Fingerprint>()
  fixedParts.set(hash, known)
  const fingerprint = known.get(step) ?? Fingerprint.make(hash, step.parts)
  known.set(step, fingerprint)
  return fingerprint
}

/** Whether a step's recorded result can be reused for an input, and if not, why. */
export const examine = Effect.fnUntraced(function* (
  hash: (text: string) => string,
  step: UntypedStep,
  path: string,
  input: unknown,
  record: StepRecord | undefined
): Effect.fn.Return<Examined, unknown, unknown> {
  yield* checkInput(step, input)
  const prepared = yield* evaluate(path, () => step.prepare(input))
  const digests = Fingerprint.digests(hash, yield* prepared.parts)
  const fingerprint = Fingerprint.extend(hash, fixed(hash, step), digests)
  return { prepared, digests, fingerprint, verdict: yield* judge(step, input, fingerprint, record) }
})

const checkInput = (step: UntypedStep, input: unknown) =>
  Effect.try({
    try: () => void step.input.encode(input),
    catch: (error) => (error instanceof Missing ? error : new InvalidInput({ detail: String(error) }))
  })

const judge = Effect.fnUntraced(function* (
  step: UntypedStep,
  input: unknown,
  fingerprint: Fingerprint.Fingerprint,
  record: StepRecord | undefined
): Effect.fn.Return<Examined["verdict"], unknown, unknown> {
  const result = record?.result
  if (result === undefined) return { _tag: "Run", why: "it has no result yet" }
  const byHand = result.by === "hand" ? " (replaces a result set by hand)" : ""
  if (result.fingerprint.value !== fingerprint.value) {
    const changed = Fingerprint.changed(result.fingerprint, fingerprint).join(", ")
    return { _tag: "Run", why: `changed: ${changed}${byHand}` }
  }
  const output = step.output.decode(result.output)
  if (Result.isFailure(output)) return { _tag: "Run", why: `its recorded output no longer fits its Schema${byHand}` }
  return (yield* step.isCurrent(output.success, input))
    ? { _tag: "Reuse", output: output.success }
    : { _tag: "Run", why: "what it made is not there any more" }
})
