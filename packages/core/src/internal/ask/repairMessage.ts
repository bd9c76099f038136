import type { OutputParseError, OutputParser } from "../parser/outputParser.ts"

/** The message that asks again: what was wrong, then the format once more. */
export const repairMessage = (parser: OutputParser<unknown>, error: OutputParseError): string =>
  [
    "Your reply could not be used.",
    error.message,
    "Give the whole answer again, corrected, with nothing left out and no comment on the mistake.",
    parser.instructions
  ]
    .filter((part) => part !== "")
    .join("\n\n")
