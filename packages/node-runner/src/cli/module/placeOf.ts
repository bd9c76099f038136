import { spawnSync } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import * as Predicate from "effect/Predicate"

export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Where loading a module failed: in which file, of its own or one that it imports, at which line and column. */
export const placeOf = (error: unknown, file: string): Place | undefined => {
  const stack = Predicate.isError(error) ? (error.stack ?? "") : ""
  if (!Predicate.hasProperty(error, "name") || error.name !== "SyntaxError") return thrownAt(stack)
  const place = pointedAt(stack)
  // the parser of JavaScript keeps the place for whoever prints the error; what looks for it there knows no types
  return place !== undefined || /\.[cm]?tsx?$/u.test(file)
    ? place
    : pointedAt(spawnSync(process.execPath, ["--check", file], { encoding: "utf8" }).stderr)
}

const pathOf = (name: string) => (name.startsWith("file:") ? fileURLToPath(name) : name)

/** Reads `FILE:3`, some lines of it, and a `^` below what is wrong, which is missing below the end of a line. */
const pointedAt = (text: string): Place | undefined => {
  const [head = "", ...lines] = text.split("\n")
  const [, file, line] = /^(?!SyntaxError\b)(.+):(\d+)$/.exec(head) ?? []
  if (file === undefined) return undefined
  const pointer = lines.find((shown) => /^ *\^+ *$/.test(shown))
  const [shown = ""] = lines
  return { file: pathOf(file), line: Number(line), column: (pointer?.indexOf("^") ?? shown.trimEnd().length) + 1 }
}

const packages = fileURLToPath(new URL("../../../..", import.meta.url))

/** The first place of a stack that is in a file of the user's. */
const thrownAt = (stack: string): Place | undefined => {
  // a module of CommonJS has a path where another has an address
  const places = stack.matchAll(/^ +at (?:.*\(|async )?((?:file:\/\/|\/|[A-Z]:\\)[^)]*?):(\d+):(\d+)\)?$/gm)
  for (const [, name, line, column] of places) {
    const file = pathOf(name!)
    if (/[/\\]node_modules[/\\]/.test(file) || file.startsWith(packages)) continue
    return { file, line: Number(line), column: Number(column) }
  }
  return undefined
}
