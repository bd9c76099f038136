import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"

/** A folder outside the repository in which a person uses the command line. */
export interface Folder {
  readonly path: (name: string) => string
  readonly write: (name: string, text: string) => void
  readonly read: (name: string) => string
  readonly exists: (name: string) => boolean
}

/** How a command ended. */
export interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What a command finds in the environment besides the path. */
export type Environment = Readonly<Record<string, string>>

const fixturesFolder = join(import.meta.dirname, "../../../../test/fixtures")

const folders: Array<string> = []

export const removeAll = (): void => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** A new folder with copies of fixtures in it. */
export const folder = (fixtures: ReadonlyArray<string>): Folder => {
  const root = mkdtempSync(join(tmpdir(), "stepwright cli "))
  folders.push(root)
  const path = (name: string) => join(root, name)
  for (const name of fixtures) copyFileSync(join(fixturesFolder, name), path(name))
  return {
    path,
    write: (name, text) => writeFileSync(path(name), text),
    read: (name) => readFileSync(path(name), "utf8"),
    exists: (name) => existsSync(path(name))
  }
}

/** Waits until something that a command does is done. */
export const until = async (isDone: () => boolean, { ended }: { readonly ended: Promise<Finished> }): Promise<void> => {
  let early: Finished | undefined
  void ended.then((finished) => (early = finished))
  while (!isDone()) {
    if (early !== undefined) throw new Error(`the command ended before that, and said: ${early.stderr}`)
    // oxlint-disable-next-line no-await-in-loop -- looks again and again
    await setTimeout(20)
  }
}
