import { DefinitionError } from "./DefinitionError.ts"
import { type Delimiter, enclose, open } from "./internal/text/delimiter.ts"

export type { Delimiter } from "./internal/text/delimiter.ts"

export type Value = string | number | boolean

/** What is known of a hole of a template. */
export interface PromptTemplateVariable {
  readonly description?: string
  readonly example?: string
  /** Without one the value is inserted as it is. */
  readonly delimiter?: Delimiter
  /** How a value becomes text; `String` by default. */
  readonly toText?: (value: Value) => string
}

/**
 * A delimiter of two tokens. Where a token occurs in a value, a backslash before its last character keeps it from
 * counting: `$end\$`. A token has no backslash and no line break.
 */
export const between = (start: string, end: string): Delimiter => {
  const broken = [start, end].find((token) => token === "" || /[\\\r\n]/.test(token))
  if (broken === undefined) return { _tag: "Between", start, end }
  const detail = `a token must have text, and no backslash or line break: ${JSON.stringify(broken)}`
  throw new DefinitionError({ place: "delimiter", detail })
}

/** A fenced code block, its fence longer than any run of backticks in the value. */
export const fence = (language = ""): Delimiter => ({ _tag: "Fence", language })

/** The text of a value, delimited. */
export const render = (variable: PromptTemplateVariable, value: Value): string => {
  const text = (variable.toText ?? String)(value)
  return variable.delimiter === undefined ? text : enclose(variable.delimiter, text)
}

/** The text in a rendered value, unchanged whatever it holds; `undefined` if it is not a rendered value. */
export const extract = (variable: PromptTemplateVariable, rendered: string): string | undefined => {
  if (variable.delimiter === undefined) return rendered
  const found = open(variable.delimiter, rendered, 0)
  return found?.end === rendered.length ? found.text : undefined
}
