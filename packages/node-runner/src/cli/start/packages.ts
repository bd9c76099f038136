import { readFileSync, realpathSync, statSync } from "node:fs"
import * as module from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { attempt } from "./attempt.ts"

export interface Package {
  /** Of its manifest. */
  readonly url: string
  readonly name: string
  readonly version: string
}

/**
 * A manifest that Node would wait for without end, as it opens a pipe or a device of that name like any other: that of the
 * package which a file is of, or, where it is to find a package, one that it comes by on the way there.
 */
export const trapOf = (file: string, name?: string): string | undefined =>
  trapAbove(file, name) ?? trapAbove(attempt(() => realpathSync(file)) ?? file, name)

const trapAbove = (file: string, name: string | undefined): string | undefined => {
  let isOwn = true
  for (let folder = dirname(file), before = file; folder !== before; before = folder, folder = dirname(folder)) {
    const manifest = join(folder, "package.json")
    if (isOwn && kindOf(manifest) === "trap") return manifest
    // what is above the nearest one is not looked at
    isOwn &&= kindOf(manifest) === undefined
    const there = name === undefined ? undefined : join(folder, "node_modules", name, "package.json")
    if (there !== undefined && kindOf(there) === "trap") return there
  }
  return undefined
}

/** What Node takes a manifest for; it goes on where it is a folder. */
const kindOf = (manifest: string): "file" | "trap" | undefined => {
  const found = attempt(() => statSync(manifest, { throwIfNoEntry: false }))
  if (found === undefined || found.isDirectory()) return undefined
  return found.isFile() ? "file" : "trap"
}

/** The package of a name as a file finds it. */
export const packageOf = (name: string, parent: string): Package | undefined => {
  if (trapOf(fileURLToPath(parent), name === "." ? undefined : name) !== undefined) return undefined
  try {
    // for "." Node would look into the working folder, too
    const found = name === "." ? module.findPackageJSON(parent) : module.findPackageJSON(name, parent)
    const manifest = realpathSync(found!)
    return { ...JSON.parse(readFileSync(manifest, "utf8")), url: pathToFileURL(manifest).href }
  } catch {
    return undefined
  }
}

/** The versions that go with each other: Stepwright's packages are released together. */
export const lineOf = ({ name, version }: Package) =>
  name.startsWith("@stepwright/") ? version : version.split(".", 2).join(".")
