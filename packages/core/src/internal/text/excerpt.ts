/** The beginning of a text that is longer than `limit` characters. */
export const excerpt = (text: string, limit: number): string =>
  text.length > limit ? `${text.slice(0, limit)}…` : text

/** Line and column of an index in a text, both from 1. */
export const lineAndColumn = (text: string, index: number): { readonly line: number; readonly column: number } => {
  let line = 1
  let start = 0
  for (let i = text.indexOf("\n"); i >= 0 && i < index; i = text.indexOf("\n", start)) {
    line++
    start = i + 1
  }
  return { line, column: index - start + 1 }
}
