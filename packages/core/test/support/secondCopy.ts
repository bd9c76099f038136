import type { Plugin } from "vitest/config"

const core = new URL("../../src/", import.meta.url).pathname
const mark = "?second-copy"
const both = "\0both-copies"

/**
 * Tests get a second copy of core, but the `Engine` of the first one: so the steps, workflows, clients and errors that
 * the engine is given are all of another copy than its own.
 */
export const secondCopy: Plugin = {
  name: "second-copy",
  enforce: "pre",
  async resolveId(source, importer) {
    if (source === both) return both
    if (importer === both) return source
    if (source === "@stepwright/core" && importer !== undefined && !importer.startsWith(core)) return both
    const isOfCopy = importer?.endsWith(mark) === true
    if (!isOfCopy && !source.startsWith("@stepwright/core/")) return undefined
    const resolved = await this.resolve(source, importer?.replace(mark, ""), { skipSelf: true })
    return resolved?.id.startsWith(core) === true ? `${resolved.id}${mark}` : resolved
  },
  load: (id) =>
    id === both ? `export * from "${core}index.ts${mark}"\nexport * as Engine from "${core}Engine.ts"` : undefined
}
