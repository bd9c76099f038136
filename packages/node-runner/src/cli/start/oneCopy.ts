import * as module from "node:module"
import { pathToFileURL } from "node:url"
import { lineOf, type Package, packageOf } from "./packages.ts"

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

const isBrought = (theirs: Package | undefined, ours: Package | undefined): boolean =>
  theirs !== undefined && ours !== undefined && theirs.url !== ours.url && lineOf(theirs) === lineOf(ours)
