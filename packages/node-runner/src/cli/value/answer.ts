import type { Result, RunLine } from "../../RunLine.ts"

/** A line of `--json-events`. */
export const line = (content: RunLine): string => JSON.stringify(content)

/** How a command tells a program what came of it: one document, or the last of its lines. */
export const text = (result: Result, isLines: boolean | undefined): string =>
  isLines === true ? line({ _tag: "Ended", result }) : JSON.stringify(result, null, 2)
