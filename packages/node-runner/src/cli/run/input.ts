import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as Workflow from "@stepwright/core/Workflow"
import { describeError } from "@stepwright/core/WorkflowError"
import { type CliError, usage } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import * as textFile from "../base/textFile.ts"

type AnyCodec = Workflow.Any["input"]

const encodedSide = (schema: AnyCodec) => SchemaAST.toEncoded(Schema.toCodecJson(schema).ast)

const parseJson = (text: string, what: string): Effect.Effect<Schema.Json, CliError> =>
  Effect.try({
    try: (): Schema.Json => JSON.parse(text),
    catch: (cause) => usage(`${what} is not JSON: ${oneLine(describeError(cause).message)}`, { target: what, cause })
  })

/** What a text stands for: itself where the Schema's JSON side is a text, else JSON. */
export const valueOf = (schema: AnyCodec, text: string, file: string): Effect.Effect<Schema.Json, CliError> =>
  SchemaAST.isString(encodedSide(schema)) ? Effect.succeed(text) : parseJson(text, textFile.title(file))

/** The name of the one field that is text, where no other is required. */
const textField = (encoded: SchemaAST.Objects): string | undefined => {
  const texts = encoded.propertySignatures.filter(({ type }) => SchemaAST.isString(type))
  const isEnough = encoded.propertySignatures.every(
    (field) => texts.includes(field) || SchemaAST.isOptional(field.type)
  )
  return texts.length === 1 && isEnough ? String(texts[0]!.name) : undefined
}

/** Whether a text alone is an input. */
export const isText = (schema: AnyCodec): boolean => {
  const encoded = encodedSide(schema)
  return SchemaAST.isString(encoded) || (SchemaAST.isObjects(encoded) && textField(encoded) !== undefined)
}

/**
 * The input that a file stands for: its text, or the one field of the input that is text; where `isJson` allows that,
 * first of all what it holds as JSON.
 */
export const fromFile = Effect.fnUntraced(function* (
  schema: AnyCodec,
  file: string,
  { isJson }: { readonly isJson: boolean }
): Effect.fn.Return<Schema.Json, CliError, FileSystem.FileSystem> {
  const encoded = encodedSide(schema)
  const text = yield* textFile.document(file)
  if (SchemaAST.isString(encoded)) return text
  const field = SchemaAST.isObjects(encoded) ? textField(encoded) : undefined
  const asText = field === undefined ? undefined : { [field]: text }
  if (isJson)
    return yield* Effect.catch(parseJson(text, textFile.title(file)), (error) =>
      asText === undefined ? Effect.fail(error) : Effect.succeed(asText)
    )
  if (asText !== undefined) return asText
  const names = SchemaAST.isObjects(encoded)
    ? encoded.propertySignatures.map(({ name }) => String(name)).join(", ")
    : ""
  return yield* usage(`the workflow's input is not one text${names === "" ? "" : ` (it has ${names})`}`, {
    target: file,
    fix: "give it with --input as JSON, or as a JSON file"
  })
})

/** JSON text as it is, or the name of a file that holds it. */
const fromFlag = Effect.fnUntraced(function* (
  given: string
): Effect.fn.Return<Schema.Json, CliError, FileSystem.FileSystem> {
  const direct = yield* Effect.option(parseJson(given, "--input"))
  if (direct._tag === "Some") return direct.value
  const fs = yield* FileSystem.FileSystem
  const isFile = given === textFile.standardInput || (yield* Effect.orElseSucceed(fs.exists(given), () => false))
  return isFile
    ? yield* parseJson(yield* textFile.read(given), textFile.title(given))
    : yield* usage(`--input is neither JSON nor a file: ${given} (a text as JSON has quotes: '"a text"')`, {
        target: "--input"
      })
})

/** The input of a new run, from what the command line was given. */
export const decode = Effect.fnUntraced(function* (
  schema: AnyCodec,
  given: { readonly file: string | undefined; readonly input: string | undefined }
): Effect.fn.Return<unknown, CliError, FileSystem.FileSystem> {
  if (given.file !== undefined && given.input !== undefined) {
    return yield* usage("the input is given twice", { target: "FILE", fix: "name a FILE or use --input, not both" })
  }
  if (given.file === undefined && given.input === undefined) {
    const fix = "name a FILE that holds it as text, or use --input with JSON or a JSON file"
    return yield* usage("there is no input", { target: "FILE", fix })
  }
  const json = yield* given.file === undefined
    ? fromFlag(given.input!)
    : fromFile(schema, given.file, { isJson: false })
  return yield* Effect.mapError(Schema.decodeEffect(Schema.toCodecJson(schema), { errors: "all" })(json), (error) =>
    usage(`the input does not fit the workflow: ${oneLine(error.message)}`, { target: "input", cause: error })
  )
})
