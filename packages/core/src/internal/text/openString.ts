/** Languages whose strings may go over several lines between three quotes. */
const languages = new Set(["python", "toml"])

/**
 * For the lines of a file in order: whether a string in three quotes is open at the end of each.
 *
 * **Source** Python's reference, 2.4.1 and 2.4.2; TOML 1.0. A string in single quotes ends with its line.
 */
export const openString = (language: string): ((line: string) => boolean) => {
  if (!languages.has(language)) return () => false
  let open: string | undefined
  return (line) => {
    // nothing else goes over the end of a line
    if (!line.includes('"""') && !line.includes("'''")) return open !== undefined
    for (let i = 0; i < line.length; i++) {
      const char = line[i]!
      if (open !== undefined) {
        if (char === "\\") i++
        else if (line.startsWith(open, i)) {
          i += 2
          open = undefined
        }
      } else if (char === "#") break
      else if (char === '"' || char === "'") {
        if (line[i + 1] === char && line[i + 2] === char) {
          open = char.repeat(3)
          i += 2
        } else {
          i++
          while (i < line.length && line[i] !== char) i += line[i] === "\\" ? 2 : 1
        }
      }
    }
    return open !== undefined
  }
}
