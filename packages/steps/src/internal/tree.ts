/** A line of a drawn tree of files: what stands before the name, and the name. */
const branch = /^((?:[│|]?[\s\u00a0]|[├└|`+][─-]{1,3}\s?)*)([^\s#←(]+)/u
const drawn = /[├└]|[|`]--(?![-|])/
/** A line without a name: room between files, or a remark that goes on. */
const nameless = /^[\s│|]*(?:[#←(].*)?$/u

/** Whether a name is one that folders have: lower case, no ending, and none of the files that are called so. */
const isPlain = (name: string): boolean => /^[a-z0-9_-]+$/.test(name) && !name.endsWith("file")

/**
 * The files of the trees that a text draws, by their paths below the folder at the top of each: `├── src/` and what
 * stands below it.
 */
export const filesDrawnIn = (text: string): ReadonlyArray<string> => {
  const files = new Set<string>()
  for (const block of text.split(/\n\s*\n|```[^\n]*\n?/)) {
    const lines = block.split("\n").filter((line) => !nameless.test(line))
    if (!lines.some((line) => drawn.test(line))) continue
    /** The folders that a line is in, by the columns where their names begin. */
    const folders: Array<readonly [column: number, name: string]> = []
    for (const [i, line] of lines.entries()) {
      const [, before = "", name = ""] = branch.exec(line) ?? []
      if (!drawn.test(before) && i > 0 && drawn.test(lines[i - 1]!)) break
      const column = before.length
      while (folders.length > 0 && folders.at(-1)![0] >= column) folders.pop()
      if (!drawn.test(before)) {
        // the folder at the top is the project's own
        folders.push([column - 1, ""])
        continue
      }
      const next = branch.exec(lines[i + 1] ?? "")
      const isFolder =
        name.endsWith("/") || isPlain(name) || (next !== null && drawn.test(next[1]!) && next[1]!.length > column)
      if (isFolder) folders.push([column, name.replace(/\/$/, "")])
      // an ellipsis is no file
      else if (/[\p{L}\p{N}]/u.test(name))
        files.add([...folders.map(([, folder]) => folder).filter(Boolean), name].join("/"))
    }
  }
  return [...files]
}
