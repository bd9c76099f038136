// Where a text stands in the source of a module. In: the text, and the source. Out: the source with another text there.

/** How a literal is written: what is around it, and how a text is said in it. */
interface Form {
  readonly open: string
  readonly close: string
  readonly encode: (text: string) => string
}

const quoted = (quote: string): Form => ({
  open: quote,
  close: quote,
  encode: (text) => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll(quote, `\\${quote}`)
})

const forms: ReadonlyArray<Form> = [
  { open: "String.raw`", close: "`", encode: (text) => text },
  {
    open: "`",
    close: "`",
    encode: (text) => text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")
  },
  quoted('"'),
  quoted("'")
]

/** The source with another text in place of the one literal that holds the text; `undefined` where there is none, or several. */
export const replacedIn = (source: string, text: string, other: string): string | undefined => {
  for (const { close, encode, open } of forms) {
    const literal = `${open}${encode(text)}${close}`
    const at = source.indexOf(literal)
    if (at === -1) continue
    // what is raw has no other way to be said
    const isSayable = !open.startsWith("String.raw") || !/`|\$\{/u.test(other)
    if (source.includes(literal, at + 1) || !isSayable) return undefined
    return `${source.slice(0, at)}${open}${encode(other)}${close}${source.slice(at + literal.length)}`
  }
  return undefined
}

/** The files of its own that a module imports, as it writes them. */
export const importsOf = (source: string): ReadonlyArray<string> =>
  Array.from(source.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/gu), ([, specifier]) => specifier!)
