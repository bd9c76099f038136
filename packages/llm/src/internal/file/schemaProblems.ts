import * as SchemaIssue from "effect/SchemaIssue"

/** One thing that is wrong with a value, and the keys under which it is. */
export interface Problem {
  readonly keys: ReadonlyArray<string>
  readonly message: string
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** What a Schema finds wrong with a value, in a line each. */
export const of = (issue: SchemaIssue.Issue): ReadonlyArray<Problem> =>
  format(issue).issues.map(({ message, path = [] }) => ({
    keys: path.map((segment) => String(typeof segment === "object" ? segment.key : segment)),
    message: message.replace(/\n\s*/gu, " ")
  }))
