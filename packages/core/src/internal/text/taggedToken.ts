import * as EffectRegExp from "effect/RegExp"
import { DefinitionError } from "../../DefinitionError.ts"
import * as fences from "./fences.ts"

/** How a token such as `#task start#` is told in a line: in any letter case, spaced out, in bold or backticks. */
export interface Token {
  readonly isAlone: (line: string) => boolean
  /** Where the token starts that ends a line with text before it. */
  readonly atEnd: (line: string) => number | undefined
}

const refuse = (token: string, detail: string) =>
  new DefinitionError({ place: `token ${JSON.stringify(token)}`, detail })

export const make = (token: string): Token => {
  if (fences.isFence(token)) throw refuse(token, "it cannot be a code fence")
  const parts = token.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]+/gu)
  if (parts === null) throw refuse(token, "it must have text")
  const pattern = parts.map(EffectRegExp.escape).join("[ \\t]{0,3}")
  const alone = new RegExp(`^(?:(?:#{1,6}|[->])[ \\t]+)?[*\`_]{0,3}${pattern}[*\`_:.]{0,4}$`, "iu")
  const end = new RegExp(`(?<=[^\\s\`*\\\\][ \\t]{0,9})${pattern}\\s{0,9}$`, "iu")
  return {
    isAlone: (line) => alone.test(line.trim()),
    atEnd: (line) => (line.startsWith("\\") ? undefined : end.exec(line)?.index)
  }
}
