import { structuredPatch } from "diff"
import type { Project } from "./coding.ts"
import { textLines } from "./lines.ts"

/** A line of a difference. `gap`: how many lines are left out before the next. */
export interface DiffLine {
  readonly kind: "same" | "gone" | "come" | "gap"
  readonly text: string
  /** Its number in the text before, and in the one after. */
  readonly before: number | undefined
  readonly after: number | undefined
}

export interface FileChange {
  readonly path: string
  readonly became: "changed" | "new" | "gone"
  readonly come: number
  readonly gone: number
  readonly lines: ReadonlyArray<DiffLine>
}

/** How many lines may be other until a text counts as another as a whole, since to compare takes longer and longer. */
const mostEdits = 600

/** What is other in the files of a project. */
export const changes = (before: Project["texts"], after: Project["texts"]): ReadonlyArray<FileChange> =>
  [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((path): ReadonlyArray<FileChange> => {
    const [was, is] = [before.get(path), after.get(path)]
    if (was === is) return []
    const lines = linesOf(was ?? "", is ?? "")
    const count = (kind: DiffLine["kind"]) => lines.filter((line) => line.kind === kind).length
    const became = was === undefined ? "new" : is === undefined ? "gone" : "changed"
    return [{ path, became, come: count("come"), gone: count("gone"), lines }]
  })

/** What is other in a text, with three lines around. */
export const linesOf = (was: string, is: string): ReadonlyArray<DiffLine> => {
  const patch = structuredPatch("", "", was, is, undefined, undefined, { context: 3, maxEditLength: mostEdits })
  if (patch === undefined) return replaced(was, is)
  let next = 1
  return patch.hunks.flatMap(({ lines, newStart, oldStart }) => {
    let [before, after] = [oldStart, newStart]
    const hidden = before - next
    const found = lines.flatMap((line): ReadonlyArray<DiffLine> => {
      const text = line.slice(1)
      if (line.startsWith("-")) return [{ kind: "gone", text, before: before++, after: undefined }]
      if (line.startsWith("+")) return [{ kind: "come", text, before: undefined, after: after++ }]
      // it says that there is no end of line
      if (line.startsWith("\\")) return []
      return [{ kind: "same", text, before: before++, after: after++ }]
    })
    next = before
    return hidden > 0
      ? [{ kind: "gap", text: `${hidden}`, before: undefined, after: undefined } as const, ...found]
      : found
  })
}

/** All lines of one text, and then all of the other. */
const replaced = (was: string, is: string): ReadonlyArray<DiffLine> => [
  ...textLines(was).map((text, i) => ({ kind: "gone", text, before: i + 1, after: undefined }) as const),
  ...textLines(is).map((text, i) => ({ kind: "come", text, before: undefined, after: i + 1 }) as const)
]
