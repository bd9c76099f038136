import { isLlmError } from "@stepwright/core/LlmError"
import { describeError } from "@stepwright/core/WorkflowError"
import type { RunSettings } from "./settings.ts"

/** The flags with which a run that ended gets further, ` --max-calls 40` after a cap of 20; none where none would. */
export const flagsFor = (settings: RunSettings, error: unknown): string => {
  const { maxOutputTokens, record, replay, structuredOutput } = settings
  const reason = isLlmError(error) ? error.reason : undefined
  switch (reason?._tag) {
    case undefined:
      // a reply that was cut off at its limit
      return /raise maxOutputTokens/.test(describeError(error).message)
        ? ` --max-output-tokens ${maxOutputTokens === undefined ? "N" : 2 * maxOutputTokens}`
        : ""
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
