import { shorten } from "../around/shownRequest.ts"

/** Text from a server as an error shows it: short, and without the key, which a server may quote. */
export type Quote = (text: string, limit?: number) => string

export const quoteWithout =
  (key: string): Quote =>
  (text, limit = 300) =>
    shorten(key.length < shortestSecret ? text : text.replaceAll(key, "<key>"), limit)

/** A shorter key, such as the `any` that local servers take, is no secret, and may be part of a word. */
const shortestSecret = 8
