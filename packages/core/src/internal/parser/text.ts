import * as Result from "effect/Result"
import * as reasoning from "../text/reasoning.ts"
import { answer, makeParser, type OutputParser } from "./outputParser.ts"

/** The reply as it is, but for what the model thought aloud. */
export const text: OutputParser<string> = makeParser({
  id: "text@1",
  format: "text",
  instructions: "",
  parse: (reply) => answer(reply, reasoning.cut),
  print: (value) => (Result.getOrUndefined(answer(value, reasoning.cut)) === value ? value : reasoning.enclose(value))
})
