/** A text that a person gave, under the path by which they named it. */
interface Document {
  readonly path: string
  readonly text: string
}

/** What a document says in one go: a clause, a row of a table, or a block of code, with the line where it begins. */
export interface Passage {
  readonly document: string
  readonly line: number
  readonly kind: "clause" | "row" | "code"
  readonly text: string
  /** Whether it may only introduce: the first paragraph of a document with a list, or what a colon ends before one. */
  readonly isIntroduction: boolean
}

/** Lines that belong together, and what they are. */
interface Block {
  readonly kind: Passage["kind"]
  readonly line: number
  readonly lines: ReadonlyArray<string>
  readonly isItem: boolean
}

/** The passages of documents, in their order. Headings and the rules of tables are none: they state nothing. */
export const passagesOf = (documents: ReadonlyArray<Document>): ReadonlyArray<Passage> =>
  documents.flatMap(({ path, text }) => {
    const blocks = blocksOf(text)
    return blocks.flatMap(({ isItem, kind, line, lines }, i) => {
      const parts = kind === "clause" ? clausesOf(lines, line) : [{ line, text: lines.join("\n") }]
      const isFirst = i === 0 && kind === "clause" && blocks.some(isListed)
      const after = blocks[i + 1]
      const leads = after !== undefined && isListed(after)
      return parts.map((part): Passage => {
        const isIntroduction = !isItem && (isFirst || (leads && part.text.endsWith(":")))
        return { document: path, kind, ...part, isIntroduction }
      })
    })
  })

/** Whether a block is an item of a list, or a row of a table. */
const isListed = ({ isItem, kind }: Block): boolean => isItem || kind === "row"

const fence = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/
const heading = /^ {0,3}#{1,6}\s/
const underline = /^ {0,3}(?:=+|-{2,}|~{2,})\s*$/
const row = /^\s*\|.*\|\s*$/
const rule = /^\s*\|[\s:|-]+\|\s*$/
const item = /^\s*(?:[-*+•]|\d+[.)])\s+/

const blocksOf = (text: string): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let open: { readonly line: number; readonly lines: Array<string>; readonly isItem: boolean } | undefined
  const close = () => {
    if (open !== undefined) blocks.push({ kind: "clause", ...open })
    open = undefined
  }
  const lines = text.split("\n")
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    const mark = fence.exec(line)?.[1]
    if (mark !== undefined) {
      close()
      const from = i + 1
      const closing = new RegExp(`^\\s*${mark[0]}{${mark.length},}\\s*$`)
      while (++i < lines.length && !closing.test(lines[i]!));
      if (from < i) blocks.push({ kind: "code", line: from + 1, lines: lines.slice(from, i), isItem: false })
    } else if (line.trim() === "" || heading.test(line)) {
      close()
    } else if (underline.test(line)) {
      // what stands above is a heading, if it is one line
      if (open?.lines.length === 1) open = undefined
      close()
    } else if (row.test(line)) {
      close()
      if (!rule.test(line)) blocks.push({ kind: "row", line: i + 1, lines: [line.trim()], isItem: false })
    } else {
      if (item.test(line)) close()
      open ??= { line: i + 1, lines: [], isItem: item.test(line) }
      open.lines.push(line.replace(item, "").trim())
    }
  }
  close()
  return blocks
}

/** Where a clause ends: after a semicolon, or a full stop before what begins a sentence. */
const end = /;\s|(?<!\b(?:e\.g|i\.e|etc|cf|vs|approx|resp|No|Fig))[.!?…]["'”’)*_`]*\s+(?=["'“‘(*_`[]*[\p{Lu}\p{N}`])/gu

const clausesOf = (lines: ReadonlyArray<string>, first: number) => {
  const text = lines.join(" ")
  const clauses: Array<{ readonly line: number; readonly text: string }> = []
  // which of the joined lines the last clause began in, and where that line ends
  let line = 0
  let lineEnd = lines[0]?.length ?? 0
  const add = (from: number, to: number) => {
    while (from > lineEnd && line + 1 < lines.length) lineEnd += 1 + lines[++line]!.length
    const clause = text.slice(from, to).trim()
    if (/[\p{L}\p{N}]/u.test(clause)) clauses.push({ line: first + line, text: clause })
  }
  let from = 0
  let looked = 0
  let isInCode = false
  for (const { 0: found, index } of text.matchAll(end)) {
    for (; looked < index; looked++) if (text[looked] === "`") isInCode = !isInCode
    if (isInCode) continue
    add(from, index + found.length)
    from = index + found.length
  }
  add(from, text.length)
  return clauses
}

/** A text as it is compared: without what differs between two ways to write the same words. */
const normalise = (text: string): string =>
  text
    .replace(/[“”]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/\*{1,3}|(?<!\w)_+|_+(?!\w)/g, "")
    .replace(/\s+/g, " ")
    .trim()

const isWord = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character)

/** Where a quotation stands in a text, from word to word. */
const placeOf = (quote: string, text: string): number => {
  for (let at = text.indexOf(quote); at !== -1; at = text.indexOf(quote, at + 1)) {
    const end = at + quote.length
    const isCut = (isWord(quote[0]) && isWord(text[at - 1])) || (isWord(quote.at(-1)) && isWord(text[end]))
    if (!isCut) return at
  }
  return -1
}

/** Whether a quotation of a part says something: two words at least, a long one, or code. */
const says = (quote: string): boolean => /[\p{L}\p{N}]\S*\s+\S*[\p{L}\p{N}]|\p{L}{6}|`[^`]+`/u.test(quote)

type Quotable = Pick<Passage, "document" | "text">

/** Where the passages of one document are, these as they are compared, and all of them as one text. */
interface Compared {
  readonly places: ReadonlyArray<number>
  readonly texts: ReadonlyArray<string>
  readonly whole: string
}

const compared = new WeakMap<ReadonlyArray<Quotable>, ReadonlyArray<Compared>>()

/** The passages by document; what is compared is made once, however much is looked for. */
const inDocuments = (passages: ReadonlyArray<Quotable>): ReadonlyArray<Compared> => {
  const known =
    compared.get(passages) ??
    Array.from(Map.groupBy(passages.keys(), (i) => passages[i]!.document).values(), (places) => {
      const texts = places.map((i) => normalise(passages[i]!.text))
      return { places, texts, whole: texts.join(" ") }
    })
  compared.set(passages, known)
  return known
}

/** The passages that a quotation stands in, whole; `undefined` where no document has it. */
export const cite = <A extends Quotable>(passages: ReadonlyArray<A>, quote: string): ReadonlyArray<A> | undefined => {
  const wanted = normalise(quote.replace(/^\s*(?:[-*+•]|\d+[.)])\s+/gm, ""))
  if (wanted === "") return undefined
  for (const { places, texts, whole } of inDocuments(passages)) {
    const at = says(wanted) || texts.includes(wanted) ? placeOf(wanted, whole) : -1
    if (at === -1) continue
    let start = 0
    return texts.flatMap(({ length }, i) => {
      const from = start
      start += length + 1
      return from < at + wanted.length && at < start - 1 ? [passages[places[i]!]!] : []
    })
  }
  return undefined
}

/** Whether a quotation is of one of the passages, or goes on over it. */
export const isQuoted = (passages: ReadonlyArray<Quotable>, quote: string): boolean =>
  cite(passages, quote) !== undefined ||
  passages.some(({ text }) => cite([{ document: "", text: quote }], text) !== undefined)
