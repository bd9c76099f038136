import * as exact from "../json/exact.ts"

/** What the deepest output of a step is nested in is a few levels more. */
const deepest = exact.deepest + 100

/** What keeps a value that JSON text has from being written again: it can be read, however deep it is. */
export const depthProblem = (text: string): string | undefined =>
  isDeeper(text, deepest) ? `it is nested more than ${deepest} lists and objects deep` : undefined

const [quote, backslash, openList, closeList, openObject, closeObject] = [34, 92, 91, 93, 123, 125]

/** Whether lists and objects are in one another deeper than `limit` in JSON text. **Shape** one pass, without recursion. */
const isDeeper = (text: string, limit: number): boolean => {
  if (text.length <= limit) return false
  let depth = 0
  let isInText = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) isInText = !isInText
    else if (isInText) {
      if (code === backslash) i++
    } else if (code === openList || code === openObject) {
      if (++depth > limit) return true
    } else if (code === closeList || code === closeObject) depth--
  }
  return false
}
