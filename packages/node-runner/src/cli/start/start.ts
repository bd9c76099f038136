import { fileURLToPath } from "node:url"
import { runBundle } from "./bundle.ts"
import { hasDatabase, isConfigured } from "./configFile.ts"
import { commands, isDefinition, mayLoad, moduleOf, type Told } from "./foreseen.ts"

const isSource = import.meta.url.endsWith(".ts")
const main = new URL(`../../main.${isSource ? "ts" : "js"}`, import.meta.url).href
const bundle = fileURLToPath(new URL("../../bundle.cjs", import.meta.url))

/**
 * Starts the command line for the arguments of this process: as one script where they name no module of a user's, else
 * that of the installation which the module finds, so that there is one copy of everything.
 */
export const start = (args: ReadonlyArray<string>): Promise<unknown> =>
  mayLoad(args) && isConfigured()
    ? import("./told.ts").then(({ told }) => startWith(args, told()))
    : startWith(args, {})

const startWith = (args: ReadonlyArray<string>, told: Told): Promise<unknown> => {
  const file = moduleOf(args, told)
  return file !== undefined && isDefinition(file)
    ? import("./reach.ts").then(({ moduleOfFile }) => startFor(args, told, moduleOfFile(file)))
    : startFor(args, told, file)
}

const startFor = (args: ReadonlyArray<string>, { store }: Told, module: string | undefined): Promise<unknown> => {
  if (module === undefined) {
    // a stack is to name the files that people find, and a package that is loaded uses the same effect
    const hasPackages = args.includes("worker") || hasDatabase(store)
    const isBundled = !isSource && !args.includes("--debug") && !hasPackages
    return isBundled && hasRun(args) ? Promise.resolve() : import(main)
  }
  return import("./oneCopy.ts").then(({ commandOf, shareWith }) => {
    const found = commandOf(module) ?? main
    shareWith(module, found)
    return import(found)
  })
}

const hasRun = ([first = ""]: ReadonlyArray<string>): boolean => {
  try {
    runBundle(bundle, Object.hasOwn(commands, first) ? first : "other")
    return true
  } catch {
    // one that is not there, or damaged
    return false
  }
}
