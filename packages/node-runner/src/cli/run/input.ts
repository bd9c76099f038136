import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as StandardSchema from "@stepwright/core/StandardSchema"
import type * as Workflow from "@stepwright/core/Workflow"
import { describeError } from "@stepwright/core/WorkflowError"
import { type CliError, usage } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import * as textFile from "../base/textFile.ts"
import * as project from "../value/project.ts"

type AnyCodec = Workflow.Any["input"]

const encodedSide = (schema: AnyCodec) => SchemaAST.toEncoded(Schema.toCodecJson(StandardSchema.told(schema)).ast)

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

/** What a person named in place of an input as JSON: documents, or the one file that the input is of another workflow. */
export interface Named {
  readonly files: ReadonlyArray<string>
  readonly design: ReadonlyArray<string>
  readonly samples: ReadonlyArray<string>
}

/** The fields of an input of files by their paths. */
const fieldsOfProject = (schema: AnyCodec): SchemaAST.Objects["propertySignatures"] | undefined => {
  const encoded = encodedSide(schema)
  const fields = SchemaAST.isObjects(encoded) ? encoded.propertySignatures : []
  return fields.some(({ name, type }) => name === "documents" && SchemaAST.isArrays(type)) ? fields : undefined
}

/** Whether an input is documents, of which there may be several. */
export const hasDocuments = (schema: AnyCodec): boolean => fieldsOfProject(schema) !== undefined

/** Fields of an input that flags of their names say. */
export type Told = Readonly<Record<string, Schema.Json | undefined>>

/** An input with what flags say of it. */
export const withTold = Effect.fnUntraced(function* (
  schema: AnyCodec,
  json: Schema.Json,
  told: Told
): Effect.fn.Return<Schema.Json, CliError> {
  const fields = fieldsOfProject(schema) ?? []
  const given = Record.filter(told, (value) => value !== undefined)
  const stray = Object.keys(given).find((name) => !fields.some((field) => field.name === name))
  if (stray === undefined)
    return Object.keys(given).length === 0 ? json : ({ ...(json as object), ...given } as Schema.Json)
  return yield* usage(`the workflow's input has no ${stray}`, { target: `--${stray}`, fix: `leave --${stray} out` })
})

/** The input that files stand for; where `isJson` allows that, first of all what a single one holds as JSON. */
export const fromFiles = Effect.fnUntraced(function* (
  schema: AnyCodec,
  { design, files, samples }: Named,
  { before, isJson }: { readonly isJson: boolean; readonly before?: Schema.Json }
): Effect.fn.Return<Schema.Json, CliError, FileSystem.FileSystem> {
  const fields = fieldsOfProject(schema) ?? []
  const given = { design, samples }
  for (const [field, flag] of [
    ["design", "--design"],
    ["samples", "--sample"]
  ] as const) {
    if (given[field].length === 0 || fields.some(({ name }) => name === field)) continue
    const fix = `leave ${flag} out`
    return yield* usage(`the workflow's input has no ${field}`, { target: flag, fix })
  }
  const [file = "", ...others] = files
  if (fields.length > 0) {
    const isAlone = isJson && files.length === 1 && design.length === 0 && samples.length === 0
    return (
      (isAlone ? yield* wholeInput(file) : undefined) ??
      (yield* inputOf(fields, { documents: files, ...given }, before))
    )
  }
  if (others.length === 0) return yield* fromFile(schema, file, { isJson })
  const problem = `the workflow takes one FILE, and ${files.length} are named`
  return yield* usage(problem, { target: others[0]!, fix: "name one" })
})

/** The fields that there are: what was named for them, or else what stood there before, or nothing. */
const inputOf = (
  fields: SchemaAST.Objects["propertySignatures"],
  given: project.Given,
  before: Schema.Json | undefined
): Effect.Effect<Schema.Json, CliError, FileSystem.FileSystem> =>
  Effect.map(project.read(given), (found) => {
    const isField = (_: unknown, name: string) => fields.some((field) => field.name === name)
    const isNeeded = (name: string) => fields.some((field) => field.name === name && !SchemaAST.isOptional(field.type))
    return {
      ...Record.filter({ ...found }, (_, name) => isNeeded(name)),
      ...(Predicate.isReadonlyObject(before) && Record.filter(before as Schema.JsonObject, isField)),
      ...Record.filter({ ...found }, (files, name) => isField(files, name) && files.length > 0)
    }
  })

/** What a single file holds that is an input as a whole, or what standard input has, which is read once. */
const wholeInput = Effect.fnUntraced(function* (
  file: string
): Effect.fn.Return<Schema.Json | undefined, CliError, FileSystem.FileSystem> {
  const isInput = file === textFile.standardInput
  const read = textFile.document(file)
  // why a file cannot be read is told when it is read as a document
  const text = yield* isInput ? read : Effect.orElseSucceed(read, () => "")
  const json = Option.getOrUndefined(yield* Effect.option(parseJson(text, textFile.title(file))))
  if (Predicate.hasProperty(json, "documents")) return json
  return isInput ? { documents: [{ path: textFile.title(file), text }] } : undefined
})

/**
 * The input that a file stands for: its text, or the one field of the input that is text; where `isJson` allows that,
 * first of all what it holds as JSON.
 */
const fromFile = Effect.fnUntraced(function* (
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
  { told = {}, ...given }: Named & { readonly input: string | undefined; readonly told?: Told }
): Effect.fn.Return<unknown, CliError, FileSystem.FileSystem> {
  const isNamed = given.files.length + given.design.length + given.samples.length > 0
  if (isNamed && given.input !== undefined) {
    return yield* usage("the input is given twice", { target: "FILE", fix: "name a FILE or use --input, not both" })
  }
  if (!isNamed && given.input === undefined) {
    const fix = "name a FILE that holds it as text, or use --input with JSON or a JSON file"
    return yield* usage("there is no input", { target: "FILE", fix })
  }
  const found = yield* given.input === undefined ? fromFiles(schema, given, { isJson: false }) : fromFlag(given.input)
  return yield* decodeJson(schema, yield* withTold(schema, found, told))
})

/** The input that JSON stands for. */
export const decodeJson = (schema: AnyCodec, json: Schema.Json): Effect.Effect<unknown, CliError> => {
  const codec = Schema.toCodecJson(StandardSchema.given(schema))
  return Effect.mapError(Schema.decodeEffect(codec, { errors: "all" })(json), (error) =>
    usage(`the input does not fit the workflow: ${oneLine(error.message)}`, { target: "input", cause: error })
  )
}
