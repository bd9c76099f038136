import { randomBytes, timingSafeEqual } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { attempt } from "../start/attempt.ts"
import { userFolder } from "../start/configFile.ts"
import { writeOnce } from "../start/seal.ts"

/** The file with the token of this person, which only they can read. */
export const tokenFile = () => join(userFolder(), "token")

/** The fewest characters of a token that somebody chose. */
export const leastLength = 20

/** The token in a file; `undefined` where there is none, and `Open` where others could read it. */
export const tokenIn = (file: string): string | "Open" | undefined =>
  attempt(() => {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found?.isFile() !== true) return undefined
    return (found.mode & 0o077) === 0 ? readFileSync(file, "utf8").trim() : "Open"
  })

/** The token of this person, made where there is none; nothing where none can be kept. */
export const madeToken = (): string | "Open" | undefined => {
  const known = tokenIn(tokenFile())
  if (known !== undefined) return known
  attempt(() => writeOnce(tokenFile(), `${randomBytes(32).toString("base64url")}\n`))
  return tokenIn(tokenFile())
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export const isSame = (given: string, token: string): boolean => {
  const [one, other] = [given, token].map((text) => Buffer.from(text))
  return one!.length === other!.length && timingSafeEqual(one!, other!)
}
