// Runs projects of DevBench (https://github.com/open-compass/DevBench), which is no part of the repository, from their
// own documents, and then DevBench's own tests on what was delivered:
//
//   node scripts/devbench.ts DEVBENCH stocktrends readtime --python /usr/bin/python3 --relay DIR
//   node scripts/devbench.ts DEVBENCH readtime --only-test DIR
//
// DEVBENCH is its folder, or that of one project. `--relay`, `--replay` and `--record` have a folder for each project in
// the one that is named; other flags of `stepwright run` stand behind `--`. The interpreter needs pytest and what the
// project depends on. OUT/NAME (`--out OUT`) holds what a run was given (`project`: `stepwright resume` goes on there),
// what it delivered (`package`), and what each test said of that (`tests.json`).
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { basename, dirname, join, posix, resolve } from "node:path"
import { parseArgs } from "node:util"
import { Effect, Schema } from "effect"
import { TestRunner } from "@stepwright/core/TestRunner"
import { BubblewrapTestRunner } from "@stepwright/node-runner"
import { ReportStep } from "@stepwright/steps"
import { passesNothing, print, rowOf } from "./devbenchReport.ts"

const launcher = join(dirname(import.meta.dirname), "packages/node-runner/bin/stepwright.mjs")
const answering = ["relay", "replay", "record"] as const
const kinds = ["unit_tests", "acceptance_tests"] as const

/** What DevBench says of a project. Paths are below its folder; one that there is not is empty. */
const Config = Schema.fromJsonString(
  Schema.Struct({
    language: Schema.String,
    PRD: Schema.NonEmptyString,
    UML_class: Schema.String,
    UML_sequence: Schema.String,
    architecture_design: Schema.String,
    dependencies: Schema.String,
    unit_tests: Schema.NonEmptyString,
    acceptance_tests: Schema.NonEmptyString,
    usage_examples: Schema.String,
    required_files: Schema.Array(Schema.String)
  })
)

interface Project {
  readonly name: string
  readonly folder: string
  readonly config: typeof Config.Type
}

const Report = Schema.fromJsonString(ReportStep.Report)

const fail = (sentence: string): never => {
  console.error(sentence)
  process.exit(2)
}

const read = (file: string, what: string) =>
  existsSync(file) ? readFileSync(file, "utf8") : fail(`${file} is missing: ${what}`)

const argv = process.argv.slice(2)
const end = argv.includes("--") ? argv.indexOf("--") : argv.length
const text = { type: "string" } as const
const { positionals, values } = parseArgs({
  args: argv.slice(0, end),
  allowPositionals: true,
  options: { out: text, python: text, "only-test": text, relay: text, replay: text, record: text }
})
const { out = "out/devbench", python: interpreter = "python3" } = values
const python = interpreter.includes("/") ? resolve(interpreter) : interpreter

const projectIn = (folder: string): Project => {
  const config = Schema.decodeSync(Config)(
    read(join(folder, "repo_config.json"), "name DevBench's folder and projects in it, or the folder of one")
  )
  if (config.language !== "python") fail(`${folder} is written in ${config.language}: only Python's tests are run`)
  return { name: basename(folder), folder, config }
}

/** The files of a folder, or below a path in it, without what is hidden or generated. */
const filesBelow = (folder: string, path = ""): ReadonlyArray<string> => {
  if (!existsSync(join(folder, path))) return fail(`${join(folder, path)} is missing`)
  if (!statSync(join(folder, path)).isDirectory()) return [path]
  const names = readdirSync(join(folder, path)).filter((name) => !/^(?:\..*|__pycache__)$/.test(name))
  return names.flatMap((name) => filesBelow(folder, posix.join(path, name)))
}

/** The files that its tests need. */
const requiredOf = ({ config }: Project) => config.required_files.map((path) => path.replace(/\/\*.*$/, ""))

/** The documents, and the data files that they name, by the paths which they have there. */
const inputOf = (project: Project) => {
  const { config, folder } = project
  const design = [config.UML_class, config.UML_sequence, config.architecture_design].filter((path) => path !== "")
  const texts = [config.PRD, ...design].map((path) => read(join(folder, path), "it is a document of the project"))
  const samples = [...requiredOf(project), config.usage_examples]
    .filter((path) => path !== "")
    .flatMap((path) => filesBelow(folder, path))
    .filter((path) => path !== config.dependencies && !/\.(?:py|sh)$/.test(path))
    .filter((path) => texts.some((text) => text.includes(basename(path))))
  return { documents: [config.PRD], design, samples }
}

/** Runs a project in a folder that holds its input and nothing else of it. */
const deliver = (project: Project, place: string): string => {
  const { design, documents, samples } = inputOf(project)
  const [cwd, delivered] = [join(place, "project"), join(place, "package")]
  for (const path of [...documents, ...design, ...samples]) cpSync(join(project.folder, path), join(cwd, path))
  // what an earlier run delivered is not this one's
  rmSync(delivered, { recursive: true, force: true })
  const args = [
    launcher,
    "run",
    ...documents,
    ...design.flatMap((path) => ["--design", path]),
    ...samples.flatMap((path) => ["--sample", path]),
    `--out=${delivered}`,
    `--python=${python}`,
    "--sandbox=bubblewrap",
    ...answering.flatMap((flag) => (values[flag] ? [`--${flag}`, resolve(values[flag], project.name)] : [])),
    ...argv.slice(end + 1)
  ]
  spawnSync(process.execPath, args, { cwd, stdio: "inherit" })
  return delivered
}

const textsIn = (folder: string, paths: ReadonlyArray<string>) =>
  paths.map((path) => [path, readFileSync(join(folder, path), "utf8")] as const)

/** Runs tests of DevBench on the files of a folder, without its own. */
const test = Effect.fnUntraced(function* (source: string, project: Project, kind: (typeof kinds)[number]) {
  const { config, folder } = project
  const own = ["tests", config.unit_tests, config.acceptance_tests].map((name) => `${name}/`)
  const delivered = filesBelow(source).filter((path) => !own.some((name) => path.startsWith(name)))
  const theirs = [...requiredOf(project), config[kind]].flatMap((path) => filesBelow(folder, path))
  const files = new Map([
    // DevBench has the working folder on Python's path, and pytest by itself only the one above a package of tests.
    [`${config[kind]}/__init__.py`, ""],
    ...textsIn(source, delivered),
    ...textsIn(folder, theirs)
  ])
  const { run } = yield* TestRunner
  return yield* run(Array.from(files, ([path, content]) => ({ path, content })))
}, Effect.result)

const ownTests = (delivered: string) => {
  const file = join(delivered, "report.json")
  if (!existsSync(file)) return "no report.json"
  const { counts } = Schema.decodeSync(Report)(readFileSync(file, "utf8"))
  return `${counts.passed}/${counts.run}`
}

const measure = Effect.fnUntraced(function* (project: Project) {
  const place = resolve(out, project.name)
  const testAll = (source: string) => Effect.forEach(kinds, (kind) => test(source, project, kind))
  // Its own code passes, or the tests show nothing of any other.
  const references = yield* testAll(project.folder)
  const reference = rowOf([`${project.name} (reference)`, ""], references, references)
  if (references.every(passesNothing)) {
    console.error(reference.notes.join("\n"))
    fail(`DevBench's own code passes no test: has ${python} pytest and all of ${project.config.dependencies}?`)
  }
  const delivered = values["only-test"] === undefined ? deliver(project, place) : resolve(values["only-test"])
  if (!existsSync(delivered)) {
    process.exitCode = 1
    return [{ cells: [project.name, "none", "none", "none"], notes: [`${delivered} is missing`] }, reference]
  }
  const reports = yield* testAll(delivered)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, "tests.json"), JSON.stringify(reports, null, 2))
  return [rowOf([project.name, ownTests(delivered)], reports, references), reference]
})

const [devbench = "", ...names] = positionals
if (devbench === "") fail("name the folder of DevBench, and projects in it")
if (values["only-test"] !== undefined && names.length > 1) fail("--only-test takes one project")
const projects = existsSync(join(devbench, "benchmark_data")) ? join(devbench, "benchmark_data/python") : devbench
const chosen = (names.length === 0 ? [""] : names).map((name) => projectIn(resolve(projects, name)))
const rows = await Effect.runPromise(
  Effect.forEach(chosen, measure).pipe(Effect.provide(BubblewrapTestRunner.layer({ python })))
)
console.log(print(rows.flat()))
