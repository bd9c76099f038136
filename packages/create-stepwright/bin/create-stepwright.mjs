#!/usr/bin/env node
// `npm create stepwright [FOLDER]`: writes a project into a folder. Plain JavaScript without dependencies, so that it is
// there at once; it says on old versions of Node, too, what is needed.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { basename, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const usage = `create-stepwright: begins a project with a pipeline, its tests and a recording of a run.

  npm create stepwright [FOLDER]     pnpm create stepwright [FOLDER]     yarn create stepwright [FOLDER]

FOLDER is made where it is missing and must be empty (default: my-pipeline; . is the folder you are in).
Nothing is installed and nothing is asked.

  --help, -h       this
  --version, -v    the version of Stepwright that the project will use
`

const own = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
const template = fileURLToPath(new URL("../template", import.meta.url))

const fail = (sentence) => {
  console.error(`create-stepwright: ${sentence}`)
  process.exit(2)
}

/** A name that npm takes, made of that of a folder. */
const nameOf = (folder) =>
  basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._~-]+/gu, "-")
    .replaceAll(/^[-._]+|-+$/gu, "")
    .slice(0, 214) || "my-pipeline"

/** The package manager that called, by what it says of itself. */
const managerOf = (agent = "") => /^(?:pnpm|yarn|bun)\b/u.exec(agent)?.[0] ?? "npm"

/** What is in a folder that a project may not be begun in; an empty repository is none of it. */
const contentsOf = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => name !== ".git") : [])

const create = (folder) => {
  const target = resolve(folder)
  let found
  try {
    found = contentsOf(target)
  } catch {
    fail(`${folder} is no folder. Give the name of a new one.`)
  }
  if (found.length > 0) fail(`${folder} is not empty: it has ${found[0]}. Give the name of a new folder.`)
  try {
    mkdirSync(target, { recursive: true })
    cpSync(template, target, { recursive: true, errorOnExist: true, force: false })
    // npm leaves out a file of its real name
    renameSync(join(target, "gitignore"), join(target, ".gitignore"))
    for (const file of ["package.json", "README.md"]) {
      const path = join(target, file)
      const text = readFileSync(path, "utf8").replaceAll("{{name}}", nameOf(target))
      writeFileSync(path, text.replaceAll("{{version}}", own.version))
    }
  } catch (error) {
    fail(`${folder} cannot be written: ${error.message}`)
  }
  const manager = managerOf(process.env.npm_config_user_agent)
  const place = relative(process.cwd(), target)
  const steps = [
    ...(place === "" ? [] : [`cd ${/\s/u.test(place) ? JSON.stringify(place) : place}`]),
    `${manager} install`,
    `${manager} test      # against a mock, and in simulated worlds: no key, no network`,
    `${manager} start     # the pipeline, answered by a recording`
  ]
  console.log(`A project is in ${place === "" ? "this folder" : place}. Next:\n`)
  for (const step of steps) console.log(`  ${step}`)
  console.log("\nREADME.md says what is what, and how to ask a real model.")
}

const [major, minor] = process.versions.node.split(".").map(Number)
const args = process.argv.slice(2)
const unknown = args.find((arg) => arg.startsWith("-") && !["--help", "-h", "--version", "-v"].includes(arg))
const folders = args.filter((arg) => !arg.startsWith("-"))
if (args.includes("--help") || args.includes("-h")) console.log(usage)
else if (args.includes("--version") || args.includes("-v")) console.log(own.version)
else if (unknown !== undefined) fail(`there is no flag ${unknown}; there are --help and --version.`)
else if (folders.length > 1) fail(`one folder is enough, these are ${folders.length}: ${folders.join(", ")}.`)
else if (major < 22 || (major === 22 && minor < 19)) {
  fail(`Stepwright needs Node.js 22.19 or newer, this is ${process.version}. Install a newer one and call this again.`)
} else create(folders[0] ?? "my-pipeline")
