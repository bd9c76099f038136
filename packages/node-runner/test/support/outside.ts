import { join } from "node:path"
import type { Plugin } from "vitest/config"

const root = join(import.meta.dirname, "../../../..")
const here = join(import.meta.dirname, "../../src/main.ts")

/** Lets modules in folders outside the repository import effect and Stepwright, as the command line itself does. */
export const outside: Plugin = {
  name: "outside",
  enforce: "pre",
  resolveId(source, importer) {
    const isOutside = importer !== undefined && !importer.startsWith(root)
    return isOutside && /^(effect|@stepwright\/[^/]+)(\/|$)/.test(source)
      ? this.resolve(source, here, { skipSelf: true })
      : undefined
  }
}
