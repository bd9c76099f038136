import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Fingerprint from "../../Fingerprint.ts"
import { describeError, InvalidInput } from "../../WorkflowError.ts"
import type { StepFailure, StepRecord, StepResult } from "../../WorkflowState.ts"
import * as canonical from "../json/canonical.ts"
import { readKept, reread } from "../json/codec.ts"
import { own } from "../json/own.ts"
import type { CallSettings } from "../ask/call.ts"
import { insideOf, type Prepared, type UntypedStep } from "../ask/step.ts"
import { evaluate, Missing, watched } from "../walk/hole.ts"
import { type Attempt, type Place, takerOf } from "../walk/place.ts"

/** A step that has its input, its fingerprint, and what that means for its record. */
export interface Examined {
  /** The input as JSON. */
  readonly input: Schema.Json
  readonly prepared: Prepared
  /** What a model is asked first. */
  readonly opening: Opening | undefined
  readonly fingerprint: Fingerprint.Fingerprint
  readonly verdict: Verdict
  /** The verdict for what is recorded later. */
  readonly judge: (recorded: Recorded) => Effect.Effect<Verdict, unknown, unknown>
  /** The verdict for a result from elsewhere. */
  readonly judgeOther: (result: StepResult) => Effect.Effect<Own, unknown, unknown>
}

/** The messages of a first turn: their canonical text, and its digest. */
export interface Opening {
  readonly text: string
  readonly digest: string
}

export type Verdict =
  /** `from`: the path of an earlier round whose result it is. */
  | { readonly _tag: "Reuse"; readonly output: unknown; readonly from?: string }
  /** It failed when it last asked this, which is taken over. */
  | { readonly _tag: "Fail"; readonly failure: StepFailure; readonly taker: Attempt }
  | { readonly _tag: "Run"; readonly why: string }

/** What an earlier round came to, and the path that has the result. */
export interface Answered {
  readonly asks: string
  readonly output: unknown
  readonly from: string
}

/** What a place has by now, and what earlier rounds came to. */
export interface Recorded {
  readonly record: StepRecord | undefined
  readonly answered: ReadonlyMap<string, Answered>
}

const fixedParts = new WeakMap<(text: string) => string, WeakMap<UntypedStep, Fingerprint.Fingerprint>>()

/** The fingerprint of what does not depend on the input, computed once a step. */
export const fixed = (hash: (text: string) => string, step: UntypedStep): Fingerprint.Fingerprint => {
  const known = fixedParts.get(hash) ?? new WeakMap<UntypedStep, Fingerprint.Fingerprint>()
  fixedParts.set(hash, known)
  const fingerprint = known.get(step) ?? Fingerprint.make(hash, insideOf(step).parts)
  known.set(step, fingerprint)
  return fingerprint
}

/** Whether a step's recorded result can be reused for an input, and if not, why. */
export const examine = (
  hash: (text: string) => string,
  step: UntypedStep,
  place: Place,
  input: unknown,
  recorded: Recorded
): Effect.Effect<Examined, unknown, unknown> =>
  Effect.suspend(() => {
    const encoded = encodeInput(step, input)
    if (Result.isFailure(encoded)) return Effect.fail(encoded.failure)
    const inside = insideOf(step)
    const decode = () => reread(inside.input, encoded.success)
    const decoded = decode()
    if (Result.isFailure(decoded)) return Effect.fail(new InvalidInput({ detail: decoded.failure.message }))
    // a step sees what its fingerprint covers, and each of its functions a value of its own
    const read = eachItsOwn(decoded.success, () => Result.getOrThrow(decode()))
    const withParts = (prepared: Prepared, parts: Prepared["parts"]) => {
      const digests: Record<string, string> = {}
      let opening: Opening | undefined
      for (const [name, part] of Object.entries(parts)) {
        const text = canonical.stringify(part)
        const digest = (digests[name] = hash(text))
        if (name === "prompt") opening = { text, digest }
      }
      const fingerprint = Fingerprint.extend(hash, fixed(hash, step), digests)
      const judged = (recorded: Recorded) => judge(step, read, fingerprint, place, recorded)
      const judgeOther = (result: StepResult) =>
        Effect.map(judgeOwn(step, read, fingerprint, result), (verdict): Own => {
          const problem = verdict._tag === "Reuse" ? prepared.check?.(verdict.output) : undefined
          return problem ? { _tag: "Run", why: problem } : verdict
        })
      return Effect.map(judged(recorded), (verdict) => ({
        input: encoded.success,
        prepared,
        opening,
        fingerprint,
        verdict,
        judge: judged,
        judgeOther
      }))
    }
    return Effect.flatMap(
      evaluate(place.path, () => inside.prepare(read, encoded.success)),
      (prepared) =>
        prepared.key === undefined
          ? withParts(prepared, prepared.parts)
          : Effect.flatMap(prepared.key, (key) => withParts(prepared, { ...prepared.parts, key }))
    )
  })

/** Gives a value once, and after that one that is made anew each time. */
const eachItsOwn = (value: unknown, make: () => unknown) => {
  let isGiven = false
  return () => {
    if (isGiven) return make()
    isGiven = true
    return value
  }
}

/** The input as JSON, where it fits; a hole in it is still a hole. */
export const encodeInput = (step: UntypedStep, input: unknown): Result.Result<Schema.Json, InvalidInput | Missing> =>
  Result.mapError(
    watched(() => insideOf(step).input.encode(input)),
    (error) => (error instanceof Missing ? error : new InvalidInput({ detail: describeError(error).message }))
  )

/** Whether a person rejected what a record answers to a question, so that it is asked anew. */
export const isRenewed = (record: StepRecord | undefined, asks: string): boolean =>
  record?.renew === true && (record.result === undefined || record.result.fingerprint.value === asks)

/** Whether a result was given or asked for at its path by a person. */
export const isWanted = (result: StepResult | undefined): boolean =>
  result !== undefined && (result.anew === true || result.by === "hand" || result.by === "decision")

/** Whether a step that asks what failed would do nothing else than was done then. */
export const stillFails = (step: UntypedStep, { asked }: StepFailure): boolean =>
  step.model === undefined ||
  asked === undefined ||
  (step.model.repair <= asked.repair &&
    millisOf(step.model) <= millisOf(asked) &&
    step.model.models.every((model) => asked.models.includes(model)))

const millisOf = ({ timeout }: Pick<CallSettings, "timeout">): number =>
  timeout === undefined ? Infinity : Duration.toMillis(Duration.fromInputUnsafe(timeout))

const judge = (
  step: UntypedStep,
  input: () => unknown,
  fingerprint: Fingerprint.Fingerprint,
  place: Place,
  { answered, record }: Recorded
): Effect.Effect<Verdict, unknown, unknown> => {
  const asks = fingerprint.value
  const { error, result } = record ?? {}
  const isNew = isRenewed(record, asks)
  const settle = (own: Own | undefined): Verdict => {
    const earlier = isNew
      ? undefined
      : place.earlier?.map((path) => answered.get(path)).find((answer) => answer?.asks === asks)
    if (own?._tag === "Reuse" && (earlier === undefined || isWanted(result))) return own
    if (earlier !== undefined) return { _tag: "Reuse", output: earlier.output, from: earlier.from }
    if (error?.fingerprint?.value === asks && !isNew && stillFails(step, error)) {
      const taker = takerOf(place, error)
      if (taker !== undefined) return { _tag: "Fail", failure: error, taker }
    }
    const byHand = result?.by === "hand" ? " (replaces a result set by hand)" : ""
    const why = isNew ? "a new result was asked for" : own?._tag === "Run" ? own.why : "it has no result yet"
    return { _tag: "Run", why: why + byHand }
  }
  return result === undefined || isNew
    ? Effect.succeed(settle(undefined))
    : Effect.map(judgeOwn(step, input, fingerprint, result), settle)
}

/** What is said of a result by itself. */
type Own = Exclude<Verdict, { readonly _tag: "Fail" }>

const judgeOwn = (
  step: UntypedStep,
  input: () => unknown,
  fingerprint: Fingerprint.Fingerprint,
  result: StepResult
): Effect.Effect<Own, unknown, unknown> => {
  const run = (why: string): Own => ({ _tag: "Run", why })
  if (result.fingerprint.value !== fingerprint.value) {
    return Effect.succeed(run(`changed: ${Fingerprint.changed(result.fingerprint, fingerprint).join(", ")}`))
  }
  const { isCurrent, output: codec } = insideOf(step)
  const output = readKept(codec, result.output)
  if (Result.isFailure(output)) return Effect.succeed(run("its recorded output no longer fits its Schema"))
  if (isCurrent === undefined) return Effect.succeed({ _tag: "Reuse", output: output.success })
  return Effect.map(
    isCurrent(() => own(output.success), input),
    (isThere): Own => (isThere ? { _tag: "Reuse", output: output.success } : run("what it made is not there any more"))
  )
}
