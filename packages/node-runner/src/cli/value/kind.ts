import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { describeError } from "@stepwright/core/WorkflowError"
import { oneLine } from "../base/format.ts"

/** How a value is given by a person: in what words it is asked for, and what an answer stands for. */
export interface Kind {
  /** What it looks like as JSON: `true|false`. */
  readonly shape: string
  /** What can be answered; nothing to say of a text. */
  readonly words: string
  /** Whether there is a plainer way than JSON. */
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

/** What JSON text holds, or what is wrong with it. */
export const json = (answer: string): Result.Result<Schema.Json, string> =>
  Result.mapError(
    Result.try((): Schema.Json => JSON.parse(answer)),
    (error) => `not JSON: ${oneLine(describeError(error).message)}`
  )

const number = (isInteger: boolean): Kind => {
  const words = isInteger ? "an integer" : "a number"
  return {
    shape: isInteger ? "integer" : "number",
    words,
    isPlain: true,
    parse: (answer) =>
      Result.filterOrFail(
        json(answer),
        (value) => typeof value === "number",
        () => `not ${words}: ${JSON.stringify(answer)}`
      )
  }
}

/** One of some values, by its word: in any case where that can mean one alone. */
const choice = (values: ReadonlyArray<string | number | boolean | null>): Kind => {
  const names = values.map(String)
  return {
    shape: values.map((value) => JSON.stringify(value)).join("|"),
    words: names.join(", "),
    isPlain: true,
    parse: (answer) => {
      const word = answer.trim()
      const alike = names.filter((name) => name.toLowerCase() === word.toLowerCase())
      const meant = names.includes(word) ? word : alike.length === 1 ? alike[0] : undefined
      const value = meant === undefined ? undefined : values[names.indexOf(meant)]
      const isNone = names.length === 1 ? `not ${names[0]}` : `neither ${names.join(" nor ")}`
      return value === undefined ? Result.fail(`${isNone}: ${JSON.stringify(answer)}`) : Result.succeed(value)
    }
  }
}

/** The first of some kinds that an answer fits: a text is whatever is none of the others. */
const either = (kinds: ReadonlyArray<Kind>): Kind => {
  const inOrder = [...kinds.filter((kind) => kind !== text), ...kinds.filter((kind) => kind === text)]
  return {
    shape: kinds.map(({ shape }) => shape).join("|"),
    words: inOrder.map(({ words }) => (words === "" ? "a text" : words)).join(" or "),
    isPlain: true,
    parse: (answer) => {
      const tried = inOrder.map(({ parse }) => parse(answer))
      return tried.find(Result.isSuccess) ?? tried[0]!
    }
  }
}

const asJson = (ast: SchemaAST.AST): Kind => {
  const shape = shapeOf(ast)
  return { shape, words: shape === "…" ? "JSON" : `JSON: ${shape}`, isPlain: false, parse: json }
}

/** The values that a person can choose from, where there are no others. */
const valuesOf = (ast: SchemaAST.AST): ReadonlyArray<string | number | boolean | null> | undefined => {
  if (SchemaAST.isNull(ast)) return [null]
  if (SchemaAST.isLiteral(ast)) return typeof ast.literal === "bigint" ? undefined : [ast.literal]
  if (SchemaAST.isEnum(ast)) return ast.enums.map(([, value]) => value)
  if (!SchemaAST.isUnion(ast)) return undefined
  const values = ast.types.map(valuesOf)
  return values.includes(undefined) ? undefined : values.flatMap((some = []) => some)
}

const isInteger = ({ checks }: SchemaAST.AST) =>
  checks?.some(({ annotations }) => annotations?.["expected"] === "an integer") === true

/** How a value of an encoded Schema is given. */
export const kindOf = (ast: SchemaAST.AST): Kind => {
  if (SchemaAST.isBoolean(ast)) return yesNo
  if (SchemaAST.isString(ast) || SchemaAST.isTemplateLiteral(ast)) return text
  if (SchemaAST.isNumber(ast)) return number(isInteger(ast))
  const values = valuesOf(ast)
  if (values !== undefined) return choice(values)
  const kinds = SchemaAST.isUnion(ast) ? ast.types.map(kindOf) : []
  return kinds.length > 0 && kinds.every(({ isPlain }) => isPlain) ? either(kinds) : asJson(ast)
}

/** How deep a shape goes. */
const deepest = 3

/** What a value of an encoded Schema looks like as JSON; `…` for anything at all, and for what lies too deep. */
export const shapeOf = (ast: SchemaAST.AST, depth = 0): string => {
  const inside = (inner: SchemaAST.AST) => (depth === deepest ? "…" : shapeOf(inner, depth + 1))
  if (SchemaAST.isSuspend(ast)) return shapeOf(ast.thunk(), depth)
  if (SchemaAST.isUnion(ast) && valuesOf(ast) === undefined) {
    return ast.types.map((type) => shapeOf(type, depth)).join("|")
  }
  if (SchemaAST.isArrays(ast)) {
    const [rest] = ast.rest
    const elements = [...ast.elements, ...(rest === undefined || ast.elements.length > 0 ? [] : [rest])].map(inside)
    return `[${[...elements, ...(rest === undefined ? [] : ["…"])].join(", ")}]`
  }
  if (SchemaAST.isObjects(ast)) {
    const fields = ast.propertySignatures.map(
      ({ name, type }) => `${JSON.stringify(name)}${SchemaAST.isOptional(type) ? "?" : ""}: ${inside(type)}`
    )
    const others = ast.indexSignatures.flatMap(({ type }) => [`"…": ${inside(type)}`, "…"])
    return `{${[...fields, ...others].join(", ")}}`
  }
  return isKnown(ast) ? kindOf(ast).shape : "…"
}

const isKnown = (ast: SchemaAST.AST) =>
  SchemaAST.isBoolean(ast) ||
  SchemaAST.isString(ast) ||
  SchemaAST.isTemplateLiteral(ast) ||
  SchemaAST.isNumber(ast) ||
  valuesOf(ast) !== undefined
