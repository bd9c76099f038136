import type { Attempt } from "@stepwright/steps/Attempt"
import type { LineCoverage } from "@stepwright/steps/CoverageStep"
import type { Report } from "@stepwright/steps/ReportStep"
import type { Verification } from "@stepwright/steps/VerificationStep"
import { type History, resultOf } from "../history.ts"
import type { Json } from "../json.ts"
import { join, last, parent } from "../path.ts"
import type { StepStanding } from "../standing.ts"
import type { Place } from "../tree.ts"

// what a run of the ready workflows made of code, read from what its steps gave

/** The files of a project by path, and which of them are tests. */
export interface Project {
  readonly texts: ReadonlyMap<string, string>
  readonly tests: ReadonlySet<string>
}

/** A workflow that writes code, as far as it has come. */
export interface Coding {
  /** Its path; empty where it is the run's own. */
  readonly at: string
  /** What it came to, once that is written. */
  readonly report: Report | undefined
  /** The files as they are delivered, or were last. */
  readonly project: Project | undefined
  /** Which lines of its files ran in the tests, by path, once these were counted. */
  readonly coverage: LineCoverage | undefined
}

/** Where a run writes code: where a report stands beside what is checked and counted for it. */
const workflowOf = (root: Place): string | undefined => {
  const find = (place: Place, around: string): string | undefined => {
    const names = new Set<string>()
    // what stands side by side is of the workflow around it
    const see = ({ children }: Place): void => {
      for (const child of children) {
        if (child.kind === "all" || child.kind === "part") see(child)
        else if (parent(child.path) === around) names.add(last(child.path))
      }
    }
    see(place)
    if (["check", "coverage", "report"].every((name) => names.has(name))) return around
    for (const child of place.children) {
      const found = child.children.length === 0 ? undefined : find(child, child.path)
      if (found !== undefined) return found
    }
    return undefined
  }
  return find(root, "")
}

/** The code that a run writes; nothing for a run of anything else. */
export const of = (
  root: Place,
  history: History,
  steps: ReadonlyMap<string, Pick<StepStanding, "status">>
): Coding | undefined => {
  const at = workflowOf(root)
  if (at === undefined) return undefined
  const report = outputAt(history, join(at, "report"))
  return {
    at,
    report: isReport(report) ? report : undefined,
    coverage: coverageOf(outputAt(history, join(at, "coverage"))),
    project: delivered(history, join(at, "hardened"), steps) ?? projectAt(history, at)
  }
}

export const outputAt = (history: History, path: string): Json | undefined => resultOf(history, path)?.output

/** What was tried last below a path, other than what is not taken any more. */
const delivered = (
  history: History,
  path: string,
  steps: ReadonlyMap<string, Pick<StepStanding, "status">>
): Project | undefined => {
  let latest: { readonly at: number; readonly project: Project } | undefined
  for (const step of history.steps.keys()) {
    if (!step.startsWith(`${path}/`) || steps.get(step)?.status === "skipped") continue
    const result = resultOf(history, step)
    const project = result === undefined || !isAttempt(result.output) ? undefined : projectOf(result.output)
    if (project !== undefined && result!.at >= (latest?.at ?? 0)) latest = { at: result!.at, project }
  }
  return latest?.project
}

/** The files that were written below a path, before they were tried. */
export const projectAt = (history: History, at: string): Project | undefined =>
  projectOf({
    code: outputAt(history, join(at, "code")),
    tests: outputAt(history, join(at, "tests")),
    acceptance: outputAt(history, join(at, "acceptance"))
  })

/** A project from its three parts; nothing where there is none of them, or they are of another kind. */
export const projectOf = (value: Json | Record<string, Json | undefined> | undefined): Project | undefined => {
  if (!isRecord(value)) return undefined
  const { acceptance, code, tests } = value
  const texts = new Map<string, string>()
  const names = new Set<string>()
  for (const [path, text] of Object.entries(isRecord(code) ? code : {})) {
    if (typeof text === "string") texts.set(path, text)
  }
  for (const file of [tests, acceptance].flatMap((files) => (Array.isArray(files) ? files : []))) {
    if (!isRecord(file) || typeof file["path"] !== "string" || typeof file["content"] !== "string") continue
    texts.set(file["path"], file["content"])
    names.add(file["path"])
  }
  return texts.size === 0 ? undefined : { texts, tests: names }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, Json | undefined>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const hasLists = (value: Json | undefined, ...names: ReadonlyArray<string>) =>
  isRecord(value) && names.every((name) => Array.isArray(value[name]))

/** Whether a value is a report of any version: what later ones have more is asked for where it is read. */
const isReport = (value: Json | undefined): value is Json & Report =>
  hasLists(value, "criteria", "tests", "files", "uncovered", "notes")

const coverageOf = (value: Json | undefined): LineCoverage | undefined =>
  isRecord(value) && Object.values(value).every((file) => hasLists(file, "missed"))
    ? (value as Json & LineCoverage)
    : undefined

const isAttempt = (value: Json | undefined): value is Json & Attempt =>
  hasLists(value, "tests", "acceptance") && isRecord((value as Record<string, Json>)["code"])

export const isVerification = (value: Json | undefined): value is Json & Verification =>
  hasLists(value, "tests") && isRecord((value as Record<string, Json>)["counts"])
