import { readdirSync, realpathSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { attempt } from "./attempt.ts"
import { mostBytes } from "./configFile.ts"
import { readPlain } from "./plainFile.ts"
import { isSealed } from "./seal.ts"

/** The commands, and whose workflow each may load: one that is named to it, or also that of a run. */
export const commands: Readonly<Record<string, "named" | "of a run" | "none">> = {
  run: "named",
  watch: "of a run",
  resume: "of a run",
  step: "of a run",
  set: "of a run",
  decide: "of a run",
  cancel: "none",
  change: "of a run",
  fork: "of a run",
  init: "none",
  plan: "of a run",
  status: "of a run",
  show: "of a run",
  list: "none",
  repair: "none",
  move: "none",
  rm: "none",
  gc: "none",
  schema: "none",
  export: "none",
  import: "named",
  graph: "of a run",
  verify: "none",
  cassette: "none",
  config: "none",
  trust: "none",
  doctor: "none",
  serve: "named",
  worker: "named",
  workers: "none",
  studio: "of a run",
  mcp: "named",
  ask: "none"
}

/** What is said elsewhere than in the arguments: where runs are kept, and the module of the workflow that is meant. */
export interface Told {
  readonly store?: string | undefined
  readonly module?: string | undefined
}

/** Whether a folder may be a run's, as core's `RunId` has it, whose module is not loaded for that. */
export const isRunId = (name: string): boolean => /^[A-Za-z0-9][\w.-]{0,127}$/u.test(name)

/** Whose workflow a call may load: flags may come before the command, and who asks for help has none loaded. */
const sourceOf = (args: ReadonlyArray<string>) => {
  if (args.some((arg) => /^(?:-h|--help|--version|--completions)/u.test(arg))) return "none"
  const command = args.find((arg, at) => !arg.startsWith("-") && args[at - 1] !== "--workflow") ?? ""
  return Object.hasOwn(commands, command) ? commands[command] : "none"
}

/** Whether a call may load a module of a user's at all. */
export const mayLoad = (args: ReadonlyArray<string>): boolean => sourceOf(args) !== "none"

/**
 * The module of a user's that a call may load, or the definition that may name one, told without anything that is heavy:
 * one too many only takes longer, one too few would have two copies of core in a process.
 */
export const moduleOf = (args: ReadonlyArray<string>, told: Told = {}): string | undefined => {
  if (!mayLoad(args)) return undefined
  const named = args.findIndex((arg) => arg.startsWith("--workflow"))
  if (named !== -1) {
    const [, value = args[named + 1] ?? ""] = /=(.*)/su.exec(args[named]!) ?? []
    return whereIs(split(value).file)
  }
  const meant = told.module === undefined ? undefined : whereIs(told.module)
  if (sourceOf(args) !== "of a run") return meant
  const directory = `${told.store ?? ".stepwright"}/runs`
  const ids = attempt(() => readdirSync(directory).filter(isRunId)) ?? []
  for (const run of runsOf(args, ids, directory)) {
    // it is told from the folder that holds the store
    const module = moduleIn(resolve(directory, run, "run.json"), dirname(resolve(directory, "..")))
    if (module !== undefined) return whereIs(module)
  }
  return meant
}

/** The file of a reference such as `M.ts#NAME`, and the name. */
export const split = (reference: string): { readonly file: string; readonly name?: string } => {
  const hash = reference.lastIndexOf("#")
  return hash === -1 ? { file: reference } : { file: reference.slice(0, hash), name: reference.slice(hash + 1) }
}

/** The runs that words may stand for: a word may be an id, the beginning of one, or no run, and then it is the last one. */
const runsOf = (args: ReadonlyArray<string>, ids: ReadonlyArray<string>, directory: string): ReadonlyArray<string> => {
  const [command = "", first = ""] = args
  if (Object.hasOwn(commands, command) && ids.includes(first)) return [first]
  const meant = ids.filter((id) => args.some((arg) => arg !== "" && id.startsWith(arg)))
  const written = ids.map(
    (id) => attempt(() => statSync(`${directory}/${id}/events.jsonl`, { bigint: true }).mtimeMs) ?? 0n
  )
  const last = written.reduce((one, other) => (one > other ? one : other), 0n)
  return [...meant, ...ids.filter((_, at) => written[at] === last)]
}

/** The module that settings of a run name which a command of this person wrote. */
const moduleIn = (file: string, folder: string): string | undefined =>
  attempt(() => {
    const settings: { readonly module?: unknown } = JSON.parse(readPlain(file, mostBytes)?.toString() ?? "{}")
    const { module } = settings
    return typeof module === "string" && isSealed(file, folder, settings) ? resolve(folder, module) : undefined
  })

/** Whether a file defines a workflow, and is no module that exports some. */
export const isDefinition = (file: string): boolean => /\.(?:ya?ml|json)$/iu.test(file)

/** What a definition names is told from where it is called to be, a module from where it is. */
const whereIs = (file: string): string =>
  (isDefinition(file) ? undefined : attempt(() => realpathSync(file))) ?? resolve(file)
