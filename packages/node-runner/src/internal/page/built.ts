import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Where the page is when it is built: in a checkout its own folder, else the one that comes with the package. */
const folders = ["../../../../studio/dist/page", "../../../dist/page"]

/** A file of the page as it is built, by its name; `undefined` where it was not built. */
export const built = (name: string): string | undefined =>
  folders.map((folder) => join(here(folder), name)).find((file) => existsSync(file))

/** The page with all that belongs to it, by address; `undefined` where it was not built. */
export const assets = (): ReadonlyMap<string, Uint8Array> | undefined => {
  const [index, folder] = [built("index.html"), built("assets")]
  if (index === undefined || folder === undefined) return undefined
  return new Map([
    ["/index.html", readFileSync(index)],
    ...readdirSync(folder).map((name) => [`/assets/${name}`, readFileSync(join(folder, name))] as const)
  ])
}
