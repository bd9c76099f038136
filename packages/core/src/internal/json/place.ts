/** What may stand on a line before a value that stands alone. */
const mark = /^[\s>*_\-+"'`]*(?:\d{1,3}[.)]\s*)?["'`]*$/
const longestMark = 80
const label = /[:：=→][\s"'`*]*$/

/** What introduces citations. */
const source =
  /(?<!\p{L})(?:sources?(?: (?:used|consulted|cited))?|see(?: also)?|footnotes?|refs?\.?|references?|cf\.?|citations?|cited(?: (?:in|by|from))?|bibliography|quellen?|siehe|belege?|literatur|voir|références?|fuentes?|véase|referencias?|fonti|riferimenti|fontes|referências|источники?|см\.?|参考(?:文献)?|来源|出典)[*_ ]{0,4}[:：=→][\s"'`*]*$/iu

const ofJson = new Set(["json", "jsonc", "json5", "jsonl", "ndjson"])
const ofNothing = new Set(["", "js", "javascript", "ts", "typescript", "text", "txt", "plaintext", "markdown", "md"])

/** What a fence is of, by its language; outside of all it is of nothing in particular. */
export const isJson = (language: string | undefined): boolean => language !== undefined && ofJson.has(language)
export const isForeign = (language: string | undefined): boolean =>
  language !== undefined && !ofJson.has(language) && !ofNothing.has(language)

/** The language of the fences after one more. */
export const languageAfter = (language: string | undefined, name: string): string | undefined =>
  language !== undefined && name === "" ? undefined : name.toLowerCase()

/** Whether a value may stand alone behind what stands before it on its line. */
export const startsLine = (before: string): boolean => before.length < longestMark && mark.test(before)

/** Whether a colon introduces a value. */
export const isLabelled = (before: string): boolean => label.test(before.slice(-20))

/** Whether a list of numbers is of citations. */
export const isBehindSource = (before: string): boolean => source.test(before.slice(-40))

/** Where in a text a value would stand that starts now, of a text that comes a character at a time. */
export const makePlace = () => {
  let line = ""
  /** Whether nothing but marks came on this line. */
  let isFirst = true
  let language: string | undefined
  let backticks = 0
  /** The language of a fence that is not read to its end. */
  let name: string | undefined

  const isFence = (char: string): boolean => {
    backticks = char === "`" ? backticks + 1 : 0
    if (backticks === 3) name = ""
    return name !== undefined
  }

  return {
    /** Whether a fence comes. */
    isFence,
    /** Whether an opening fence ended with its line. */
    read: (char: string): boolean => {
      if (isFence(char) && name !== undefined && char !== "`") {
        if (/[\w.+#-]/.test(char)) {
          name += char
          return false
        }
        language = languageAfter(language, name)
        name = undefined
        line = ""
        isFirst = true
      }
      if (char === "\n") {
        const isOpening = isFirst && line.trim() === "" && language !== undefined && !isForeign(language)
        line = ""
        isFirst = true
        return isOpening
      }
      line = line.length < 2 * longestMark ? line + char : line.slice(-longestMark) + char
      return false
    },
    /** Something was passed over. */
    pass: () => {
      line = ""
      isFirst = false
    },
    isAlone: (): boolean =>
      !isForeign(language) && (isJson(language) || (isFirst && startsLine(line)) || isLabelled(line)),
    isCertain: (): boolean => isJson(language) || isLabelled(line)
  }
}

/** Where brackets are closed of what began as JSON and is none, of a text that comes a character at a time. */
export const makeBrackets = () => {
  let depth = 0
  let isQuoted = false
  let endsLine = false
  return {
    /** So many are open; those in prose end with their line. */
    open: (count: number, isProse: boolean) => {
      depth = count
      isQuoted = false
      endsLine = isProse
    },
    /** Whether the last one is closed by a character. */
    closes: (char: string): boolean => {
      if (char === '"') isQuoted = !isQuoted
      else if (!isQuoted && (char === "{" || char === "[")) depth++
      else if (!isQuoted && (char === "}" || char === "]")) depth--
      return depth <= 0 || (endsLine && char === "\n")
    }
  }
}
