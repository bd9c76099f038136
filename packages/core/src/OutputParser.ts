import * as Result from "effect/Result"
import { makeParser, type OutputParser } from "./internal/parser/outputParser.ts"

export { codeBlock } from "./internal/parser/codeBlock.ts"
export { choice, map, type MapOptions, orElse } from "./internal/parser/combinators.ts"
export { type Field, fields, type FieldsOf, type FieldsSpec } from "./internal/parser/fields.ts"
export { files } from "./internal/parser/files.ts"
export { json } from "./internal/parser/json.ts"
export { OutputParseError, type OutputParser } from "./internal/parser/outputParser.ts"
export { type TaggedBlock, taggedBlocks, type TaggedBlocksOptions } from "./internal/parser/taggedBlocks.ts"

/** The reply as it is. */
export const text: OutputParser<string> = makeParser({
  id: "text@1",
  format: "text",
  instructions: "",
  parse: (reply) => Result.succeed(reply),
  print: (value) => value
})
