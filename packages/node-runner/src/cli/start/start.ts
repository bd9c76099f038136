import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { runBundle } from "./bundle.ts"
import { commands, moduleOf } from "./foreseen.ts"

const isSource = import.meta.url.endsWith(".ts")
const main = fileURLToPath(new URL(`../../main.${isSource ? "ts" : "js"}`, import.meta.url))
const bundle = fileURLToPath(new URL("../../bundle.cjs", import.meta.url))

/**
 * Starts the command line for the arguments of this process: that of the installation of the module which it loads, so
 * that there is one copy of everything, and as one script where it loads none.
 */
export const start = (args: ReadonlyArray<string>): Promise<unknown> => {
  const module = moduleOf(args)
  // a stack is to name the files that people find
  if (module === undefined && !isSource && !args.includes("--debug") && hasRun(args)) return Promise.resolve()
  return import((module !== undefined && commandOf(module)) || main)
}

const hasRun = ([first = ""]: ReadonlyArray<string>): boolean => {
  try {
    runBundle(bundle, first in commands ? first : "other")
    return true
  } catch {
    // one that is not there, or damaged
    return false
  }
}

/** The command line of the installation that a module finds, where it finds one. */
const commandOf = (module: string): string | undefined => {
  try {
    return createRequire(module).resolve("@stepwright/node-runner/main")
  } catch {
    return undefined
  }
}
