import { readFileSync, realpathSync } from "node:fs"
import * as module from "node:module"
import { pathToFileURL } from "node:url"

export interface Package {
  /** Of its manifest. */
  readonly url: string
  readonly name: string
  readonly version: string
}

/** The package of a name as a file finds it. */
export const packageOf = (name: string, parent: string): Package | undefined => {
  try {
    const manifest = realpathSync(module.findPackageJSON(name, parent)!)
    return { ...JSON.parse(readFileSync(manifest, "utf8")), url: pathToFileURL(manifest).href }
  } catch {
    return undefined
  }
}

/** The versions that go with each other: Stepwright's packages are released together. */
export const lineOf = ({ name, version }: Package) =>
  name.startsWith("@stepwright/") ? version : version.split(".", 2).join(".")
