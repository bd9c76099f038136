/**
 * For the lines of a file in order: whether a text that may go over several lines is open at the end of each: a string in
 * three quotes (Python, TOML), a template literal or a comment (JavaScript, TypeScript), a here-document (a shell's).
 *
 * **Source** Python's reference, 2.4.1 and 2.4.2; TOML 1.0; ECMA-262, 12.9.6; POSIX, 2.7.4. Other strings end with their line.
 */
export const openString = (language: string): ((line: string) => boolean) =>
  (readers.get(language) ?? (() => () => false))()

/** Whether it is told for certain, as far as a line by itself tells it. */
export const isCertain = (language: string): boolean => readers.get(language) === thrice

const thrice = () => {
  let open: string | undefined
  return (line: string): boolean => {
    // nothing else goes over the end of a line
    if (!line.includes('"""') && !line.includes("'''")) return open !== undefined
    for (let i = 0; i < line.length; i++) {
      if (open !== undefined) {
        const end = unescaped(line, open, i)
        if (end < 0) return true
        i = end + 2
        open = undefined
        continue
      }
      const char = line[i]
      if (char === "#") return false
      if (char !== '"' && char !== "'") continue
      if (line[i + 1] === char && line[i + 2] === char) {
        open = char.repeat(3)
        i += 2
      } else i = stringEnd(line, i)
    }
    return open !== undefined
  }
}

const template = () => {
  let open: "`" | "*/" | undefined
  return (line: string): boolean => {
    if (!line.includes("`") && !line.includes("/*") && !line.includes("*/")) return open !== undefined
    /** The last character that is no blank. */
    let last = ""
    for (let i = 0; i < line.length; i++) {
      const char = line[i]!
      if (open !== undefined) {
        const end = unescaped(line, open, i)
        if (end < 0) return true
        i = end + open.length - 1
        open = undefined
      } else if (char === "`") open = "`"
      else if (line.startsWith("//", i)) return false
      else if (line.startsWith("/*", i)) {
        open = "*/"
        i++
      } else if (char === '"' || char === "'") i = stringEnd(line, i)
      else if (char === "/" && (last === "" || operators.has(last))) i = patternEnd(line, i)
      if (char !== " " && char !== "\t") last = char
    }
    return open !== undefined
  }
}

/** Characters behind which a slash begins a regular expression. */
const operators = new Set("=(,:[!&|?{};+-*%~^<>")

/** Where a regular expression ends that starts at an index; the index where none of a usual length does. */
const patternEnd = (line: string, start: number): number => {
  let isClass = false
  for (let i = start + 1; i < Math.min(line.length, start + 200); i++) {
    const char = line[i]!
    if (char === "\\") i++
    else if (char === "[") isClass = true
    else if (char === "]") isClass = false
    else if (char === "/" && !isClass) return i
  }
  return start
}

const hereDocument = () => {
  let end: string | undefined
  return (line: string): boolean => {
    if (end === undefined)
      end = /^(?:[^#<("']|'[^']*'|"(?:\\.|[^"\\])*"|\((?!\()|<(?!<)|<<<)*<<-?\s*(["']?)([A-Za-z_]\w*)\1/.exec(line)?.[2]
    else if (line.trim() === end) end = undefined
    return end !== undefined
  }
}

/** Where a text stands in a line, from an index on, without a backslash before it; -1 where it does not. */
const unescaped = (line: string, text: string, from: number): number => {
  let at = line.indexOf(text, from)
  for (let slash = line.indexOf("\\", from); slash >= 0 && slash < at; slash = line.indexOf("\\", slash + 2)) {
    if (slash + 1 === at) at = line.indexOf(text, at + 1)
  }
  return at
}

/** Where a string ends that starts at an index, or its line. */
const stringEnd = (line: string, start: number): number => {
  let i = start + 1
  while (i < line.length && line[i] !== line[start]) i += line[i] === "\\" ? 2 : 1
  return i
}

const readers: ReadonlyMap<string, () => (line: string) => boolean> = new Map([
  ["python", thrice],
  ["toml", thrice],
  ["javascript", template],
  ["typescript", template],
  ["bash", hereDocument]
])

/** Whether a text that may go over several lines (a string, a document, a comment) seems to be open at the end. */
export const endsInside = (content: string): boolean =>
  ['"""', "'''", "`"].some((mark) => content.split(mark).length % 2 === 0) ||
  content.lastIndexOf("/*") > content.lastIndexOf("*/") ||
  content.lastIndexOf("<!--") > content.lastIndexOf("-->") ||
  isOpen(content, /<<[-~]?(["']?)([A-Z_]\w*)\1/g, ([, , word]) => new RegExp(`^\\s*${word}\\b`, "m")) ||
  isOpen(content, /\br(#+)"/g, ([, hashes]) => new RegExp(`"${hashes}`)) ||
  isOpen(content, /\bR"(\w*)\(/g, ([, word]) => new RegExp(`\\)${word}"`))

/** Whether the last of what opens something has no end behind it. */
const isOpen = (content: string, opens: RegExp, end: (open: RegExpExecArray) => RegExp): boolean => {
  const last = [...content.matchAll(opens)].at(-1)
  return last !== undefined && !end(last).test(content.slice(last.index + last[0].length))
}
