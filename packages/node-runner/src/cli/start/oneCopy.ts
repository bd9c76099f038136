import * as module from "node:module"
import { pathToFileURL } from "node:url"
import { attempt } from "./attempt.ts"
import { lineOf, type Package, packageOf, trapOf } from "./packages.ts"

/** What a module of a user's and the command both use. */
const shared = ["effect", "@effect/platform-node", "@stepwright/core", "@stepwright/llm", "@stepwright/steps"]

/** What the command alone uses, with what is shared. */
const ofCluster = ["@stepwright/cluster", "@effect/sql-pg"]

/** A package of which a module finds another copy than a command. */
export interface Other {
  readonly name: string
  readonly ours: Package
  readonly theirs: Package
  /** Whether the command uses theirs: a version that it was not made for is left to the module. */
  readonly isTaken: boolean
}

/** The packages of which the module in a file finds another copy than a command. */
export const others = (file: string, command: string): ReadonlyArray<Other> =>
  shared.flatMap((name) => {
    const [theirs, ours] = [packageOf(name, pathToFileURL(file).href), packageOf(name, command)]
    if (theirs === undefined || ours === undefined || theirs.url === ours.url) return []
    return [{ name, ours, theirs, isTaken: lineOf(theirs) === lineOf(ours) }]
  })

/** The command line of the installation that a module finds, where it finds one. */
export const commandOf = (file: string): string | undefined =>
  trapOf(file, "@stepwright/node-runner") === undefined
    ? attempt(() => pathToFileURL(module.createRequire(file).resolve("@stepwright/node-runner/main")).href)
    : undefined

/**
 * Makes the installation of a command use what a module brings along, so that there is one copy of it in the process. A
 * version that the installation was not made for is left to the module: then there are two, whose errors are told by
 * their tags.
 */
export const shareWith = (file: string, command: string): void => {
  const parent = pathToFileURL(file).href
  const brought = new Set(others(file, command).flatMap(({ isTaken, name }) => (isTaken ? [name] : [])))
  if (brought.size === 0) return
  const platform = packageOf("@effect/platform-node", command)
  const ours = [
    packageOf(".", command),
    ...[...shared, ...ofCluster].map((name) => packageOf(name, command)),
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
