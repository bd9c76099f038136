import * as Result from "effect/Result"
import { makeParser, type OutputParser } from "./internal/parser.ts"

export { codeBlock } from "./internal/codeBlockParser.ts"
export { choice, map, type MapOptions, orElse } from "./internal/combinators.ts"
export { type Field, fields, type FieldsOf, type FieldsSpec } from "./internal/fieldsParser.ts"
export { files } from "./internal/filesParser.ts"
export { json } from "./internal/jsonParser.ts"
export type { OutputParser } from "./internal/parser.ts"
export { type TaggedBlock, taggedBlocks, type TaggedBlocksOptions } from "./internal/taggedBlocksParser.ts"

/** The reply as it is. */
export const text: OutputParser<string> = makeParser({
  id: "text@1",
  format: "text",
  instructions: "",
  parse: (reply) => Result.succeed(reply),
  print: (value) => value
})
