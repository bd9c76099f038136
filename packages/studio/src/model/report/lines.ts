/** The lines of a text, of which the last has none after it. */
export const textLines = (text: string): ReadonlyArray<string> => {
  const lines = text.split("\n")
  if (lines.at(-1) === "") lines.pop()
  return lines
}
