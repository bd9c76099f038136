import { join } from "node:path"
import { root } from "./packages.ts"
import type { Command } from "./turns.ts"

const script = join(import.meta.dirname, "..", "subjects", "stepwright.ts")

/** A measurement of the packages in a folder; `undefined` where there is no such folder. */
export const stepwrightIn = (tree: string | undefined, ...args: ReadonlyArray<string>): Command | undefined =>
  tree === undefined ? undefined : [script, tree, ...args]

/** A measurement of the packages as they are. */
export const stepwright = (...args: ReadonlyArray<string>): Command => [script, root, ...args]
