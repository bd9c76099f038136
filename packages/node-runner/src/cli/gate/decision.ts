import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as FileSystem from "effect/FileSystem"
import type * as Terminal from "effect/Terminal"
import * as StandardSchema from "@stepwright/core/StandardSchema"
import type * as Workflow from "@stepwright/core/Workflow"
import { type CliError, usage } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import { Person } from "../base/person.ts"
import * as textFile from "../base/textFile.ts"
import * as excess from "../value/excess.ts"
import { json, type Kind, kindOf, shapeOf as shapeOfAst } from "../value/kind.ts"

type AnyCodec = Workflow.Any["input"]

interface Field extends Kind {
  readonly name: string
  readonly isOptional: boolean
  /** What is wrong with a value of this field alone. */
  readonly problem: Problem
}

type Form = ReadonlyArray<Field> | Kind

type Problem = (value: Schema.Json) => string | undefined

const encodedSide = (schema: AnyCodec) => SchemaAST.toEncoded(Schema.toCodecJson(StandardSchema.told(schema)).ast)

/** What a decision is made of: fields, or one value. */
const formOf = (schema: AnyCodec): Form => {
  const encoded = encodedSide(schema)
  if (!SchemaAST.isObjects(encoded) || encoded.indexSignatures.length > 0) return kindOf(encoded)
  const { ast } = Schema.toCodecJson(schema)
  // one that is made of another as a whole has the fields of that
  const checked = SchemaAST.isObjects(ast) && ast.encoding === undefined ? ast : encoded
  return encoded.propertySignatures.map(({ name, type }) => ({
    ...kindOf(type),
    name: String(name),
    isOptional: SchemaAST.isOptional(type),
    problem: problemIn(
      Schema.make<AnyCodec>(checked.propertySignatures.find((field) => field.name === name)?.type ?? type)
    )
  }))
}

const isKind = (form: Form): form is Kind => "parse" in form

/** What a decision looks like as JSON: `{"approved": true|false, "note"?: "…"}`. */
export const shapeOf = (schema: AnyCodec): string => {
  const shape = shapeOfAst(encodedSide(schema))
  return shape === "…" ? "JSON" : shape
}

const problemIn = (schema: AnyCodec): Problem => {
  const decode = Schema.decodeUnknownResult(Schema.toCodecJson(schema), { errors: "all" })
  return (value) => {
    const decoded = decode(value)
    return Result.isFailure(decoded) ? oneLine(decoded.failure.message) : undefined
  }
}

/** A decision as it is recorded, or what is wrong with it. */
const checked = (schema: AnyCodec) => {
  const codec = Schema.toCodecJson(StandardSchema.given(schema))
  const decode = Schema.decodeUnknownResult(codec, { errors: "all" })
  const encode = Schema.encodeResult(codec)
  const problem = excess.problemOf(schema)
  return (value: Schema.Json): Result.Result<Schema.Json, string> => {
    const why = problem(value)
    return why === undefined
      ? Result.mapError(Result.flatMap(decode(value), encode), ({ message }) => oneLine(message))
      : Result.fail(why)
  }
}

/** What a plain answer stands for: the decision itself, or the one field of it that is required. */
const plainly = (form: Form, answer: string): Result.Result<Schema.Json, string> => {
  if (isKind(form)) return form.isPlain ? form.parse(answer) : Result.fail("not JSON")
  const [field, ...others] = form.filter(({ isOptional }) => !isOptional)
  return field?.isPlain === true && others.length === 0
    ? Result.map(field.parse(answer), (value) => ({ [field.name]: value }))
    : Result.fail("not JSON")
}

const isObjectLike = (answer: string) => /^\s*\{/u.test(answer)

/** What an answer stands for: JSON, or what is plainer. */
const reading = (schema: AnyCodec) => {
  const form = formOf(schema)
  const check = checked(schema)
  return (answer: string): Result.Result<Schema.Json, string> => {
    const parsed = json(answer)
    const asJson = Result.flatMap(parsed, check)
    // fields that were meant are not taken for a text
    if (Result.isSuccess(asJson) || (!isKind(form) && isObjectLike(answer))) return asJson
    const plain = answer === "" ? Result.fail("nothing is given") : plainly(form, answer)
    const asPlain = Result.flatMap(plain, check)
    if (Result.isSuccess(asPlain)) return asPlain
    // what begins like JSON is meant as that
    return Result.isSuccess(parsed) || /^\s*[[{"]/u.test(answer) ? asJson : asPlain
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
  const decision = reading(schema)(answer)
  if (Result.isSuccess(decision)) return decision.success
  const details = { target: path, fix: `give ${shapeOf(schema)}` }
  return yield* usage(`${path}: this is no decision: ${decision.failure}`, details)
})

/** Asks the person at the terminal, again where an answer does not do; `undefined` where nothing is answered. */
export const ask = Effect.fnUntraced(function* (
  schema: AnyCodec
): Effect.fn.Return<Schema.Json | undefined, never, Terminal.Terminal> {
  const form = formOf(schema)
  const read = reading(schema)
  if (isKind(form)) return yield* answered(promptOf(form), read)
  const check = checked(schema)
  for (;;) {
    const given = yield* askFields(form, read)
    if (given === undefined) return undefined
    const decision = check(given)
    if (Result.isSuccess(decision)) return decision.success
    yield* Console.error(`this is no decision: ${decision.failure}`)
  }
})

const promptOf = ({ words }: Kind): string =>
  words === "" ? "decision: " : `${words === "yes/no" ? "yes or no" : words}: `

/** Asks for each field, until one answer gives them all. */
const askFields = Effect.fnUntraced(function* (
  fields: ReadonlyArray<Field>,
  read: ReturnType<typeof reading>
): Effect.fn.Return<Schema.Json | undefined, never, Terminal.Terminal> {
  const decision: Record<string, Schema.Json> = {}
  for (const { isOptional, isPlain, name, parse, problem, words } of fields) {
    const hints = [words, ...(isOptional ? ["may be left empty"] : [])].filter((hint) => hint !== "")
    const prompt = `${name}${hints.length === 0 ? "" : ` (${hints.join("; ")})`}: `
    const given = yield* answered(prompt, (answer): Result.Result<Given, string> => {
      const whole = isObjectLike(answer) ? read(answer) : undefined
      if (whole !== undefined && (Result.isSuccess(whole) || isPlain)) return Result.map(whole, (whole) => ({ whole }))
      return Result.flatMap(parse(answer), (value) => {
        const why = problem(value)
        return why === undefined ? Result.succeed({ value }) : Result.fail(why)
      })
    })
    if (given === undefined && !isOptional) return undefined
    if (given === undefined) continue
    if ("whole" in given) return given.whole
    decision[name] = given.value
  }
  return decision
})

type Given = { readonly whole: Schema.Json } | { readonly value: Schema.Json }

/** What a person answers, asked again until it will do; `undefined` for nothing. */
const answered = Effect.fnUntraced(function* <A>(prompt: string, read: (answer: string) => Result.Result<A, string>) {
  const { answer } = yield* Person
  for (;;) {
    const line = yield* answer(prompt)
    if (line === undefined || line.trim() === "") return undefined
    const given = read(line)
    if (Result.isSuccess(given)) return given.success
    yield* Console.error(given.failure)
  }
})
