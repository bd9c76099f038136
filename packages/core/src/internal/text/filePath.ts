/** A path that a line names, and whether the line can be nothing but the heading of a file. */
interface Named {
  readonly path: string
  readonly isHeading: boolean
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

const label = /^(?:\*\*|__)?(?:file ?name|file ?path|file|path)[ \t]*(?:\*\*|__)?[ \t]*[:=](?:\*\*|__)?/i

/** What a line before a code block says of its path. Alone it may be in prose; `isNext` is said of the line just above. */
export const ofLine = (line: string, isNext: boolean): Named | undefined => {
  if (line.length > maxLength) return undefined
  const text = line.trim()
  const heading = /^#{1,6}(?=\s)/.exec(text)?.[0] ?? ""
  const bare = text
    .slice(heading.length)
    .trimStart()
    .replace(/^(?:[-*+]|\d{1,3}[.)])[ \t]+/, "")
    .trimStart()
  const labelled = label.exec(bare)?.[0]
  if (labelled !== undefined) {
    const path = unwrap(bare.slice(labelled.length).trim())
    if (path !== "") return { path: normalise(path), isHeading: isPath(path) }
  }
  const path = unwrap(bare)
  if (isPath(path))
    return { path: normalise(path), isHeading: heading !== "" && (bare.includes("`") || /\.\w+$/.test(path)) }
  const inProse = isNext ? [...text.matchAll(/`([^`\s]+)`|\*\*([^*\s]+)\*\*/g)].map((m) => m[1] ?? m[2]!) : []
  const [only, ...others] = inProse.filter(isPath)
  return only !== undefined && others.length === 0 ? { path: normalise(only), isHeading: false } : undefined
}

/** The path in the info string of a fence: `python src/a.py`, `python:src/a.py`, `title="src/a.py"`, `src/a.py`. */
export const ofInfo = (info: string): string | undefined => {
  if (info.length > maxLength) return undefined
  const named = /(?:^|[\s{,])(?:title|file|filename|path|name)=(?:"([^"]+)"|'([^']+)'|([^\s}]+))/i.exec(info)
  if (named !== null) return normalise(named[1] ?? named[2] ?? named[3]!)
  const [first = "", second, ...rest] = info.split(/\s+/)
  const last = second ?? /^[\w+#-]{2,}:(.+)$/.exec(first)?.[1] ?? first
  const path = unwrap(last)
  return rest.length === 0 && isPath(path) ? normalise(path) : undefined
}

/** The text without the marks and remarks around it. */
const unwrap = (line: string): string => {
  const text = line
    .replace(/[ \t]*\([^()]{0,40}\)[ \t]*:?$/, "")
    .replace(/[ \t]*:(\*\*|__)?$/, "$1")
    .trim()
  const span = codeSpan(text)
  if (span !== undefined) return span
  for (const mark of ["**", "__", "*", "_", '"', "'"]) {
    const inner = text.slice(mark.length, -mark.length)
    if (text.length > 2 * mark.length && text === `${mark}${inner}${mark}`) return unwrap(inner)
  }
  return text
}

const codeSpan = (text: string): string | undefined => {
  const ticks = /^`+/.exec(text)?.[0] ?? ""
  const inner = text.slice(ticks.length, -ticks.length)
  if (ticks === "" || text.length <= 2 * ticks.length || !text.endsWith(ticks)) return undefined
  if (inner.includes(ticks) && ticks.length === 1) return undefined
  return inner.startsWith(" ") && inner.endsWith(" ") && inner.trim() !== "" ? inner.slice(1, -1) : inner
}

const isPath = (text: string): boolean =>
  /^[^\s`*<>|"?]+$/.test(text) &&
  !text.includes("://") &&
  (/[^/\\][/\\][^/\\]|^\.{0,2}[/\\]./.test(text) || /\.[A-Za-z]\w{0,9}$/.test(text) || known.has(text.toLowerCase()))

const known = new Set(["makefile", "dockerfile", "license", "procfile", "justfile", ".gitignore", ".env"])

const normalise = (path: string): string => path.replaceAll("\\", "/").replace(/^(?:\.\/+)+/, "")
