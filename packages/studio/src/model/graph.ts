import { type Folding, seenIn } from "./rows.ts"
import type { Place } from "./tree.ts"

// A workflow is made of sequences, parts side by side and lists, one in the other: its picture is boxes in boxes, for
// which sizes from the inside out and places from the outside in are all there is to compute.

export interface Box {
  readonly place: Place
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Whether what is in it is drawn. */
  readonly isOpen: boolean
  readonly inside: ReadonlyArray<Box>
  /** Whether what is in it comes one after the other. */
  readonly isSequence: boolean
}

const card = { width: 208, height: 46 }
const gap = { x: 14, y: 22 }
const head = 28
const pad = 12
/** How many items stand side by side at most. */
const columns = (count: number): number => Math.min(6, Math.ceil(Math.sqrt(count)))

type Sized = Omit<Box, "x" | "y" | "inside"> & { readonly inside: ReadonlyArray<Box> }

const moved = (box: Sized, x: number, y: number): Box => ({ ...box, x, y })

/** The boxes of a workflow, each placed in the one around it. */
export const layout = (root: Place, folding: Folding): Box => {
  const size = (place: Place): Sized => {
    const isFrame = place.kind === "all" || place.kind === "part" || place === root
    const children = place === root && folding.found === undefined ? place.children : seenIn(place, folding)
    const isDrawn = isFrame || children.length > 0
    const isSequence = !place.isMany && place.kind !== "all" && place.kind !== "branch" && place.kind !== "fallback"
    if (!isDrawn) return { place, ...card, isOpen: false, inside: [], isSequence }
    const [top, edge] = isFrame ? [0, 0] : [head + pad, pad]
    const sized = children.map(size)
    const { height, inside, width } = isSequence
      ? stacked(sized, edge, top)
      : wrapped(sized, edge, top, place.isMany ? columns(sized.length) : sized.length)
    return {
      place,
      width: Math.max(width + 2 * edge, isFrame ? 0 : card.width),
      height: height + top + edge,
      isOpen: true,
      inside,
      isSequence
    }
  }
  return moved(size(root), 0, 0)
}

const stacked = (boxes: ReadonlyArray<Sized>, x: number, top: number) => {
  const width = Math.max(0, ...boxes.map((box) => box.width))
  let y = top
  const inside = boxes.map((box) => {
    const placed = moved(box, x + (width - box.width) / 2, y)
    y += box.height + gap.y
    return placed
  })
  return { inside, width, height: Math.max(0, y - top - gap.y) }
}

const wrapped = (boxes: ReadonlyArray<Sized>, left: number, top: number, perRow: number) => {
  const inside: Array<Box> = []
  let [y, width] = [top, 0]
  for (let i = 0; i < boxes.length; i += perRow) {
    let [x, height] = [left, 0]
    for (const box of boxes.slice(i, i + perRow)) {
      inside.push(moved(box, x, y))
      x += box.width + gap.x
      height = Math.max(height, box.height)
    }
    width = Math.max(width, x - left - gap.x)
    y += height + gap.x
  }
  return { inside, width, height: Math.max(0, y - top - gap.x) }
}

/** A box with its place in the whole picture. */
export interface Drawn {
  readonly box: Box
  readonly x: number
  readonly y: number
  readonly depth: number
}

export interface Window {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The boxes that touch a window, and the arrows between those in a sequence, as one path of SVG. */
export const within = (
  root: Box,
  window: Window
): { readonly drawn: ReadonlyArray<Drawn>; readonly arrows: string } => {
  const drawn: Array<Drawn> = []
  const arrows: Array<string> = []
  const visit = (box: Box, x: number, y: number, depth: number) => {
    if (x > window.right || y > window.bottom || x + box.width < window.left || y + box.height < window.top) return
    const isFrame = box.place.kind === "all" || box.place.kind === "part" || box === root
    if (!isFrame) drawn.push({ box, x, y, depth })
    const deeper = isFrame ? depth : depth + 1
    box.inside.forEach((child, i) => {
      visit(child, x + child.x, y + child.y, deeper)
      const next = box.inside[i + 1]
      if (next === undefined || !box.isSequence) return
      const middle = x + child.x + child.width / 2
      const [from, to] = [y + child.y + child.height, y + next.y]
      if (to >= window.top && from <= window.bottom) {
        arrows.push(`M${middle} ${from + 3}V${to - 4}m-4 -4l4 4l4 -4`)
      }
    })
  }
  visit(root, 0, 0, 0)
  return { drawn, arrows: arrows.join("") }
}

/** Where the box of a place is in the whole picture; the nearest one around it where it is not drawn. */
export const find = (root: Box, path: string, isIn: (path: string, group: string) => boolean): Drawn | undefined => {
  let found: Drawn | undefined
  const visit = (box: Box, x: number, y: number, depth: number) => {
    const isFrame = box.place.kind === "all" || box.place.kind === "part" || box === root
    if (!isFrame) {
      if (!isIn(path, box.place.path)) return
      found = { box, x, y, depth }
    }
    for (const child of box.inside) visit(child, x + child.x, y + child.y, depth + 1)
  }
  visit(root, 0, 0, 0)
  return found
}
