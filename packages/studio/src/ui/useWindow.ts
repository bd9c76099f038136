import type { RefObject } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"

/** How many lines are drawn above and below those that are seen. */
const around = 10

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize)

/** A length as styles take it. */
export const px = (length: number): string => `${length}px`

export interface Lines {
  readonly ref: RefObject<HTMLDivElement | null>
  /** The lines to draw, the last one left out. */
  readonly first: number
  readonly last: number
  /** The height of a line. **Units** CSS pixels */
  readonly height: number
  /** How many lines are seen at a time. */
  readonly page: number
  /** Scrolls no further than it takes to see a line. */
  readonly reveal: (index: number) => void
}

/** Of many lines of one height, in an element that scrolls, those that are to be drawn. `height`: in rem. */
export const useWindow = (count: number, height = 1.75, above = 0): Lines => {
  const ref = useRef<HTMLDivElement>(null)
  const [line] = useState(() => height * rem())
  const [seen, setSeen] = useState({ top: 0, bottom: 40 })
  useLayoutEffect(() => {
    const element = ref.current
    if (element === null) return
    const look = () => {
      const top = Math.floor(element.scrollTop / line)
      const bottom = Math.ceil((element.scrollTop + element.clientHeight) / line)
      setSeen((before) => (before.top === top && before.bottom === bottom ? before : { top, bottom }))
    }
    look()
    const sizes = new ResizeObserver(look)
    sizes.observe(element)
    element.addEventListener("scroll", look, { passive: true })
    return () => {
      sizes.disconnect()
      element.removeEventListener("scroll", look)
    }
  }, [line])
  const reveal = (index: number) => {
    const element = ref.current
    if (element === null || index < 0) return
    const top = index * line
    const bottom = top + line + above * line
    if (top < element.scrollTop) element.scrollTop = top
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight
  }
  const last = Math.min(count, seen.bottom + around)
  return {
    ref,
    first: Math.max(0, Math.min(seen.top - around, last)),
    last,
    height: line,
    page: Math.max(1, seen.bottom - seen.top - 2),
    reveal
  }
}
