import * as Result from "effect/Result"
import { makeParser, type OutputParser } from "./outputParser.ts"

/** The reply as it is. */
export const text: OutputParser<string> = makeParser({
  id: "text@1",
  format: "text",
  instructions: "",
  parse: (reply) => Result.succeed(reply),
  print: (value) => value
})
