import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { CliError, usage } from "../base/cliError.ts"
import { isNear, nearest } from "../../internal/files/nearest.ts"
import type { Places } from "./places.ts"

const decoded = (path: string) => path.split("/").map(StepPath.decodeKey).join("/")

/** The item of a pattern that a path with plain keys can mean: `each/a/b.py` is `each/a%2Fb.py` of `each/*`. */
const encoded = (pattern: string, plain: string): ReadonlyArray<string> => {
  const [first, ...others] = pattern.split("/*")
  if (others.length === 0) return []
  const literal = (text: string) => text.replaceAll(/[^\w/]/g, String.raw`\$&`)
  const keys = new RegExp(`^${[first!, ...others].map(literal).join("/(.+)")}$`, "s").exec(plain)?.slice(1)
  return keys === undefined
    ? []
    : [[first, ...keys.map((key, i) => `/${StepPath.encodeKey(key)}${others[i]}`)].join("")]
}

const groupsOf = (paths: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(paths.flatMap((path) => Array.from(path.matchAll(/\//g), ({ index }) => path.slice(0, index))))
]

/**
 * The path that a person means: `each/a/b.py` is `each/a%2Fb.py`, which `status` and `plan` write, where one step alone
 * can be meant. A path that no step has stays as it is.
 */
export const resolve = (path: string, workflow: Workflow.Any | undefined, state: WorkflowState): string => {
  const patterns = workflow === undefined ? [] : Workflow.stepPaths(workflow)
  const recorded = Object.keys(state.records)
  if (recorded.includes(path)) return path
  const steps = recorded.filter((candidate) => decoded(candidate) === path)
  const known = steps.length > 0 ? steps : groupsOf(recorded).filter((candidate) => decoded(candidate) === path)
  if (known.length === 1) return known[0]!
  // no key is meant by a * alone
  const isPattern = path.split("/").includes("*")
  if (known.length > 1 || isPattern || patterns.some((pattern) => StepPath.matches(pattern, path))) return path
  const possible = patterns.flatMap((pattern) => encoded(pattern, path))
  return possible.length === 1 ? possible[0]! : path
}

/** How many paths are named where one is not known. */
const most = 20

/** Paths to choose from, those first that come nearest to what was typed. */
export const choice = (path: string, paths: ReadonlyArray<string>): ReadonlyArray<string> =>
  nearest(path, paths, decoded)

/** Names in a row; of very many the first. */
export const list = (names: ReadonlyArray<string>): string =>
  names.length > most ? `${names.slice(0, most).join(", ")}, …` : names.join(", ")

/** Whether a path may be a misspelling of another. */
export const isMeant = (path: string, known: string): boolean => isNear(path, decoded(known))

/** Why a path is none of a step: what it is, what it may be meant for, and all that there are, the nearest first. */
export const unknown = (path: string, run: string, { inside, never, paths }: Places): CliError => {
  const why = never(path)
  const group = why === undefined ? inside(path) : undefined
  if (group !== undefined) return ofGroup(path, run, group)
  const all = choice(path, paths())
  const [first] = all
  const shown = list(all)
  const near =
    first === undefined
      ? ", and none has run yet"
      : isMeant(path, first)
        ? `; did you mean "${first}"? There are ${shown}`
        : `; there are ${shown}`
  const fix = first === undefined ? `see \`plan ${run}\`` : `name one of ${shown}`
  return new CliError({
    kind: "usage",
    message: `${path.trim() === "" ? JSON.stringify(path) : path}: no step has this path${why === undefined ? "" : `; ${why}`}${near}`,
    target: path,
    fix
  })
}

/** What there is to say of a group where a step is meant. */
export const ofGroup = (path: string, run: string, inside: ReadonlyArray<string>): CliError =>
  inside.length === 0
    ? usage(`${path} is a group, whose items are not known yet`, { target: path, fix: `see \`plan ${run}\`` })
    : usage(`${path} is a group`, { target: path, fix: `name one of ${list(inside)}` })
