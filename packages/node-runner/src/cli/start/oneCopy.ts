import { readFileSync, realpathSync } from "node:fs"
import * as module from "node:module"
import { pathToFileURL } from "node:url"

/** What a module of a user's and the command both use. */
const shared = ["effect", "@effect/platform-node", "@stepwright/core", "@stepwright/llm", "@stepwright/steps"]

/**
 * Makes the installation of a command use what a module brings along, so that there is one copy of it in the process. A
 * version that the installation was not made for is left to the module: then there are two, whose errors are told by
 * their tags.
 */
export const shareWith = (file: string, command: string): void => {
  const parent = pathToFileURL(file).href
  const brought = new Set(shared.filter((name) => isBrought(packageOf(name, parent), packageOf(name, command))))
  if (brought.size === 0) return
  const platform = packageOf("@effect/platform-node", command)
  const ours = [
    packageOf(".", command),
    ...shared.map((name) => packageOf(name, command)),
    platform && packageOf("@effect/platform-node-shared", platform.url)
  ].flatMap((found) => (found === undefined ? [] : [new URL(".", found.url).href]))
  module.registerHooks({
    resolve: (specifier, context, next) => {
      const [name = ""] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier) ?? []
      const isOurs = ours.some((folder) => context.parentURL?.startsWith(folder) === true)
      return next(specifier, isOurs && brought.has(name) ? { ...context, parentURL: parent } : context)
    }
  })
}

interface Package {
  /** Of its manifest. */
  readonly url: string
  readonly name: string
  readonly version: string
}

/** The package of a name as a file finds it. */
const packageOf = (name: string, parent: string): Package | undefined => {
  try {
    const manifest = realpathSync(module.findPackageJSON(name, parent)!)
    return { ...JSON.parse(readFileSync(manifest, "utf8")), url: pathToFileURL(manifest).href }
  } catch {
    return undefined
  }
}

const isBrought = (theirs: Package | undefined, ours: Package | undefined): boolean =>
  theirs !== undefined && ours !== undefined && theirs.url !== ours.url && lineOf(theirs) === lineOf(ours)

/** The versions that go with each other: Stepwright's packages are released together. */
const lineOf = ({ name, version }: Package) =>
  name.startsWith("@stepwright/") ? version : version.split(".", 2).join(".")
