import * as Schema from "effect/Schema"
import * as Workspace from "@stepwright/core/Workspace"

/** What is wrong with a path as the path of a file below some root; `undefined` if nothing is. */
export const pathProblem = (path: string): string | undefined => {
  if (/^[/~]|^[A-Za-z]:/.test(path)) return "it must be relative"
  if (path.includes("\\")) return "names must be joined by /"
  const names = path.split("/")
  if (names.some((name) => name === "" || name === "." || name === "..")) {
    return 'every name between slashes must be there, and none may be "." or ".."'
  }
  if (!/^[\w.+\- /]+$/u.test(path)) return "it may hold letters, digits, blanks and . _ + - only"
  return Workspace.refusePath(path)?.detail
}

/** A path of a file below some root, its names joined by `/`. */
export const relativePath = (description: string) =>
  Schema.String.annotate({ description }).check(
    Schema.makeFilter((path: string) => {
      const problem = pathProblem(path)
      return problem === undefined ? undefined : `"${path}" is no path for a file: ${problem}`
    })
  )

/** A path as a model may write it, with `/` between its names and no `./` before them. */
export const normalise = (path: string): string => path.replaceAll("\\", "/").replace(/^(?:\.\/+)+/, "")
