import { readFileSync, statSync } from "node:fs"
import { dirname, relative, resolve } from "node:path"
import process from "node:process"
import { parse } from "yaml"
import { mostBytes, projectFiles, userFile } from "./configFile.ts"
import { split, type Told } from "./foreseen.ts"
import { outside } from "./outside.ts"
import { codeOf, moduleOfFile } from "./reach.ts"
import { trustedAt } from "./trusted.ts"

/**
 * What variables and files say of where runs are kept and which workflow is meant: for who loads a module beforehand. What
 * a project says that nobody trusts, and that is outside its folder or is code, is not among it.
 */
export const told = (): Told => {
  const { STEPWRIGHT_STORE, STEPWRIGHT_WORKFLOW } = process.env
  const [own] = projectFiles(".")
  const project = own === undefined ? {} : usable(own, read(own))
  const user = userFile()
  const named = STEPWRIGHT_WORKFLOW?.trim() ?? ""
  return {
    store:
      STEPWRIGHT_STORE?.trim() || project.store || (user === undefined ? undefined : placed(user, read(user).store)),
    module: named === "" ? project.module : moduleOfFile(resolve(split(named).file))
  }
}

interface Said {
  readonly store?: string
  readonly workflow?: string
}

/** What of a project is used as it is trusted. */
const usable = (file: string, { store, workflow }: Said): Told => {
  const trusts = trustedAt(file) ?? (() => false)
  const away = store === undefined ? undefined : outside("store", dirname(file), store)
  const { deeds, module } = workflow === undefined ? { deeds: [] } : codeOf(dirname(file), workflow)
  return {
    store: away === undefined || trusts(away) ? placed(file, store) : undefined,
    module: deeds.every(trusts) ? module : undefined
  }
}

const placed = (file: string, path: string | undefined) =>
  path === undefined ? undefined : relative(".", resolve(dirname(file), path)) || "."

const read = (file: string): Said => {
  try {
    const found = statSync(file)
    // a pipe has no end
    if (!found.isFile() || found.size > mostBytes) return {}
    const text = readFileSync(file, "utf8")
    if (!/workflow|store|\\/.test(text)) return {}
    const { store, workflow }: Readonly<Record<string, unknown>> = parse(text, {
      uniqueKeys: false,
      logLevel: "silent"
    })
    return {
      ...(typeof store === "string" && { store }),
      ...(typeof workflow === "string" && { workflow })
    }
  } catch {
    // what is wrong with it is told by the command
    return {}
  }
}
