import { readFileSync, realpathSync } from "node:fs"
import { join } from "node:path"
import { userFolder } from "./configFile.ts"

/** Where it is kept what a person trusts. */
export const trustFile = (): string => join(userFolder(), "trust.json")

/** One thing that a file does: of what kind it is, and all that makes it what it is. */
export type Deed = readonly [kind: string, ...of: ReadonlyArray<string | number>]

/** What is kept: what each file may do, by where that is. */
export type Trusted = Readonly<Record<string, ReadonlyArray<Deed>>>

/** What files are trusted with; nothing where nothing of that can be read. */
export const trusted = (): Trusted => {
  try {
    const kept: unknown = JSON.parse(readFileSync(trustFile(), "utf8"))
    const files = typeof kept === "object" && kept !== null && "files" in kept ? kept.files : undefined
    if (typeof files !== "object" || files === null) return {}
    return Object.fromEntries(Object.entries(files).filter(([, deeds]) => Array.isArray(deeds) && deeds.every(isDeed)))
  } catch {
    return {}
  }
}

const isDeed = (value: unknown): value is Deed =>
  Array.isArray(value) && value.every((part) => typeof part === "string" || typeof part === "number")

/** What a file is known by: where it is, links followed. */
export const placeOf = (file: string): string => realpathSync(file)

/** What a file is trusted with; `undefined` where nobody ever trusted it. */
export const trustedAt = (file: string): ((deed: Deed) => boolean) | undefined => {
  const files = trusted()
  const place = placeOf(file)
  if (!Object.hasOwn(files, place)) return undefined
  const deeds = new Set(files[place]?.map((deed) => JSON.stringify(deed)))
  return (deed) => deeds.has(JSON.stringify(deed))
}
