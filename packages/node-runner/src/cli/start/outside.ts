import { readlinkSync, realpathSync } from "node:fs"
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { attempt } from "./attempt.ts"
import type { Deed } from "./trusted.ts"

/** The most links of a path that are followed: what leads in a circle has no end. */
const mostLinks = 40

/** Where a path leads, links followed, also of what is not there yet. */
export const realPlace = (path: string, links = mostLinks): string => {
  const found = attempt(() => realpathSync(path))
  if (found !== undefined || dirname(path) === path) return found ?? path
  const above = realPlace(dirname(path), links)
  const link = links === 0 ? undefined : attempt(() => readlinkSync(path))
  return link === undefined ? join(above, basename(path)) : realPlace(resolve(above, link), links - 1)
}

/** That a path of a file leads out of its folder, links followed; `undefined` for one inside. */
export const outside = (kind: string, folder: string, path: string): Deed | undefined => {
  const place = realPlace(resolve(folder, path))
  const between = relative(realPlace(resolve(folder)), place)
  const isInside = between !== ".." && !between.startsWith(`..${sep}`) && !isAbsolute(between)
  return isInside ? undefined : ["outside", kind, place]
}

/** Whether a path of a file leads into what git keeps of a repository, links followed. */
export const isGits = (folder: string, path: string): boolean =>
  relative(realPlace(resolve(folder)), realPlace(resolve(folder, path)))
    .split(sep)
    // where case tells no names apart `.GIT` is the same
    .some((name) => name.toLowerCase() === ".git")
