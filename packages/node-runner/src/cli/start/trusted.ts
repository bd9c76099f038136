import { createHash } from "node:crypto"
import { readFileSync, realpathSync } from "node:fs"
import { join } from "node:path"
import { userFolder } from "./configFile.ts"

/** Where it is kept which files a person trusts. */
export const trustFile = (): string => join(userFolder(), "trust.json")

/** What is kept: the hash of each file that is trusted, by where it is. */
export type Trusted = Readonly<Record<string, string>>

/** The files that are trusted; none where nothing of that can be read. */
export const trusted = (): Trusted => {
  try {
    const kept: unknown = JSON.parse(readFileSync(trustFile(), "utf8"))
    const files = typeof kept === "object" && kept !== null && "files" in kept ? kept.files : undefined
    if (typeof files !== "object" || files === null) return {}
    return Object.fromEntries(Object.entries(files).filter(([, hash]) => typeof hash === "string"))
  } catch {
    return {}
  }
}

/** What a file is known by: where it is, links followed, and a hash of that and its text. */
export const identityOf = (file: string, text: string): readonly [place: string, hash: string] => {
  const place = realpathSync(file)
  // some readers leave out the mark at the beginning
  const hash = createHash("sha256")
    .update(place)
    .update("\0")
    .update(text.replace(/^\uFEFF/u, ""))
  return [place, hash.digest("hex")]
}

/** Whether a file is trusted as it is. */
export const isTrusted = (file: string, text: string): boolean => {
  const files = trusted()
  const [place, hash] = identityOf(file, text)
  return Object.hasOwn(files, place) && files[place] === hash
}
