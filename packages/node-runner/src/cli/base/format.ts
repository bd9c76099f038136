import type { TestCounts } from "@stepwright/core/TestRunner"
import type * as Usage from "@stepwright/core/Usage"
import type { StepRecord, StepResult } from "@stepwright/core/WorkflowState"

/** Milliseconds for a person: `4 ms`, `0.4 s`, `12 s`, `3 min 5 s`. */
export const time = (millis: number): string => {
  if (millis < 100) return `${Math.max(0, Math.round(millis))} ms`
  const seconds = millis / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const whole = Math.round(seconds)
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** Bytes for a person: `900 B`, `1.2 kB`, `35.0 MB`. */
export const bytes = (n: number): string => {
  if (n < 1000) return `${n} B`
  const power = Math.min(3, Math.floor(Math.log10(n) / 3))
  return `${(n / 1000 ** power).toFixed(1)} ${["", "kB", "MB", "GB"][power]}`
}

/** Input and output tokens: `900 + 120 tokens`. What a provider did not say is left out. */
export const tokens = ({ input, output }: Usage.Usage): ReadonlyArray<string> => {
  if (input === undefined) return output === undefined ? [] : [`${output} output tokens`]
  return [output === undefined ? `${input} input tokens` : `${input} + ${output} tokens`]
}

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** A step's work so far: `12 s, 2 attempts, 3 replies, 900 + 120 tokens`. */
export const ofRecord = (record: StepRecord, now: number | undefined, fewestAttempts = 2): string => {
  const { attempts, durationMillis, pending, replies, result, usage } = record
  const elapsed = pending === undefined ? durationMillis : now === undefined ? undefined : now - pending
  return [
    ...(elapsed === undefined ? [] : [time(elapsed)]),
    ...(attempts >= fewestAttempts ? [count(attempts, "attempt")] : []),
    ...(replies > 0 ? [count(replies, "reply", "replies"), ...tokens(usage)] : []),
    ...(result?.by === "hand" ? [`set by hand${byWhom(result)}`] : []),
    ...(result?.by === "decision" ? [`decided${byWhom(result)}`] : []),
    ...(result?.by === "cache" ? [ofCache(result)] : [])
  ].join(", ")
}

/** Who set a result or decided it, where that was said. */
const byWhom = ({ who }: Pick<StepResult, "who">): string => (who === undefined ? "" : ` by ${who}`)

/** Whence a result came that was not made here. */
export const ofCache = ({ cache }: StepResult): string => `from the cache, made by run ${cache?.run}`

export const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ").trim()

/** A step's output: text as it is, anything else as JSON. */
export const output = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2))

/** Counts of tests: `5 passed, 1 failed, 2 skipped`. */
export const tests = (counts: Omit<TestCounts, "run">): string =>
  [
    `${counts.passed} passed`,
    `${counts.failed} failed`,
    ...(counts.errors > 0 ? [count(counts.errors, "error")] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
    ...(counts.expectedFailures > 0 ? [`${counts.expectedFailures} expected to fail`] : []),
    ...(counts.unsupported > 0 ? [`${counts.unsupported} that this sandbox cannot run`] : [])
  ].join(", ")
