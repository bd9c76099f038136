import { isLlmError } from "@stepwright/core/LlmError"
import { describeError } from "@stepwright/core/WorkflowError"

/** A message of the library in words of the command line: what its options are called here. */
export const inFlags = (message: string): string =>
  message
    .replaceAll("a smaller maxOutputTokens of the step", "a smaller --max-output-tokens")
    .replaceAll("maxOutputTokens", "--max-output-tokens")
    .replaceAll("Cassette.prune", "`cassette prune`")

/** How and where something ended, and why: `failed at draft: …`, with the path once where the message begins with it too. */
export const endedAt = (how: string, path: string, message: string): string => {
  if (path === "") return `${how}: ${message}`
  return `${how} at ${path}: ${message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message}`
}

/** What went wrong with a request or a step, with what to do where the message does not say it. */
export const told = (error: unknown): string => {
  const message = inFlags(describeError(error).message).trimEnd()
  const reason = isLlmError(error) ? error.reason : undefined
  const isOdd = reason?._tag === "InvalidResponse" || (reason?._tag === "NetworkFailure" && reason.once === true)
  return isOdd ? `${message}: ask again, and if it stays so, another model (--model) or server` : message
}
