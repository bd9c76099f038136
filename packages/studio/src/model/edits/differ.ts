import { diffLines, diffWordsWithSpace } from "diff"

/** A piece of two texts: in both, or in one of them alone. */
export interface Piece {
  readonly text: string
  readonly of: "both" | "one" | "other"
}

/** In how many steps one text is made of the other at most, before they are told to be others as a whole. */
const most = 2000

/** In what two texts differ: by words, or by lines where they are long. */
export const differ = (one: string, other: string): ReadonlyArray<Piece> => {
  const isLong = one.length + other.length > 60_000
  const found = isLong
    ? diffLines(one, other, { maxEditLength: most })
    : diffWordsWithSpace(one, other, { maxEditLength: most })
  if (found === undefined) {
    return [
      { text: one, of: "one" },
      { text: other, of: "other" }
    ]
  }
  return found.map(({ added, removed, value }) => ({ text: value, of: added ? "other" : removed ? "one" : "both" }))
}

/** How many characters differ, in both together. */
export const differing = (pieces: ReadonlyArray<Piece>): number =>
  pieces.reduce((sum, { of, text }) => sum + (of === "both" ? 0 : text.length), 0)
