import * as SchemaAST from "effect/SchemaAST"
import * as Schema from "effect/Schema"
import type { AnyCodec } from "../json/codec.ts"
import { choice } from "./choice.ts"
import { json } from "./json.ts"
import { jsonSide } from "../standard/told.ts"
import type { OutputParser } from "./outputParser.ts"
import { text } from "./text.ts"

/** Text for an output whose JSON side is a string, with white space around a choice ignored; JSON for all others. */
export const defaultParser = (schema: AnyCodec): OutputParser<unknown> => {
  const encoded = SchemaAST.toEncoded(Schema.toCodecJson(jsonSide(schema)).ast)
  const choices = choicesOf(encoded)
  const parser = choices !== undefined ? choice(choices) : isText(encoded) ? text : json(schema)
  // it is only given what the schema's JSON side allows
  return parser as OutputParser<unknown>
}

const choicesOf = (ast: SchemaAST.AST): ReadonlyArray<string> | undefined => {
  if (SchemaAST.isUnion(ast)) {
    const members = ast.types.map(choicesOf)
    return members.every((member) => member !== undefined) ? members.flat() : undefined
  }
  const values = SchemaAST.isLiteral(ast)
    ? [ast.literal]
    : SchemaAST.isEnum(ast)
      ? ast.enums.map(([, value]) => value)
      : []
  const choices = values.filter((value) => typeof value === "string")
  return choices.length > 0 && choices.length === values.length ? choices : undefined
}

const isText = (ast: SchemaAST.AST): boolean =>
  SchemaAST.isString(ast) ||
  SchemaAST.isTemplateLiteral(ast) ||
  choicesOf(ast) !== undefined ||
  (SchemaAST.isUnion(ast) && ast.types.every(isText))
