// Calls `stepwright` as it is installed in each way: every status and all that it prints is the same.
import { execFile } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"

interface Ended {
  readonly status: number
  readonly out: string
  readonly err: string
  /** The copies of effect and of core in the process, by their folders. */
  readonly copies: ReadonlyArray<string>
}

/** What a process writes down of the modules that it loaded. */
const watch = `import { writeFileSync } from "node:fs"
import { registerHooks } from "node:module"
const loaded = new Set()
registerHooks({
  load: (url, context, next) => {
    const [, copy] = /^file:\\/\\/(.*\\/(?:effect|core))\\/(?:dist|src)\\/(?:Effect|StepPath)\\.[jt]s$/.exec(url) ?? []
    if (copy !== undefined) loaded.add(copy)
    return next(url, context)
  }
})
process.on("exit", () => writeFileSync(process.env.COPIES, JSON.stringify([...loaded])))
`

const workflow = `import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"
const say = Step.effect("say", {
  input: Schema.String,
  output: Schema.String,
  error: Schema.String,
  run: (text) => (text === "fail" ? Effect.fail("as it was told") : Effect.succeed(text))
})
export const w = Workflow.make("w", { input: Schema.String }).pipe(Workflow.bind("say", say, "input"))
export const gated = Workflow.make("gated", { input: Schema.String }).pipe(
  Workflow.gate("ask", { question: Schema.String, input: "input", decision: Schema.Boolean })
)
`

interface Row {
  readonly args: ReadonlyArray<string>
  readonly status: number
  /** How many copies of effect and of core there are: none is seen where the bundle runs. */
  readonly loads?: "a module"
  /** Whether what it loads may be found in one way and not in another. */
  readonly isLocal?: true
}

const ofModule = (status: number, ...args: ReadonlyArray<string>): Row => ({ args, status, loads: "a module" })
const ofNone = (status: number, ...args: ReadonlyArray<string>): Row => ({ args, status })
const local = (row: Row): Row => ({ ...row, isLocal: true })

/** One after the other in one folder. */
const rows: ReadonlyArray<Row> = [
  local(ofNone(0, "--version")),
  ofNone(0, "--help"),
  ofNone(2, "-dash.md"),
  ofNone(3, "run", "doc.md"),
  ofNone(4, "run", "doc.md", "--relay", "mail", "--max-calls", "0", "--json"),
  local(ofNone(3, "run", "doc.md", "--model", "openai/one", "--json")),
  local(ofNone(3, "run", "doc.md", "--model", "anthropic/one", "--json")),
  ofNone(0, "status"),
  ofNone(0, "plan", "latest", "--json"),
  local(ofModule(0, "run", "--workflow", "w.mjs#w", "--input", '"hello"')),
  ofModule(0, "show", "latest", "output"),
  ofModule(1, "run", "--workflow", "w.mjs#w", "--input", '"fail"', "--json"),
  ofModule(4, "run", "--workflow", "w.mjs#gated", "--input", '"sure?"', "--no-input"),
  ofModule(0, "decide", "latest", "ask", "true"),
  ofNone(0, "list")
]

/** Refuses every key. */
const server = createServer((_, response) => {
  response.writeHead(401, { "content-type": "application/json" }).end('{ "error": { "message": "no such key" } }')
})

/** What a call needs of the environment, and the keys of models that `server` is asked for. */
const environmentOf = ({ args }: Pick<Row, "args">) => {
  const { HOME, PATH } = process.env
  const [, name] = /(\w+)\/one/u.exec(args.join(" ")) ?? []
  const prefix = name?.toUpperCase()
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return { HOME, PATH, ...(prefix && { [`${prefix}_API_KEY`]: "key", [`${prefix}_BASE_URL`]: url }) }
}

const call = (launcher: string, cwd: string, args: ReadonlyArray<string>): Promise<Ended> =>
  new Promise((resolve) => {
    const copies = join(cwd, "copies.json")
    const watched = { COPIES: copies, NODE_OPTIONS: `--import=${pathToFileURL(join(cwd, "watch.mjs")).href}` }
    const env = { ...environmentOf({ args }), ...watched }
    execFile("node", [launcher, ...args], { cwd, env, maxBuffer: Infinity }, (error, out, err) => {
      const found = existsSync(copies) ? JSON.parse(readFileSync(copies, "utf8")) : []
      rmSync(copies, { force: true })
      resolve({ status: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err, copies: found })
    }).stdin?.end()
  })

/** What is printed, without what is another one each time, or on a busy machine. */
const lasting = (text: string): string =>
  text
    .replaceAll(/^stepwright: .* is still being loaded; Ctrl-C ends it\n/gm, "")
    .replaceAll(/out\/doc(?:-\d+)?/g, "OUT")
    .replaceAll(/\d{8}-\d{6}-\w{6}/g, "RUN")
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.Z]*/g, "TIME")
    .replaceAll(/"(?:\w*(?:At|[mM]illis))": \d+/g, "NUMBER")
    .replaceAll(/\d+(?:\.\d+)? m?s\b/g, "A WHILE")

const show = ({ err, out, status }: Ended) => `status ${status}\n${lasting(out)}\n${lasting(err)}`

/** Goes through rows in a new folder, whose modules find no packages there. */
const callAll = async (launcher: string, cwd: string, rows: ReadonlyArray<Row>): Promise<ReadonlyMap<Row, Ended>> => {
  mkdirSync(cwd)
  writeFileSync(join(cwd, "watch.mjs"), watch)
  writeFileSync(join(cwd, "w.mjs"), workflow)
  writeFileSync(join(cwd, "doc.md"), "A set of integer intervals.")
  const ended = new Map<Row, Ended>()
  // oxlint-disable-next-line no-await-in-loop -- each goes on from those before it
  for (const row of rows) ended.set(row, await call(launcher, cwd, row.args))
  return ended
}

const packageOf = (launcher: string) => dirname(dirname(realpathSync(launcher)))

/** Whether a launcher is one of the packages, not of a checkout. */
const hasBundle = (launcher: string) => !existsSync(join(packageOf(launcher), "src"))

/** What is wrong with the launchers of installations, by how they were installed. */
export const problemsOf = async (
  folder: string,
  launchers: Readonly<Record<string, string>>,
  project: string
): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve).unref())
  const ways = await Promise.all(
    Object.entries(launchers).map(async ([way, launcher], index, all) => {
      // one installation of the packages does all, and another the same but for what it loads from elsewhere
      const isLike = hasBundle(launcher) && all.slice(0, index).some(([, before]) => hasBundle(before))
      const some = isLike ? rows.filter(({ isLocal }) => isLocal === true) : rows
      return { way, isBundled: hasBundle(launcher), ended: await callAll(launcher, join(folder, `way ${index}`), some) }
    })
  )
  const [first] = ways
  const problems = ways.flatMap(({ ended, isBundled, way }) =>
    [...ended].flatMap(([row, one]) => {
      const called = `${way}: stepwright ${row.args.join(" ")}`
      const copies = row.loads === undefined && isBundled ? 0 : 2
      return [
        ...(one.status === row.status ? [] : [`${called} had not the status ${row.status}:\n${show(one)}`]),
        ...(show(one) === show(first!.ended.get(row)!) ? [] : [`${called} said something else:\n${show(one)}`]),
        ...(one.copies.length === copies ? [] : [`${called} loaded ${one.copies.join(" and ") || "nothing"}`])
      ]
    })
  )
  const more = [...(await inProject(folder, launchers, project)), ...(await withoutBundle(folder, launchers))]
  return [...problems, ...more].join("\n")
}

/**
 * A module that brings what it uses is run with that: by the command of its own installation, and where it has none, or
 * one that uses other copies, by what it brings in their place.
 */
const inProject = async (folder: string, launchers: Readonly<Record<string, string>>, project: string) => {
  const alone = mkdtempSync(join(folder, "project "))
  const nested = join(project, "nested")
  const places: ReadonlyArray<readonly [way: string, place: string, modules: string]> = [
    ["in a checkout", project, join(project, "node_modules")],
    ["for all", alone, linkPackages(alone, join(project, "node_modules"))],
    ["in a folder", nested, linkPackages(nested, dirname(dirname(packageOf(launchers["for all"]!))))]
  ]
  const problems: Array<string> = []
  for (const [way, place, modules] of places) {
    writeFileSync(join(place, "watch.mjs"), watch)
    writeFileSync(join(place, "w.mjs"), workflow)
    const args = ["run", "--workflow", "w.mjs#w", "--input", '"hello"']
    // oxlint-disable-next-line no-await-in-loop -- one after the other, for the sake of the machine
    const { copies, err, status } = await call(launchers[way]!, place, args)
    const isOwn = copies.length === 2 && copies.every((copy) => copy.startsWith(modules))
    if (status !== 0 || !isOwn) {
      problems.push(`${way}: in ${place} (status ${status}) it loaded ${copies.join(" and ")}:\n${err}`)
    }
  }
  return problems
}

/** Gives a folder the packages of another that a workflow imports. */
const linkPackages = (place: string, modules: string): string => {
  mkdirSync(join(place, "node_modules/@stepwright"), { recursive: true })
  for (const name of ["effect", "@stepwright/core"]) {
    symlinkSync(join(modules, name), join(place, "node_modules", name))
  }
  return modules
}

/** An installation whose bundle is missing or damaged does the same. */
const withoutBundle = async (folder: string, launchers: Readonly<Record<string, string>>): Promise<Array<string>> => {
  const launcher = Object.values(launchers).find(hasBundle)!
  const bundle = join(packageOf(launcher), "dist/bundle.cjs")
  const cwd = mkdtempSync(join(folder, "without "))
  writeFileSync(join(cwd, "watch.mjs"), watch)
  const whole = readFileSync(bundle, "utf8")
  const damages = { "is missing": undefined, "is cut off": whole.slice(0, whole.length / 2), "is no script": "{" }
  renameSync(bundle, `${bundle}.kept`)
  const problems: Array<string> = []
  for (const [damage, text] of Object.entries(damages)) {
    rmSync(bundle, { force: true })
    if (text !== undefined) writeFileSync(bundle, text)
    // oxlint-disable-next-line no-await-in-loop -- it is damaged in one way at a time
    const { copies, err, out, status } = await call(launcher, cwd, ["--version"])
    if (status !== 0 || !out.startsWith("stepwright v") || err !== "" || copies.length === 0) {
      problems.push(`where the bundle ${damage}, --version says (status ${status}): ${out}${err}`)
    }
  }
  renameSync(`${bundle}.kept`, bundle)
  return problems
}
