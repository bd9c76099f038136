import { randomBytes, timingSafeEqual } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { configuration } from "../base/cliError.ts"
import { attempt } from "../start/attempt.ts"
import { userFolder } from "../start/configFile.ts"
import { writeOnce } from "../start/seal.ts"

/** The file with the token of this person, which only they can read. */
const tokenFile = () => join(userFolder(), "token")

/** The fewest characters of a token that somebody chose. */
const leastLength = 20

/** The token in a file; `undefined` where there is none, and `Open` where others could read it. */
const tokenIn = (file: string): string | "Open" | undefined =>
  attempt(() => {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found?.isFile() !== true) return undefined
    return (found.mode & 0o077) === 0 ? readFileSync(file, "utf8").trim() : "Open"
  })

/** The token of this person, made where there is none; nothing where none can be kept. */
const madeToken = (): string | "Open" | undefined => {
  const known = tokenIn(tokenFile())
  if (known !== undefined) return known
  attempt(() => writeOnce(tokenFile(), `${randomBytes(32).toString("base64url")}\n`))
  return tokenIn(tokenFile())
}

/** The token in a file that somebody chose, or this person's own, and the file. */
export const tokenOf = Effect.fnUntraced(function* (chosen: Option.Option<string>) {
  const file = Option.getOrElse(chosen, tokenFile)
  const token = yield* Effect.sync(() => (Option.isSome(chosen) ? tokenIn(file) : madeToken()))
  if (token === "Open") {
    return yield* configuration(`others can read ${file}`, { target: file, fix: `chmod 600 ${file}` })
  }
  if (token === undefined || token.length < leastLength) {
    const fix = `write ${leastLength} characters or more into it, which nobody guesses`
    return yield* configuration(`there is no token in ${file}`, { target: file, fix })
  }
  return { file, token }
})

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export const isSame = (given: string, token: string): boolean => {
  const [one, other] = [given, token].map((text) => Buffer.from(text))
  return one!.length === other!.length && timingSafeEqual(one!, other!)
}
