import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { isRunId } from "../../internal/disk/runId.ts"

/** The commands, and whether they take a workflow, or a run, which has one. */
export const commands: Readonly<Record<string, boolean>> = {
  run: true,
  resume: true,
  step: true,
  set: true,
  decide: true,
  cancel: false,
  fork: true,
  plan: true,
  status: true,
  show: true,
  list: false,
  repair: false,
  rm: false,
  gc: false,
  schema: false,
  export: false,
  import: true,
  graph: true,
  verify: false,
  cassette: false,
  ask: false
}

const directory = ".stepwright/runs"

/**
 * The module of a user's that a call may load, told without anything that is heavy: one too many only takes longer, one
 * too few would have two copies of core in a process.
 */
export const moduleOf = (args: ReadonlyArray<string>): string | undefined => {
  if (!args.some((arg) => commands[arg] === true)) return undefined
  const named = args.findIndex((arg) => arg.startsWith("--workflow"))
  if (named !== -1) {
    const [, value = args[named + 1] ?? ""] = /=(.*)/su.exec(args[named]!) ?? []
    const hash = value.lastIndexOf("#")
    return whereIs(hash === -1 ? value : value.slice(0, hash))
  }
  const ids = attempt(() => readdirSync(directory).filter(isRunId)) ?? []
  for (const run of runsOf(args, ids)) {
    const module = moduleIn(attempt(() => readFileSync(`${directory}/${run}/run.json`, "utf8")))
    if (module !== undefined) return whereIs(module)
  }
  return undefined
}

/** The runs that words may stand for: a word may be an id, the beginning of one, or no run, and then it is the last one. */
const runsOf = (args: ReadonlyArray<string>, ids: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [, first = "", ...others] = args
  if (ids.includes(first)) return [first]
  const words = [first, ...others].filter((word) => word !== "")
  const meant = ids.filter((id) => words.some((word) => id.startsWith(word)))
  const written = ids.map(
    (id) => attempt(() => statSync(`${directory}/${id}/events.jsonl`, { bigint: true }).mtimeMs) ?? 0n
  )
  const last = written.reduce((one, other) => (one > other ? one : other), 0n)
  return [...meant, ...ids.filter((_, at) => written[at] === last)]
}

const moduleIn = (settings: string | undefined): string | undefined => {
  const { module } = attempt((): { readonly module?: unknown } => JSON.parse(settings ?? "{}") ?? {}) ?? {}
  return typeof module === "string" ? module : undefined
}

const whereIs = (file: string): string => attempt(() => realpathSync(file)) ?? resolve(file)

const attempt = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}
