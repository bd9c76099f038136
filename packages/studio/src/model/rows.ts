import { type Look, urgent } from "./look.ts"
import { isIn } from "./path.ts"
import { isRow, type Place } from "./tree.ts"

/** A line of a list of places. */
export interface Row {
  readonly place: Place
  readonly depth: number
  readonly isGroup: boolean
  readonly opening: Opening
  /** Which of its siblings it is, from 1 on, and how many there are. */
  readonly position: number
  readonly siblings: number
}

/** How much of a group is seen: all, nothing, or `some`: of many items those that ask for somebody's eye. */
export type Opening = "all" | "some" | "none"

/** Of more children than this only some are seen, until somebody opens them. */
const most = 12
/** How many of them at most. */
const mostOfSome = 25

/** What decides what is seen. */
export interface Folding {
  /** What somebody opened and closed. */
  readonly chosen: ReadonlyMap<string, boolean>
  /** Paths that are seen whatever is folded by itself. */
  readonly held: ReadonlyArray<string>
  readonly lookOf: (place: Place) => Look
  /** The ids of the places that somebody looks for, with what they are in; nothing where nobody does. */
  readonly found: ReadonlySet<string> | undefined
}

/** The places whose path has these words in it, with what they are in; how many they are themselves. */
export const find = (root: Place, text: string): { readonly found: ReadonlySet<string>; readonly count: number } => {
  const words = text.toLowerCase().split(/\s+/)
  const found = new Set<string>()
  let count = 0
  const visit = (place: Place, path: string): boolean => {
    const here = isRow(place) ? `${path}/${place.name.toLowerCase()}` : path
    const isAsked =
      isRow(place) && place !== root && place.children.length === 0 && words.every((word) => here.includes(word))
    if (isAsked) count++
    const isIn = place.children.reduce((isIn, child) => visit(child, here) || isIn, isAsked)
    if (isIn) found.add(place.id)
    return isIn
  }
  visit(root, "")
  return { found, count }
}

const isHeld = ({ held }: Folding, { path }: Place) => held.some((one) => isIn(one, path))

export const openingOf = (place: Place, folding: Folding): Opening => {
  if (folding.found !== undefined) return "all"
  const chosen = folding.chosen.get(place.id)
  if (chosen !== undefined) return chosen ? "all" : "none"
  if (place.isMany && place.children.length > most) return "some"
  // a way that is not taken is there to be looked at, and no more
  return folding.lookOf(place) === "skipped" &&
    !folding.held.some((path) => path !== place.path && isIn(path, place.path))
    ? "none"
    : "all"
}

/** The children of a place that are seen. */
export const seenIn = (place: Place, folding: Folding): ReadonlyArray<Place> => {
  const { found } = folding
  if (found !== undefined) return place.children.filter(({ id }) => found.has(id))
  const opening = isRow(place) ? openingOf(place, folding) : "all"
  if (opening !== "some") return opening === "all" ? place.children : []
  let count = 0
  return place.children.filter((child) => {
    const isUrgent = urgent.includes(folding.lookOf(child)) && count < mostOfSome
    if (isUrgent) count++
    return isUrgent || isHeld(folding, child)
  })
}

/** The rows that are to be seen, in order. */
export const visible = (root: Place, folding: Folding): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  const visit = (parent: Place, depth: number) => {
    const children = rowsOf(
      parent === root && folding.found === undefined ? parent.children : seenIn(parent, folding),
      folding
    )
    children.forEach((place, i) => {
      const isGroup = place.children.length > 0
      const opening = isGroup ? openingOf(place, folding) : "none"
      rows.push({ place, depth, isGroup, opening, position: i + 1, siblings: children.length })
      if (opening !== "none") visit(place, depth + 1)
    })
  }
  visit(root, 0)
  return rows
}

/** What stands side by side is told one after the other. */
const rowsOf = (places: ReadonlyArray<Place>, folding: Folding): ReadonlyArray<Place> =>
  places.every(isRow)
    ? places
    : places.flatMap((place) => (isRow(place) ? [place] : rowsOf(seenIn(place, folding), folding)))

/** Where to go from a row, by what a person wants. */
export const step = (rows: ReadonlyArray<Row>, from: number, way: "parent" | "child"): number => {
  const row = rows[from]
  if (row === undefined) return from
  if (way === "child") return rows[from + 1]?.depth === row.depth + 1 ? from + 1 : from
  for (let i = from - 1; i >= 0; i--) if (rows[i]!.depth < row.depth) return i
  return from
}
