import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as FileSystem from "effect/FileSystem"
import type * as Terminal from "effect/Terminal"
import type * as Workflow from "@stepwright/core/Workflow"
import { describeError } from "@stepwright/core/WorkflowError"
import { type CliError, usage } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import { Person } from "../base/person.ts"
import * as textFile from "../base/textFile.ts"

type AnyCodec = Workflow.Any["input"]

/** How a value is given by a person: in what words it is asked for, and what an answer stands for. */
interface Kind {
  readonly shape: string
  readonly words: string
  readonly isPlain: boolean
  readonly parse: (answer: string) => Result.Result<Schema.Json, string>
}

const yesNo: Kind = {
  shape: "true|false",
  words: "yes/no",
  isPlain: true,
  parse: (answer) => {
    const word = answer.trim().toLowerCase()
    if (["yes", "y", "true"].includes(word)) return Result.succeed(true)
    return ["no", "n", "false"].includes(word)
      ? Result.succeed(false)
      : Result.fail(`neither yes nor no: ${JSON.stringify(answer)}`)
  }
}

const text: Kind = { shape: '"…"', words: "", isPlain: true, parse: (answer) => Result.succeed(answer) }

const choice = (names: ReadonlyArray<string>): Kind => ({
  shape: names.map((name) => JSON.stringify(name)).join("|"),
  words: names.join(", "),
  isPlain: true,
  parse: (answer) =>
    names.includes(answer.trim())
      ? Result.succeed(answer.trim())
      : Result.fail(`neither ${names.join(" nor ")}: ${JSON.stringify(answer)}`)
})

const json: Kind = {
  shape: "…",
  words: "JSON",
  isPlain: false,
  parse: (answer) =>
    Result.mapError(
      Result.try((): Schema.Json => JSON.parse(answer)),
      (error) => `not JSON: ${oneLine(describeError(error).message)}`
    )
}

const kindOf = (encoded: SchemaAST.AST): Kind => {
  if (SchemaAST.isBoolean(encoded)) return yesNo
  if (SchemaAST.isString(encoded)) return text
  const literals = SchemaAST.isUnion(encoded) ? encoded.types : [encoded]
  const names = literals.flatMap((type) =>
    SchemaAST.isLiteral(type) && typeof type.literal === "string" ? [type.literal] : []
  )
  return names.length === literals.length ? choice(names) : json
}

interface Field extends Kind {
  readonly name: string
  readonly isOptional: boolean
}

/** What a decision is made of: fields, or one value. */
const formOf = (schema: AnyCodec): ReadonlyArray<Field> | Kind => {
  const encoded = SchemaAST.toEncoded(Schema.toCodecJson(schema).ast)
  return SchemaAST.isObjects(encoded) && encoded.indexSignatures.length === 0
    ? encoded.propertySignatures.map(({ name, type }) => ({
        ...kindOf(type),
        name: String(name),
        isOptional: SchemaAST.isOptional(type)
      }))
    : kindOf(encoded)
}

const isKind = (form: ReadonlyArray<Field> | Kind): form is Kind => "parse" in form

/** What a decision looks like as JSON: `{"approved": true|false, "note"?: "…"}`. */
export const shapeOf = (schema: AnyCodec): string => {
  const form = formOf(schema)
  if (isKind(form)) return form.isPlain ? form.shape : "JSON"
  const fields = form.map(({ isOptional, name, shape }) => `${JSON.stringify(name)}${isOptional ? "?" : ""}: ${shape}`)
  return `{${fields.join(", ")}}`
}

/** What a plain answer stands for: the decision itself, or the one field of it that is required. */
const plainly = (form: ReadonlyArray<Field> | Kind, answer: string): Result.Result<Schema.Json, string> => {
  if (isKind(form)) return form.isPlain ? form.parse(answer) : Result.fail("not JSON")
  const [field, ...others] = form.filter(({ isOptional }) => !isOptional)
  return field?.isPlain === true && others.length === 0
    ? Result.map(field.parse(answer), (value) => ({ [field.name]: value }))
    : Result.fail("not JSON")
}

const problemOf = (schema: AnyCodec) => {
  const decode = Schema.decodeUnknownResult(Schema.toCodecJson(schema), { errors: "all" })
  return (value: Schema.Json): string | undefined => {
    const decoded = decode(value)
    return Result.isFailure(decoded) ? oneLine(decoded.failure.message) : undefined
  }
}

/** The decision that VALUE gives for the gate at a path: JSON, a plain answer, `@FILE`, or `-` for standard input. */
export const read = Effect.fnUntraced(function* (
  schema: AnyCodec,
  given: string,
  path: string
): Effect.fn.Return<Schema.Json, CliError, FileSystem.FileSystem> {
  const file = given === textFile.standardInput ? given : given.startsWith("@") ? given.slice(1) : undefined
  const answer = file === undefined ? given : yield* textFile.read(file)
  const problem = problemOf(schema)
  const parsed = json.parse(answer)
  if (Result.isSuccess(parsed) && problem(parsed.success) === undefined) return parsed.success
  const plain = answer === "" ? Result.fail("nothing is given") : plainly(formOf(schema), answer)
  if (Result.isSuccess(plain) && problem(plain.success) === undefined) return plain.success
  // what begins like JSON is meant as that
  const isJson = Result.isSuccess(parsed) || /^\s*[[{"]/u.test(answer)
  const meant = isJson ? parsed : plain
  const why = Result.match(meant, { onFailure: (failure) => failure, onSuccess: problem })
  return yield* usage(`${path}: this is no decision: ${why}`, { target: path, fix: `give ${shapeOf(schema)}` })
})

/** Asks the person at the terminal, again where an answer does not do; `undefined` where nothing is answered. */
export const ask = Effect.fnUntraced(function* (
  schema: AnyCodec
): Effect.fn.Return<Schema.Json | undefined, never, Terminal.Terminal> {
  const form = formOf(schema)
  const problem = problemOf(schema)
  for (;;) {
    const decision = yield* isKind(form) ? askKind(form, promptOf(form)) : askFields(form)
    if (decision === undefined) return undefined
    const why = problem(decision)
    if (why === undefined) return decision
    yield* Console.error(`this is no decision: ${why}`)
  }
})

const promptOf = ({ words }: Kind): string =>
  words === "" ? "decision: " : `${words === "yes/no" ? "yes or no" : words}: `

const askFields = Effect.fnUntraced(function* (fields: ReadonlyArray<Field>) {
  const decision: Record<string, Schema.Json> = {}
  for (const { isOptional, name, words, ...kind } of fields) {
    const hints = [words, ...(isOptional ? ["may be left empty"] : [])].filter((hint) => hint !== "")
    const prompt = `${name}${hints.length === 0 ? "" : ` (${hints.join("; ")})`}: `
    const value = yield* askKind({ ...kind, words }, prompt)
    if (value !== undefined) decision[name] = value
    else if (!isOptional) return undefined
  }
  return decision
})

const askKind = Effect.fnUntraced(function* ({ parse }: Kind, prompt: string) {
  const { answer } = yield* Person
  for (;;) {
    const line = yield* answer(prompt)
    if (line === undefined || line.trim() === "") return undefined
    const parsed = parse(line)
    if (Result.isSuccess(parsed)) return parsed.success
    yield* Console.error(parsed.failure)
  }
})
