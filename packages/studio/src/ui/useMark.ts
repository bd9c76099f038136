import { useLayoutEffect, useState } from "preact/hooks"
import { type Keys, useKeys } from "./keys.ts"
import { type Lines, useWindow } from "./useWindow.ts"

export interface Marked extends Lines {
  /** The line that keys act on. */
  readonly at: number
  readonly move: (to: number) => void
}

interface Options {
  readonly count: number
  /** Where the mark is to be, whenever this is another one. */
  readonly wanted: number
  /** What is done when the mark moves by a key. */
  readonly onMove?: (to: number) => void
  /** What further keys do, at a line. */
  readonly keys?: (at: number) => Keys
  /** The height of a line. **Units** rem */
  readonly height?: number
}

/** A list of lines, of which one is marked, and moved by the keys of the page. */
export const useMark = ({ count, height, keys, onMove, wanted }: Options): Marked => {
  const lines = useWindow(count, height)
  const [at, setAt] = useState(Math.max(0, wanted))
  const here = Math.max(0, Math.min(at, count - 1))
  /** With some lines around it. */
  const see = (index: number) => {
    lines.reveal(Math.min(count - 1, index + 3))
    lines.reveal(Math.max(0, index - 3))
  }
  const move = (to: number) => {
    const next = Math.max(0, Math.min(count - 1, to))
    setAt(next)
    see(next)
    if (next !== here) onMove?.(next)
  }
  useLayoutEffect(() => {
    if (wanted < 0) return
    setAt(wanted)
    see(wanted)
  }, [wanted])
  useKeys({
    j: () => move(here + 1),
    ArrowDown: () => move(here + 1),
    k: () => move(here - 1),
    ArrowUp: () => move(here - 1),
    Home: () => move(0),
    End: () => move(count - 1),
    PageDown: () => move(here + lines.page),
    PageUp: () => move(here - lines.page),
    ...keys?.(here)
  })
  return { ...lines, at: here, move }
}
