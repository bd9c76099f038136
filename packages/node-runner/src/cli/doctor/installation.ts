import { dirname, resolve } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { nodeProblem } from "../start/nodeProblem.ts"
import { moduleOf } from "../start/foreseen.ts"
import { commandOf, type Other, others } from "../start/oneCopy.ts"
import { type Package, packageOf, trapOf } from "../start/packages.ts"
import { told } from "../start/told.ts"
import { answerTo, type Finding, unanswered } from "./finding.ts"

const node = (): Finding => {
  const version = process.versions.node
  const problem = nodeProblem(version)
  return {
    name: "node",
    standing: problem === undefined ? "ok" : "problem",
    found: `${version} (${process.execPath})`,
    ...(problem !== undefined && { means: problem }),
    value: { version, executable: process.execPath }
  }
}

const folderOf = ({ url }: Package) => dirname(fileURLToPath(url))
const shown = (found: Package) => ({ version: found.version, folder: folderOf(found) })

/** The packages that are released together, as the command finds them, and what all of them stand on. */
const names = [
  ["@stepwright/node-runner", "."],
  ["@stepwright/core", "@stepwright/core"],
  ["@stepwright/llm", "@stepwright/llm"],
  ["@stepwright/steps", "@stepwright/steps"],
  ["effect", "effect"]
] as const

const packages = (): ReadonlyArray<Finding> => {
  const own = packageOf(".", import.meta.url)?.version
  return names.map(([name, specifier]): Finding => {
    const found = packageOf(specifier, import.meta.url)
    if (found === undefined) {
      const fix = "install @stepwright/node-runner anew, with what it depends on"
      return { name, standing: "problem", found: "not there", fix, value: null }
    }
    const isOdd = name.startsWith("@stepwright/") && found.version !== own
    return {
      name,
      standing: isOdd ? "note" : "ok",
      found: found.version,
      ...(isOdd && {
        means: `it was made for others than @stepwright/node-runner ${own}`,
        fix: "install the same version of all four"
      }),
      value: shown(found)
    }
  })
}

/** Which copies a module of the project would find, itself not loaded. */
const copies = (): ReadonlyArray<Finding> => {
  const module = moduleOf(["run"], told()) ?? resolve("module.ts")
  const trap = trapOf(module, "effect")
  if (trap !== undefined) {
    const means = "no module here can be loaded, as Node would wait for it"
    const fix = "remove it, or put a file there"
    return [{ name: "copies", standing: "note", found: `${trap} is no file`, means, fix, value: null }]
  }
  const theirs = commandOf(module)
  const command = theirs ?? import.meta.url
  const [runner, own] = [packageOf(".", command), packageOf(".", import.meta.url)]
  const two = others(module, command).filter(({ isTaken }) => !isTaken)
  const value = {
    command: runner === undefined ? null : shown(runner),
    two: two.map((other) => ({ name: other.name, command: shown(other.ours), module: shown(other.theirs) }))
  }
  const of = runner === undefined || runner.url === own?.url ? "this command" : `that of ${folderOf(runner)}`
  if (two.length === 0) {
    return [
      { name: "copies", standing: "ok", found: `a workflow in a module here is run by ${of}: one of each`, value }
    ]
  }
  return [
    {
      name: "copies",
      standing: "note",
      found: `a workflow in a module here is run by ${of}, and finds other copies: ${two.map(inWords).join(", ")}`,
      means: "two copies are in the process, and a value of the one may be none to the other",
      fix: "install the versions of the command in the project, or call the command that the project has installed",
      value
    }
  ]
}

const inWords = ({ name, ours, theirs }: Other) =>
  `${name} ${theirs.version} (${folderOf(theirs)}) beside ${ours.version} (${folderOf(ours)})`

/** Node and the packages. */
export const installation = Effect.gen(function* () {
  const found = yield* answerTo(Effect.sync(copies))
  const ofCopies = Result.match(found, {
    onFailure: (why) => [unanswered("copies", why, { standing: "note" })],
    onSuccess: (findings) => findings
  })
  return { section: "installation", findings: [node(), ...packages(), ...ofCopies] }
})
