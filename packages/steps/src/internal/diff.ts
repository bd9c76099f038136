import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatch, structuredPatch } from "diff"

type Files = Readonly<Record<string, string>>

/** How many lines may be other until a text counts as another as a whole. */
const mostEdits = 1000

/** How long a difference may be. **Units** characters */
const most = 8000

/** All lines of one text, and then all of the other. */
const replaced = (name: string, path: string, before: string, after: string): StructuredPatch => {
  // nothing to compare
  const { hunks: gone } = structuredPatch(name, path, before, "")
  const { hunks: come, ...patch } = structuredPatch(name, path, "", after)
  const lines = [...gone, ...come].flatMap(({ lines }) => lines)
  const [oldLines, newLines] = [gone[0]?.oldLines ?? 0, come[0]?.newLines ?? 0]
  return { ...patch, hunks: [{ oldStart: 1, oldLines, newStart: 1, newLines, lines }] }
}

/** What is other in a text, in the unified format, cut off where it is long. */
const unified = (path: string, before: string | undefined, after: string): string => {
  const [name, text] = before === undefined ? ["/dev/null", ""] : [path, before]
  const limits = { context: 3, maxEditLength: mostEdits }
  const patch =
    structuredPatch(name, path, text, after, undefined, undefined, limits) ?? replaced(name, path, text, after)
  const shown = formatPatch(patch, FILE_HEADERS_ONLY).slice(0, -1)
  if (shown.length <= most) return shown
  const cut = shown.slice(0, shown.lastIndexOf("\n", most))
  return `${cut}\n... (${shown.slice(cut.length + 1).split("\n").length} more lines)`
}

/** A file that changed, and how. */
export interface Change {
  readonly path: string
  readonly diff: string
}

/** How files became others, by path; none is lost. */
export const changes = (before: Files, after: Files): ReadonlyArray<Change> =>
  Object.keys(after)
    .filter((path) => before[path] !== after[path])
    .toSorted()
    .map((path) => ({ path, diff: unified(path, before[path], after[path]!) }))
