import * as language from "../code/language.ts"
import { leadsToPart } from "../code/shown.ts"

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
  /^(?:\*\*|__)?(?:(?:new|updated|complete|full|final) )?(?:file ?name|file ?path|file|path|title)(?: ?#?\d{1,3})?[ \t]*(?:\*\*|__)?[ \t]*[:=：](?:\*\*|__)?/i
/** A label without a colon, where a path follows. */
const looseLabel = /^(?:the )?(?:(?:new|updated|complete|full|final) )?file[ \t]+/i
/** A tag that holds a file, or its path. */
const tag =
  /^<file\b[^<>]*\s(?:path|name)=(?:"([^"<>]+)"|'([^'<>]+)')[^<>]*>$|^<(file(?:_?name|_?path)?|path|code|b|strong)>([^<>]+)<\/\3>:?$/i
/** What stands before a path that says nothing of it: a sign of a list, of a comment, a picture, a line. */
const before =
  /^(?:(?:[-*+>]|\d{1,3}[.)]|\/\/|\/\*|;|<!--|={2,}|-{2,}|>{2,}|[\p{Extended_Pictographic}\u{fe0f}]+)[ \t]+)+/u
const after = /[ \t]+(?:={2,}|-{2,}|<{2,}|-->|\*\/|#+|[\p{Extended_Pictographic}\u{fe0f}]+)$/u
/** A word or two of any language before a colon. */
const anyLabel = /^(?:\*\*|__)?\p{L}[\p{L}\p{M} ]{1,24}(?:\*\*|__)?[ \t]*[:：](?:\*\*|__)?(?=[ \t]*\S)/u
const dash = /[ \t]+[-–—]+[ \t]+/

/** What a line before a code block says of its path. Alone it may be in prose; `isNext` is said of the line just above. */
export const ofLine = (line: string, isNext: boolean): Named | undefined => {
  const text = line.trim()
  if (text === "" || line.length > maxLength) return undefined
  const heading = /^#{1,6}(?=\s)|^#{2,6}(?=[^\s#])/.exec(text)?.[0] ?? ""
  const around = text.slice(heading.length).trimStart().replace(before, "").replace(after, "")
  const bare = unbold(around).replace(before, "")
  const isTitle = heading !== "" || bare !== around
  const tagged = tag.exec(bare)
  if (tagged !== null) {
    const path = tagged[1] ?? tagged[2] ?? tagged[4]!
    return isPath(path) ? named(path, { isHeading: true, isCertain: true }, undefined) : undefined
  }
  const labelled = label.exec(bare)?.[0]
  const loose = labelled ?? looseLabel.exec(bare)?.[0]
  const labelling =
    loose === undefined ? undefined : afterLabel(bare.slice(loose.length).trim(), labelled !== undefined)
  if (labelling !== undefined) return named(labelling.path, { isHeading: true, isCertain: true }, labelling.part)
  const whole = unwrap(bare)
  const other = anyLabel.exec(bare)?.[0]
  const behind = other === undefined ? undefined : unwrap(bare.slice(other.length).trim())
  if (behind !== undefined && isPath(behind.path)) {
    const isHeading = heading !== ""
    return named(behind.path, { isHeading, isCertain: isHeading }, behind.part ?? partOf(other!))
  }
  if (isPath(whole.path)) return named(whole.path, { isHeading: isTitle, isCertain: true }, whole.part)
  const sides = bare.split(dash)
  const paths = sides.map(unwrap).filter(({ path }) => isPath(path))
  if (paths.length === 1 && (heading !== "" || isNext)) {
    const [{ part, path }] = paths as [Unwrapped]
    const others = sides.filter((side) => unwrap(side).path !== path)
    const isPart = others.some((side) => leadsToPart(`${side.replace(/[:：]$/, "")}:`))
    return named(
      path,
      { isHeading: heading !== "", isCertain: true },
      part ?? (isPart ? "a part" : partOf(others.join(" ")))
    )
  }
  return isNext ? inProse(text, heading) : undefined
}

/** The path behind a label: all of it where it stands in backticks, else what is a path, before a remark. */
const afterLabel = (text: string, isLabelled: boolean): Unwrapped | undefined => {
  const whole = unwrap(text)
  if (isPath(whole.path) || (isLabelled && /^(`+)[^`][^]*\1$/.test(text) && !isPlaceholder.test(whole.path)))
    return whole
  const [first = ""] = text.split(/[ \t]+(?:[-–—#]+[ \t]+|\[)|[,;](?=[ \t])/)
  const { part, path } = unwrap(first)
  return isLabelled && isPath(path) && first !== text
    ? withPart(path, part ?? partOf(text.slice(first.length)))
    : undefined
}

const withPart = (path: string, part: Named["part"]): Unwrapped => ({ path, ...(part !== undefined && { part }) })

const isPlaceholder = /^<[^<>]*>$|^\.{3}$|^…$/

/** The only path in a sentence, if it has one. */
export const onlyIn = (text: string): string | undefined => {
  const [only, ...others] = text.length > maxLength ? [] : pathsIn(text)
  return only !== undefined && others.length === 0 && isPath(only) ? normalise(only) : undefined
}

/** The paths in a sentence: those in backticks or bold, or else all words that may be one. */
const pathsIn = (text: string): ReadonlyArray<string> => {
  const marked = [...text.matchAll(/`([^`\s]+)`|\*\*([^*\s]+)\*\*/g)].map((m) => m[1] ?? m[2]!).filter(isPath)
  const words = text.split(/\s+/).map((word) => word.replace(/^[("“]+|[)"”:：,.]+$/g, ""))
  return marked.length > 0 ? marked : words.filter((word) => isPath(word) || /^[\w.-]+[/\\]/.test(word))
}

/** A path in a sentence: for certain only where all the other words say that this is the file, or that it is made. */
const inProse = (text: string, heading: string): Named | undefined => {
  const [only, ...others] = pathsIn(text)
  if (only === undefined || !isPath(only)) return undefined
  const at = text.lastIndexOf(only)
  const [first, last] = [text.slice(heading.length, at), text.slice(at + only.length)]
  const part = heading === "" || others.length > 0 ? undefined : partOf(`${first} ${last}`)
  if (part !== undefined) return named(only, { isHeading: false, isCertain: true }, part)
  const isMade = creates.test(first) && announces.test(last)
  const isSaid = presents.test(first) && ending.test(last)
  const isTitle = heading !== "" && /\([`*]*$/.test(first) && /^[`*]*\)/.test(last)
  const isFile = others.length === 0 && (isMade || isSaid || isTitle)
  return { path: isFile ? normalise(only) : "", isHeading: false, isCertain: false }
}

/** Whether a sentence has the name of a file in it. */
export const isNamedIn = (line: string): boolean =>
  line.length <= maxLength && line.split(/[\s`*()"“”,]+/).some((word) => isPath(word.replace(/[:：.]+$/, "")))

/** Words before a path that say no more than that this is the file. */
const presents = new RegExp(
  `^(?:[\\s,:.!*\`("“]|(?:${[
    "first|second|third|next|then|now|finally|lastly|and|also|so|ok|okay|sure|please|let's|let us|step|part|file|\\d+",
    "a|an|the|this|that|it|here|here's|is|are|as|below|following|my|your|our|of|for|to|into|with|called|named",
    "complete|completed|full|final|entire|whole|updated|new|main|corrected|fixed|revised|improved|rewritten",
    "code|contents?|source|files?|module|script|class|implementation|version|create[sd]?|creating|write|writing|make",
    "save[sd]?|saving|put|place|goes|comes|in",
    "hier|ist|die|das|voici|le|la|fichier|aquí|está|tienes|el|archivo|ecco|aqui|arquivo|вот|файл|这是|以下是|以下は|文件|ファイル"
  ].join("|")})(?![\\p{L}\\d]))*$`,
  "iu"
)

/** What may follow a path at the end of a sentence, or before its content is announced. */
const ending =
  /^[`*]*\)?(?:(?: (?:file|module|script|contents?|contains|is|looks like this))*[ \t]*[:：.]?| with (?:the |this |its )?(?:following |whole |full )?(?:contents?|code)[:：])$/

const creates = /\b(?:creat\w+|new file)\b/i
const announces = /^[`*]+(?:[ \t]*[:：.]?|[ \t]+(?:with|and)\b[^.]{0,60}[:：])$/i

/** A line without the bold around all of it. */
const unbold = (text: string): string => /^\*\*([^*]+)\*\*:?$/.exec(text)?.[1] ?? text

const partOf = (words: string): Named["part"] =>
  ofLines.test(words.trim()) ? "lines" : ofPart.test(words) ? "a part" : undefined

const named = (
  path: string,
  how: { readonly isHeading: boolean; readonly isCertain: boolean },
  part: Named["part"]
): Named => ({ ...withPart(normalise(path), part), ...how })

/** The path in the info string of a fence: `python src/a.py`, `python:src/a.py`, `title="src/a.py"`, `src/a.py`. */
export const ofInfo = (info: string): Unwrapped | undefined => {
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
  return path === undefined ? undefined : withPart(normalise(path), part)
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

type Unwrapped = Pick<Named, "path" | "part">

const remark = /(?<!\])[ \t]*\(([^()]{0,40})\)[ \t]*:?$/
const ofLines = /\blines?\b|^L?\d+\s*[-–]\s*L?\d+$/i
const ofPart =
  /\b(?:excerpts?|partial(?:ly)?|snippets?|abridged|shortened|truncated|incomplete|fragments?|extracts?|pseudo-?code|skeleton|patch|unchanged|chang(?:es?|ed)|diff|parts?|sections?|relevant|continued|additions?|before|after|(?:top|end) of|at the (?:top|end)|old|deleted|removed|(?<!-)only|auszug|extrait)\b/i

/** The text without the marks and remarks around it. */
const unwrap = (line: string): Unwrapped => {
  const part = partOf(remark.exec(line)?.[1] ?? "")
  const text = (/^[ \t]*\([^()]*\)[ \t]*$/.test(line) ? line : line.replace(remark, ""))
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
  const quoted = /^[“„«「『](.+)[”“»」』]$/.exec(text)?.[1]
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

/** A name with an ending that files have, or one that needs none; products that are named so are none. */
const isPath = (text: string): boolean => {
  if (!/^[^\s`*<>|"?“”：#]+$/.test(text) || text.includes("://") || text.includes("::")) return false
  const name = text.replaceAll("\\", "/").slice(text.replaceAll("\\", "/").lastIndexOf("/") + 1)
  if (isKnown(name)) return true
  if (/[/\\]/.test(text) && /_|[/\\]\.|^\./.test(text) && !name.includes(".") && name !== "") return true
  const isFolder = name === "" && /[^/\\][/\\]$/.test(text)
  return (
    isFolder || (endings.has(/\.([A-Za-z]\w*)$/.exec(name)?.[1]?.toLowerCase() ?? "") && !language.isLanguage(text))
  )
}

/** Names of files that have no ending. */
export const isKnown = (name: string): boolean => known.has(name.toLowerCase()) || /^\.[a-z][\w.-]+$/i.test(name)

const known = new Set([
  ..."makefile dockerfile license licence procfile justfile gemfile rakefile jenkinsfile vagrantfile brewfile".split(
    " "
  ),
  ..."readme changelog contributing notice authors codeowners build workspace pipfile".split(" ")
])

const normalise = (path: string): string => path.replaceAll("\\", "/").replace(/^(?:\.\/+)+/, "")

const endings = new Set([
  ..."py pyi pyx ipynb js jsx mjs cjs ts tsx mts cts vue svelte astro json jsonc json5 jsonl toml yaml yml xml svg".split(
    " "
  ),
  ..."md mdx rst txt adoc tex bib html htm css scss sass less hbs ejs pug jinja j2 tmpl template".split(" "),
  ..."sh bash zsh fish ps1 psm1 bat cmd c h cc cpp cxx hpp hxx cs fs fsx vb java kt kts scala groovy gradle".split(" "),
  ..."go mod sum rs rb erb rake gemspec php pl pm lua r jl swift m mm dart ex exs erl hrl hs lhs clj cljs edn ml mli".split(
    " "
  ),
  ..."nim zig v sol d pas f90 asm s tcl vim el lisp scm sql graphql gql proto prisma tf hcl rego cmake mk".split(" "),
  ..."ini cfg conf env properties plist lock csv tsv log diff patch in example sample service spec dockerfile".split(
    " "
  )
])
