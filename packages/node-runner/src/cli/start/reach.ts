// What code the workflow that a file names has run, and so may need trust. Whoever loads a module beforehand looks at
// it as the command line does: what both hold to be trusted must be the same.

import { readFileSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { isMap, isScalar, type Node, parseDocument } from "yaml"
import { attempt } from "./attempt.ts"
import { mostBytes } from "./configFile.ts"
import { isDefinition, split } from "./foreseen.ts"
import { outside, realPlace } from "./outside.ts"
import type { Deed } from "./trusted.ts"

/** What a reference to a workflow comes to. */
export interface Code {
  /** The module that is loaded for it. */
  readonly module?: string
  /** What runs, as the file calls it. */
  readonly runs?: string
  readonly deeds: ReadonlyArray<Deed>
}

/**
 * What has to run for the workflow that a file in a folder names: a module, or that with the steps of a definition. A
 * definition that cannot be read for certain counts as one.
 */
export const codeOf = (folder: string, reference: string): Code => {
  const { file, name = "" } = split(reference)
  const there = resolve(folder, file)
  const itself: Code = { module: there, runs: reference, deeds: [["workflow", there, name]] }
  if (!isDefinition(file)) return itself
  const catalog = catalogOf(there)
  // nothing that could be loaded beforehand
  if (catalog === "unknown") return { runs: reference, deeds: itself.deeds }
  const place = outside("workflow", folder, file)
  const own = place === undefined ? [] : [place]
  if (catalog === "none") return { deeds: own }
  const { module, name: part = "" } = catalogAt(there, catalog.reference)
  return { module, runs: catalog.reference, deeds: [...own, ["catalog", module, part]] }
}

/** The module that is loaded for the file of a workflow: itself, or that with the steps of a definition. */
export const moduleOfFile = (file: string): string | undefined => {
  const { module } = codeOf(dirname(file), file)
  return module === undefined ? undefined : realPlace(module)
}

/** The module that a definition takes steps from, and what it exports them as. */
export const catalogAt = (definition: string, reference: string) => {
  const { file, name } = split(reference)
  return { module: resolve(dirname(definition), file), ...(name !== undefined && { name }) }
}

/** The module with steps that a definition names. Whatever is read otherwise than by the command line is not known. */
const catalogOf = (file: string): "none" | "unknown" | { readonly reference: string } => {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return "none"
  // a pipe has no end
  if (!found.isFile() || found.size > mostBytes) return "unknown"
  return attempt(() => catalogIn(readFileSync(file))) ?? "unknown"
}

const catalogIn = (bytes: Uint8Array): ReturnType<typeof catalogOf> => {
  const document = parseDocument(new TextDecoder("utf-8", { fatal: true }).decode(bytes), {
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
    logLevel: "silent"
  })
  if (document.errors.length > 0 || !isMap<Node, Node | null>(document.contents)) return "unknown"
  const named = document.contents.items.filter(({ key }) => !isScalar(key) || key.value === "catalog")
  const [pair, other] = named
  if (pair === undefined) return "none"
  const { key, value } = pair
  const isPlain = other === undefined && isScalar(key) && isScalar(value) && typeof value.value === "string"
  return isPlain ? { reference: String(value.value) } : "unknown"
}
