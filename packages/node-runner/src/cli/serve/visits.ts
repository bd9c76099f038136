// How a page is let in that knows no token: by a code in the address that opens it, which works once, for a cookie.

import { createHmac, randomBytes } from "node:crypto"
import { isSame } from "../http/token.ts"

export interface Visits {
  /** The code that works next. */
  readonly code: () => string
  /** What a cookie says of whoever has the code; it does not work again, and another one takes its place. */
  readonly admit: (code: string) => string | undefined
  /** Whether a cookie was given for a code, by this server or one before it that had the same token. */
  readonly isAdmitted: (cookie: string) => boolean
}

const made = () => randomBytes(16).toString("base64url")

export const make = (token: string): Visits => {
  const signed = (visit: string) => createHmac("sha256", token).update(`visit ${visit}`).digest("base64url")
  let next = made()
  return {
    code: () => next,
    admit: (code) => {
      if (!isSame(code, next)) return undefined
      next = made()
      const visit = made()
      return `${visit}.${signed(visit)}`
    },
    isAdmitted: (cookie) => {
      const [visit = "", signature = "", ...more] = cookie.split(".")
      return more.length === 0 && isSame(signature, signed(visit))
    }
  }
}
