/** A piece of a text; one that a variable of a template stands for has its name. */
export interface Span {
  readonly text: string
  readonly name?: string
}

const hole = /\\\{\{|\{\{[ \t]*([A-Za-z_]\w*)[ \t]*\}\}/gu

/** The text of a template with its variables marked, as it is written. */
export const marked = (source: string): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  let at = 0
  for (const { 0: text, 1: name, index } of source.matchAll(hole)) {
    if (name === undefined) continue
    if (index > at) spans.push({ text: source.slice(at, index) })
    spans.push({ text, name })
    at = index + text.length
  }
  return at < source.length ? [...spans, { text: source.slice(at) }] : spans
}

/** The names of the variables of a template, each once. */
export const variablesIn = (source: string): ReadonlyArray<string> => [
  ...new Set(marked(source).flatMap(({ name }) => name ?? []))
]

/**
 * A prompt as it was sent, with what its variables stood for marked; `undefined` where it is not made of this template.
 * A value is taken to end where the text after it first comes.
 */
export const filled = (source: string, sent: string): ReadonlyArray<Span> | undefined => {
  const spans: Array<Span> = []
  let at = 0
  let open: string | undefined
  const take = (until: number) => {
    if (open !== undefined) spans.push({ text: sent.slice(at, until), name: open })
  }
  for (const { name, text } of marked(source)) {
    if (name !== undefined) {
      // nothing between two of them tells where one ends
      if (open !== undefined) return undefined
      open = name
      continue
    }
    const plain = text.replaceAll("\\{{", "{{")
    const found = open === undefined ? (sent.startsWith(plain, at) ? at : -1) : sent.indexOf(plain, at)
    if (found === -1) return undefined
    take(found)
    spans.push({ text: plain })
    open = undefined
    at = found + plain.length
  }
  if (open !== undefined) {
    take(sent.length)
    return spans
  }
  // instructions on the format may follow
  return at === sent.length ? spans : [...spans, { text: sent.slice(at) }]
}
