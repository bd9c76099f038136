import * as Predicate from "effect/Predicate"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import { isNear, nearest } from "./nearest.ts"
import type { Key } from "./yamlText.ts"

/** One thing that a Schema finds wrong with a value, and the keys under which it is. */
export interface SchemaProblem {
  readonly keys: ReadonlyArray<Key>
  readonly detail: string
  /** Whether the last key itself is wrong, not what stands under it. */
  readonly of?: "key"
}

/** What a Schema finds wrong with a value, in a line each; of a union, with the member that is meant. */
export const of = (issue: SchemaIssue.Issue, keys: ReadonlyArray<Key> = []): ReadonlyArray<SchemaProblem> => {
  switch (issue._tag) {
    case "Pointer":
      return of(issue.issue, [...keys, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))])
    case "Encoding":
      return of(issue.issue, keys)
    case "Composite":
      // of a text that has parts, nobody asks for these
      return SchemaAST.isTemplateLiteral(issue.ast)
        ? [{ keys, detail: expectedOf(issue) ?? told(issue) }]
        : issue.issues.flatMap((inner) => of(inner, keys))
    case "AnyOf":
      return bare(issue, keys) ?? meant(issue, keys) ?? [{ keys, detail: expectedOf(issue) ?? told(issue) }]
    case "UnexpectedKey":
      return [{ keys, detail: unknown(String(keys.at(-1)), namesOf(issue.ast)), of: "key" }]
    case "MissingKey":
      return [{ keys: keys.slice(0, -1), detail: `${JSON.stringify(keys.at(-1))} is missing` }]
    default:
      return [{ keys, detail: told(issue) }]
  }
}

/** What a union says that it is, for a value that has nothing of any of its members. */
const bare = (issue: SchemaIssue.AnyOf, keys: ReadonlyArray<Key>): ReadonlyArray<SchemaProblem> | undefined => {
  const { ast, input } = issue
  const detail = expectedOf(issue)
  if (detail === undefined || !Predicate.isReadonlyObject(input) || !SchemaAST.isUnion(ast)) return undefined
  const names = Object.keys(input)
  const members = ast.types.map((type) => (SchemaAST.isSuspend(type) ? type.thunk() : type)).filter(SchemaAST.isObjects)
  const isOfOne = members.some(({ indexSignatures, propertySignatures: [first] }) =>
    first === undefined
      ? indexSignatures.length > 0 && names.length === 1
      : names.some((name) => isNear(name, String(first.name)))
  )
  return isOfOne ? undefined : [{ keys, detail }]
}

/** What a Schema says that it is. */
const expectedOf = ({ ast }: SchemaIssue.AnyOf | SchemaIssue.Composite): string | undefined => {
  const { expected } = SchemaAST.resolve(ast) ?? {}
  return typeof expected === "string" ? `Expected ${expected}` : undefined
}

/** The problems with that member of a union which the value has most in common with. */
const meant = ({ issues }: SchemaIssue.AnyOf, keys: ReadonlyArray<Key>): ReadonlyArray<SchemaProblem> | undefined => {
  const members = issues
    .map((inner) => of(inner, keys))
    // a value of another kind has nothing in common with a member
    .filter((problems) => problems.some((problem) => problem.keys.length > keys.length || isMissing(problem)))
  return members.toSorted((a, b) => weight(a, keys) - weight(b, keys))[0]
}

const isMissing = ({ detail }: SchemaProblem) => detail.endsWith("is missing")

/** Whatever is wrong with the value's own keys says more against a member than all that lies deeper. */
const weight = (problems: ReadonlyArray<SchemaProblem>, keys: ReadonlyArray<Key>) =>
  problems.reduce((sum, problem) => sum + (problem.keys.length > keys.length + 1 ? 1 / problems.length : 4), 0)

const unknown = (name: string, names: ReadonlyArray<string>): string => {
  if (names.includes("keyVariable") && /^(?:api[-_]?)?(?:key|token|secret)$/iu.test(name)) {
    return `no such key: ${JSON.stringify(name)}; a key does not stand in a file: name the variable that has it, by "keyVariable"`
  }
  const [known] = nearest(name, names)
  const hint =
    known !== undefined && isNear(name, known)
      ? `; did you mean ${JSON.stringify(known)}?`
      : names.length === 0
        ? ""
        : `; there are ${names.join(", ")}`
  return `no such key: ${JSON.stringify(name)}${hint}`
}

const namesOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []

const format = SchemaIssue.makeFormatterDefault()

const told = (issue: SchemaIssue.Issue) => format(issue).replace(/\n\s*/gu, " ")
