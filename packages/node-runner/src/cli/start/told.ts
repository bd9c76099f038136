import { readFileSync, realpathSync, statSync } from "node:fs"
import { dirname, relative, resolve, sep } from "node:path"
import process from "node:process"
import { parse } from "yaml"
import { mostBytes, projectFiles, userFile } from "./configFile.ts"
import type { Told } from "./foreseen.ts"
import { isTrusted } from "./trusted.ts"

/**
 * What variables and files say of where runs are kept and which workflow is meant: for who loads a module beforehand. What
 * a project says that nobody trusts, and that is outside its folder or is code, is not among it.
 */
export const told = (): Told => {
  const { STEPWRIGHT_STORE, STEPWRIGHT_WORKFLOW } = process.env
  const [own] = projectFiles(".")
  const user = read(userFile())
  const project = read(own)
  const isSafe = own !== undefined && project !== undefined && isTrusted(own, project.text)
  const store = isSafe || isIn(own, project?.store) ? project?.store : undefined
  return {
    store: STEPWRIGHT_STORE?.trim() || store || user?.store,
    workflow: STEPWRIGHT_WORKFLOW?.trim() || (isSafe ? project?.workflow : undefined)
  }
}

const read = (file: string | undefined): (Told & { readonly text: string }) | undefined => {
  if (file === undefined) return undefined
  try {
    const found = statSync(file)
    // a pipe has no end
    if (!found.isFile() || found.size > mostBytes) return undefined
    const text = readFileSync(file, "utf8")
    if (!/workflow|store|\\/.test(text)) return { text }
    const { store, workflow }: Readonly<Record<string, unknown>> = parse(text, {
      uniqueKeys: false,
      logLevel: "silent"
    })
    const placed = (value: unknown) =>
      typeof value === "string" ? relative(".", resolve(dirname(file), value)) || "." : undefined
    return { text, store: placed(store), workflow: placed(workflow) }
  } catch {
    // what is wrong with it is told by the command
    return undefined
  }
}

/** Whether a folder that is there is in that of a file, links followed. */
const isIn = (file: string | undefined, folder: string | undefined): boolean => {
  if (file === undefined || folder === undefined) return false
  try {
    return realpathSync(folder).startsWith(realpathSync(dirname(file)) + sep)
  } catch {
    return false
  }
}
