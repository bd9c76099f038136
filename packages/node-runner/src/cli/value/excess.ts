import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import { isNear, nearest } from "../../internal/files/nearest.ts"

interface Excess {
  readonly path: ReadonlyArray<PropertyKey>
  /** The fields that there are. */
  readonly names: ReadonlyArray<string>
}

/** What is wrong with JSON that has a field which a Schema does not have, and would leave out. */
export const problemOf = (schema: Schema.Codec<unknown, unknown>) => {
  const decode = Schema.decodeUnknownResult(Schema.toCodecJson(schema), { errors: "all", onExcessProperty: "error" })
  return (value: Schema.Json): string | undefined => {
    const decoded = decode(value)
    if (Result.isSuccess(decoded)) return undefined
    const [first] = found(decoded.failure.issue, []).excess
    return first && inWords(first)
  }
}

const inWords = ({ names, path }: Excess): string => {
  const name = String(path.at(-1))
  const [known] = nearest(name, names)
  const where = path.length === 1 ? "" : ` in ${path.slice(0, -1).map(String).join("/")}`
  const meant =
    known !== undefined && isNear(name, known)
      ? `; did you mean ${JSON.stringify(known)}?`
      : names.length === 0
        ? ""
        : `; there are ${names.join(", ")}`
  return `it has no field ${JSON.stringify(name)}${where}${meant}`
}

interface Found {
  readonly excess: ReadonlyArray<Excess>
  /** How much else is wrong. */
  readonly others: number
}

const found = (issue: SchemaIssue.Issue, path: ReadonlyArray<PropertyKey>): Found => {
  switch (issue._tag) {
    case "UnexpectedKey":
      return { excess: [{ path, names: namesOf(issue.ast) }], others: 0 }
    case "Pointer":
      return found(issue.issue, [...path, ...issue.path])
    case "Encoding":
    case "Filter":
      return found(issue.issue, path)
    case "Composite": {
      const all = issue.issues.map((inner) => found(inner, path))
      return { excess: all.flatMap(({ excess }) => excess), others: all.reduce((sum, { others }) => sum + others, 0) }
    }
    case "AnyOf": {
      // the member that fits best is the one that is meant
      const wrong = ({ excess, others }: Found) => excess.length + others
      const [best = none] = issue.issues.map((inner) => found(inner, path)).toSorted((a, b) => wrong(a) - wrong(b))
      return best
    }
    default:
      return none
  }
}

/** Something that has to do with no field. */
const none: Found = { excess: [], others: 1 }

const namesOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []
