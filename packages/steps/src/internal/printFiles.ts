import * as OutputParser from "@stepwright/core/OutputParser"
import type { Files } from "../Implementation.ts"

/** Files as a prompt shows them, in the order of their paths. */
export const printFiles = (files: Files): string =>
  OutputParser.files.print(
    Object.entries(files)
      .map(([path, content]) => ({ path, content }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  )
