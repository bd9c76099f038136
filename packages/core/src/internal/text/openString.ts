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
    for (let i = 0; i < line.length; i++) {
      const char = line[i]!
      if (open !== undefined) {
        if (char === "\\") i++
        else if (line.startsWith(open, i)) {
          i += 2
          open = undefined
        }
      } else if (char === "#") break
      else if (line.startsWith('"""', i) || line.startsWith("'''", i)) {
        open = line.slice(i, i + 3)
        i += 2
      } else if (char === '"' || char === "'") {
        i++
        while (i < line.length && line[i] !== char) i += line[i] === "\\" ? 2 : 1
      }
    }
    return open !== undefined
  }
}
