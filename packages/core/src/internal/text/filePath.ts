import * as language from "../code/language.ts"

/** What a line says of a path. */
export interface Named {
  readonly path: string
  /** The line can be nothing but the heading of a file. */
  readonly isHeading: boolean
  /** The line is more than a remark in which the path occurs. */
  readonly isCertain: boolean
  /** What the line says the block is instead of the whole file. */
  readonly part?: "lines" | "a part"
}

/** The canonical line that names a file: any path comes back from it. */
export const print = (path: string): string => {
  const runs = [...path.matchAll(/`+/g)].map(([run]) => run.length)
  const ticks = "`".repeat(Math.max(0, ...runs) + 1)
  const pad = /^[ `]|[ `]$/.test(path) ? " " : ""
  return `### File: ${ticks}${pad}${path}${pad}${ticks}`
}

/** A longer line, in characters, names no path. */
const maxLength = 1000

const label =
  /^(?:\*\*|__)?(?:(?:new|updated|complete|full|final) )?(?:file ?name|file ?path|file|path)(?: ?#?\d{1,3})?[ \t]*(?:\*\*|__)?[ \t]*[:=：](?:\*\*|__)?/i
/** A label without a colon, where a path follows. */
const looseLabel = /^(?:the )?(?:(?:new|updated|complete|full|final) )?file[ \t]+/i
/** A tag that holds a file, or its path. */
const tag =
  /^<file\b[^<>]*\s(?:path|name)=(?:"([^"<>]+)"|'([^'<>]+)')[^<>]*>$|^<(file(?:_?name|_?path)?|path|code|b|strong)>([^<>]+)<\/\3>:?$/i
/** What stands before a path that says nothing of it: a sign of a list, of a comment, a picture, a line. */
const before =
  /^(?:(?:[-*+>]|\d{1,3}[.)]|\/\/|\/\*|;|<!--|={2,}|-{2,}|>{2,}|[\p{Extended_Pictographic}\u{fe0f}]+)[ \t]+)+/u
const after = /[ \t]+(?:={2,}|-{2,}|<{2,}|-->|\*\/|#+)$/
/** A word or two of any language before a colon. */
const anyLabel = /^(?:\*\*|__)?\p{L}[\p{L}\p{M} ]{1,24}(?:\*\*|__)?[ \t]*[:：](?:\*\*|__)?(?=[ \t]*\S)/u
const dash = /[ \t]+[-–—]+[ \t]+/

/** What a line before a code block says of its path. Alone it may be in prose; `isNext` is said of the line just above. */
export const ofLine = (line: string, isNext: boolean): Named | undefined => {
  const text = line.trim()
  if (text === "" || line.length > maxLength) return undefined
  const heading = /^#{1,6}(?=\s)|^#{2,6}(?=[^\s#])/.exec(text)?.[0] ?? ""
  const bare = unbold(text.slice(heading.length).trimStart().replace(before, "").replace(after, ""))
  const tagged = tag.exec(bare)
  if (tagged !== null) {
    const path = tagged[1] ?? tagged[2] ?? tagged[4]!
    return isPath(path) ? named(path, { isHeading: true, isCertain: true }, undefined) : undefined
  }
  const labelled = label.exec(bare)?.[0] ?? looseLabel.exec(bare)?.[0]
  if (labelled !== undefined) {
    const { part, path } = unwrap(bare.slice(labelled.length).trim())
    if (label.test(bare) ? path !== "" : isPath(path))
      return named(path, { isHeading: isPath(path), isCertain: true }, part)
  }
  const whole = unwrap(bare)
  const other = anyLabel.exec(bare)?.[0]
  const behind = other === undefined ? undefined : unwrap(bare.slice(other.length).trim())
  if (behind !== undefined && isPath(behind.path)) {
    const isHeading = heading !== ""
    return named(behind.path, { isHeading, isCertain: isHeading }, behind.part ?? partOf(other!))
  }
  if (isPath(whole.path)) {
    const isHeading = heading !== "" && (bare.includes("`") || bare.startsWith("[") || /\.\w+$/.test(whole.path))
    return named(whole.path, { isHeading, isCertain: true }, whole.part)
  }
  const sides = bare.split(dash)
  const paths = sides.map(unwrap).filter(({ path }) => isPath(path))
  if (paths.length === 1 && (heading !== "" || isNext)) {
    const others = sides.filter((side) => unwrap(side).path !== paths[0]!.path)
    return named(
      paths[0]!.path,
      { isHeading: heading !== "", isCertain: true },
      paths[0]!.part ?? partOf(others.join(" "))
    )
  }
  return isNext ? inProse(text, heading) : undefined
}

/** A path in a sentence: for certain only at its end, and where it does not speak of a change or a use. */
const inProse = (text: string, heading: string): Named | undefined => {
  const mentions = [...text.matchAll(/`([^`\s]+)`|\*\*([^*\s]+)\*\*/g)].map((m) => m[1] ?? m[2]!).filter(isPath)
  const last = heading === "" ? undefined : /[^\s`(]+\.\w+(?=\)?$)/.exec(text)?.[0]
  const [only, ...others] = mentions.length === 0 && last !== undefined && isPath(last) ? [last] : mentions
  if (only === undefined) return undefined
  const part = heading === "" || others.length > 0 ? undefined : partOf(text.replace(only, ""))
  if (part !== undefined) return named(only, { isHeading: false, isCertain: true }, part)
  const isLast = others.length === 0 && (only === last || ending.test(text)) && !dash.test(text)
  const at = text.lastIndexOf(only)
  const isMade = creates.test(text.slice(0, at)) && announces.test(text.slice(at + only.length))
  const isWhole = isMade || (isLast && !changes.test(text))
  return { path: isWhole && others.length === 0 ? normalise(only) : "", isHeading: false, isCertain: false }
}

/** A path at the end of a sentence, or before its content is announced. */
const ending =
  /[`*]\)?(?:(?: (?:file|module|script|contents?|contains|looks like this))*[ \t]*[:：.]?| with (?:the |this |its )?(?:following |whole |full )?(?:contents?|code)[:：])$/

const creates = /\b(?:creat\w+|new file)\b/i
const announces = /^[`*]+(?:[ \t]*[:：.]?|[ \t]+(?:with|and)\b[^.]{0,60}\b(?:contents?|code)[:：])$/i

/** Words of a sentence below which no whole file stands. */
const changes =
  /\b(?:add|append|insert|chang\w+|updat\w+|modif\w+|replac\w+|edit\w*|remov\w+|delet\w+|us(?:e|ing|age)|example|error|run|output|compar\w+|import|call|see)\b/i

/** A line without the bold around all of it. */
const unbold = (text: string): string => /^\*\*([^*]+)\*\*:?$/.exec(text)?.[1] ?? text

const partOf = (words: string): Named["part"] =>
  ofLines.test(words.trim()) ? "lines" : ofPart.test(words) ? "a part" : undefined

const named = (
  path: string,
  how: { readonly isHeading: boolean; readonly isCertain: boolean },
  part: Named["part"]
): Named => ({ path: normalise(path), ...how, ...(part !== undefined && { part }) })

/** The path in the info string of a fence: `python src/a.py`, `python:src/a.py`, `title="src/a.py"`, `src/a.py`. */
export const ofInfo = (info: string): Pick<Named, "path" | "part"> | undefined => {
  if (info.length > maxLength || (/^\w*$/.test(info) && !isKnown(info))) return undefined
  const attribute =
    /(?:^|[\s{,])(?:title|file|path|name|file_?name|file_?path)=(?:"([^"]+)"|'([^']+)'|([^\s}]+))/i.exec(info)
  if (attribute !== null) return { path: normalise(attribute[1] ?? attribute[2] ?? attribute[3]!) }
  const lines = /^\d+:\d+:(\S+)$/.exec(info)?.[1]
  if (lines !== undefined) return { path: normalise(lines), part: "lines" }
  const words = info
    .replace(/(^|[ \t])(?:(?:#|\/\/|--?|\/\*|<!--)(?=[ \t])|@(?=\S))|[ \t](?:\*\/|-->)$/g, "$1")
    .replace(/^([\w+#-]{2,})([:,;|])[ \t]*(?=\S)/, (all, first: string, sign) =>
      sign === ":" || language.isLanguage(first) ? `${first} ` : all
    )
    .trim()
  const [first = "", ...others] = words.split(/\s+/)
  const rest = words.slice(first.length).trim()
  if (rest === "" && language.isLanguage(first)) return undefined
  const said = rest === "" ? first : rest.replace(label, "").trim()
  const beforeLanguage = others.length === 1 && language.isLanguage(rest) ? first : words
  const { part, path } = [said, beforeLanguage].map(unwrap).find(({ path }) => isPath(path)) ?? {}
  return path === undefined ? undefined : { path: normalise(path), ...(part !== undefined && { part }) }
}

const firstComment = /^[ \t]*(?:#|\/\/|--|;|%|\/\*+|<!--|"""|''')[ \t]*(\S.*?)[ \t]*(?:\*\/|-->|"""|''')?[ \t]*$/

/** The path that a file's first line is a comment of. */
export const ofComment = (content: string): string | undefined => {
  const [first = "", second = ""] = content.slice(0, 2 * maxLength).split("\n")
  const said = firstComment.exec(first.startsWith("#!") ? second : first)?.[1]
  if (said === undefined) return undefined
  const { part, path } = unwrap(said.replace(label, "").trim())
  return part === undefined && isPath(path) && /[./]/.test(path) ? normalise(path) : undefined
}

interface Unwrapped {
  readonly path: string
  readonly part?: Named["part"]
}

const remark = /(?<!\])[ \t]*\(([^()]{0,40})\)[ \t]*:?$/
const ofLines = /\blines?\b|^L?\d+\s*[-–]\s*L?\d+$/i
const ofPart =
  /\b(?:excerpts?|partial(?:ly)?|snippets?|abridged|unchanged|chang(?:es?|ed)|diff|parts?|continued|additions?|before|old|deleted|removed|only)\b/i

/** The text without the marks and remarks around it. */
const unwrap = (line: string): Unwrapped => {
  const part = partOf(remark.exec(line)?.[1] ?? "")
  const text = line
    .replace(remark, "")
    .replace(/[ \t]*[:：](\*\*|__)?$/, "$1")
    .trim()
  const inner = within(text)
  return { ...inner, ...(part !== undefined && { part }) }
}

const within = (text: string): Unwrapped => {
  const span = codeSpan(text)
  if (span !== undefined) return { path: span }
  const [, shown, target] = /^\[([^\]]+)\]\(([^()\s]+)\)$/.exec(text) ?? []
  if (target !== undefined) return within(isPath(target) ? target : shown!)
  const bracketed = /^[[(]([^[\]()]+)[\])]$/.exec(text)?.[1]
  if (bracketed !== undefined) return within(bracketed.replace(label, "").trim())
  const quoted = /^[“„«](.+)[”“»]$/.exec(text)?.[1]
  if (quoted !== undefined) return within(quoted)
  for (const mark of ["**", "__", "*", "_", '"', "'"]) {
    const inner = text.slice(mark.length, -mark.length)
    if (text.length > 2 * mark.length && text === `${mark}${inner}${mark}` && !inner.includes(mark))
      return unwrap(inner.replace(before, ""))
  }
  const lines = /^(.+\.\w+)(?::\d+(?:[-–:]\d+)?|#L\d+(?:-L?\d+)?)$/.exec(text)?.[1]
  return lines === undefined ? { path: unescape(text) } : { path: unescape(lines), part: "lines" }
}

/** Markdown's backslashes taken off, unless they join the names of a path. */
const unescape = (text: string): string =>
  /\\[A-Za-z0-9]/.test(text) ? text : text.replace(/\\([!-/:-@[-`{-~])/g, "$1")

const codeSpan = (text: string): string | undefined => {
  const ticks = /^`+/.exec(text)?.[0] ?? ""
  const inner = text.slice(ticks.length, -ticks.length)
  if (ticks === "" || text.length <= 2 * ticks.length || !text.endsWith(ticks)) return undefined
  if (inner.includes(ticks) && ticks.length === 1) return undefined
  return inner.startsWith(" ") && inner.endsWith(" ") && inner.trim() !== "" ? inner.slice(1, -1) : inner
}

const isPath = (text: string): boolean =>
  /^[^\s`*<>|"?“”：]+$/.test(text) &&
  !text.includes("://") &&
  (/[^/\\][/\\][^/\\]|^\.{0,2}[/\\]./.test(text) || /\.[A-Za-z]\w{0,9}$/.test(text) || isKnown(text))

/** Names of files that have no ending. */
export const isKnown = (name: string): boolean => known.has(name.toLowerCase()) || /^\.[a-z][\w.-]+$/i.test(name)

const known = new Set([
  ..."makefile dockerfile license licence procfile justfile gemfile rakefile jenkinsfile vagrantfile brewfile".split(
    " "
  ),
  ..."readme changelog contributing notice authors codeowners build workspace pipfile".split(" ")
])

const normalise = (path: string): string => path.replaceAll("\\", "/").replace(/^(?:\.\/+)+/, "")
