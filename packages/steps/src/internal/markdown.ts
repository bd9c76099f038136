/** A text of several lines as the item of a list, its further lines indented. */
const item = (text: string, indent = "") => `${indent}- ${text.replaceAll("\n", `\n${indent}  `)}`

export const list = (items: ReadonlyArray<string>, indent = ""): string =>
  items.map((text) => item(text, indent)).join("\n")

/** A heading and a list; nothing at all when the list is empty. */
export const section = (heading: string, items: ReadonlyArray<string>): ReadonlyArray<string> =>
  items.length === 0 ? [] : [`## ${heading}`, list(items)]

export const paragraphs = (parts: ReadonlyArray<string>): string => parts.join("\n\n")

/** Numbers as a reader counts them: 3, 5–8. */
export const ranges = (numbers: ReadonlyArray<number>): string => {
  const found: Array<{ from: number; to: number }> = []
  for (const number of numbers) {
    const last = found.at(-1)
    if (last !== undefined && number === last.to + 1) last.to = number
    else found.push({ from: number, to: number })
  }
  return found.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)).join(", ")
}
