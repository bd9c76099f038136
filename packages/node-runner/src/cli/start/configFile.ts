import { existsSync, lstatSync, realpathSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join, resolve } from "node:path"
import process from "node:process"
import { attempt } from "./attempt.ts"

/** What a configuration of a project may be called. */
const names = ["stepwright.yaml", "stepwright.yml", "stepwright.json"]

/** The most bytes that a file of configuration may have. */
export const mostBytes = 1_000_000

/** The files that a folder has of those: more than one is a mistake. */
const filesIn = (folder: string): ReadonlyArray<string> =>
  names.map((name) => join(folder, name)).filter((file) => lstatSync(file, { throwIfNoEntry: false }) !== undefined)

/**
 * The configuration of a project: in this folder or the nearest above it, up to the first that has `.git`, or to the home
 * folder. Where there is neither above it, folders that may be anybody's are not looked at.
 */
export const projectFiles = (from: string, home: string | undefined = homeFolder()): ReadonlyArray<string> => {
  const folders = foldersUp(from, home)
  return folders.map(filesIn).find((files) => files.length > 0) ?? []
}

const foldersUp = (from: string, home: string | undefined): ReadonlyArray<string> => {
  const folders: Array<string> = []
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    folders.push(folder)
    if (folder === home || attempt(() => lstatSync(join(folder, ".git"))) !== undefined) return folders
    if (folder === dirname(folder)) return folders.slice(0, 1)
  }
}

const homeFolder = (): string | undefined => attempt(() => realpathSync(homedir())) ?? attempt(homedir)

/** The folder of a person's own settings. A user whom the system does not know, as in a container, has the root for a home. */
export const userFolder = (env: NodeJS.ProcessEnv = process.env, home: () => string = homedir): string => {
  const { XDG_CONFIG_HOME = "" } = env
  return join(XDG_CONFIG_HOME.startsWith("/") ? XDG_CONFIG_HOME : join(attempt(home) ?? "/", ".config"), "stepwright")
}

/** A person's own configuration, if there is one. */
export const userFile = (): string | undefined => {
  const file = join(userFolder(), "config.yaml")
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined
}

/** Whether anything but arguments may say where runs are kept or which workflow is meant. */
export const isConfigured = (): boolean =>
  process.env["STEPWRIGHT_STORE"] !== undefined ||
  process.env["STEPWRIGHT_WORKFLOW"] !== undefined ||
  userFile() !== undefined ||
  projectFiles(".").length > 0

/** Says where the database of a cluster is: a command that finds it talks to that database. */
export const databaseVariable = "STEPWRIGHT_DATABASE_URL"

/** Where in a store the file is that says how a server of its own is reached. */
export const ownServer = join("postgres", "server.json")

/** Whether a command needs packages that are no part of it, and share `effect` with it. */
export const hasDatabase = (store = ".stepwright"): boolean =>
  (process.env[databaseVariable] ?? "").trim() !== "" || existsSync(join(store, ownServer))
