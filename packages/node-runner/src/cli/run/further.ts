import * as Effect from "effect/Effect"
import { isLlmError } from "@stepwright/core/LlmError"
import type { TestCounts } from "@stepwright/core/TestRunner"
import { describeError } from "@stepwright/core/WorkflowError"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { Configuration } from "../config/configuration.ts"
import { sourced } from "../config/sourced.ts"
import type { RunSettings } from "./settings.ts"

/** The flags with which a run that ended gets further, ` --max-calls 40` after a cap of 20; none where none would. */
export const flagsFor = (settings: RunSettings, error: unknown): string => {
  const { record, replay, structuredOutput } = settings
  const reason = isLlmError(error) ? error.reason : undefined
  switch (reason?._tag) {
    case undefined:
      return flagsOf(settings, describeError(error).message)
    case "BudgetExceeded":
      return largerCap(settings, reason)
    case "ContentRefused":
    case "ContextLengthExceeded":
      return " --model NAME"
    case "InvalidRequest":
      if (reason.detail.includes("--model")) return " --model NAME"
      return reason.detail.includes("--structured-output")
        ? ` --structured-output ${structuredOutput === "json" ? "instructions" : "json"}`
        : ""
    case "NoRecordedReply":
      return replay !== undefined && record === undefined ? ` --replay ${replay} --record ${replay}` : ""
    default:
      return ""
  }
}

/** The same for an error of which its message alone is known, as a state keeps it. */
export const flagsOf = (settings: RunSettings, message: string): string => {
  const { maxOutputTokens } = settings
  if (/: install with --install, /.test(message)) return " --install"
  if (/nobody agreed to install /.test(message)) return " --yes"
  // a reply that was cut off at its limit
  if (/raise maxOutputTokens/.test(message)) {
    return ` --max-output-tokens ${maxOutputTokens === undefined ? "N" : 2 * maxOutputTokens}`
  }
  const [, cap, , spent = ""] = /^budget exceeded: (max\w+) is (\S+), (.*)/s.exec(message) ?? []
  if (cap !== "maxCalls" && cap !== "maxTokens" && cap !== "maxUsd") return ""
  const needed = Array.from(spent.matchAll(/\d[\d.]*/g), ([amount]) => Number.parseFloat(amount))
  return largerCap(settings, { cap, needed: needed.reduce((sum, amount) => sum + amount, 0) })
}

/**
 * What to do in place of a flag where a cap ended a run that a file or a variable says: a flag would stay with the run, and
 * the file would count no more.
 */
export const raising = Effect.fnUntraced(function* (kept: Partial<RunSettings>, flag: string) {
  const [, name = "", value] = /^ --max-(calls|tokens|usd) (\S+)$/u.exec(flag) ?? []
  const cap = caps[name]
  const said = cap === undefined || kept[cap] !== undefined ? undefined : yield* sourced(yield* Configuration, cap)
  if (said === undefined) return undefined
  return said.source === "environment"
    ? `set ${said.at} to ${value} or more`
    : `set budget.${name} at ${said.at} to ${value} or more`
})

/** A command, after what is to be done before it. */
export const after = (before: string | undefined, command: string): string =>
  before === undefined ? command : `${before}, then ${command}`

const caps: Readonly<Partial<Record<string, "maxCalls" | "maxTokens" | "maxUsd">>> = {
  calls: "maxCalls",
  tokens: "maxTokens",
  usd: "maxUsd"
}

/** Whether a run ended with tests that failed, so that whoever just goes on comes to the same. */
export const isRed = ({ status }: WorkflowState, tests: TestCounts | undefined): boolean =>
  status === "FAILED" && tests !== undefined && tests.failed + tests.errors > 0

/** The command that has a step of such a run try anew. */
export const fork = (again: string, run: string): string => `${again} fork ${run} PATH`

/** All that can be done with it. */
export const tryAnew = (again: string, run: string): string =>
  `\`resume\` alone comes to the same: have a step try anew with \`${fork(again, run)}\`, or give another input or result with \`${again} set ${run} PATH FILE\``

interface Refusal {
  readonly cap?: "maxCalls" | "maxTokens" | "maxUsd"
  readonly needed?: number
}

/** Twice the cap, or what the next call needs. */
const largerCap = (settings: RunSettings, { cap, needed = 0 }: Refusal): string => {
  if (cap === undefined) return ""
  const larger = Math.max(2 * (settings[cap] ?? 0), needed)
  // a little more than needed, in few digits
  const shown = cap === "maxUsd" ? Number((1.05 * larger).toPrecision(2)) : larger
  return ` --${cap.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)} ${shown}`
}
