import type { RefObject } from "preact"
import { useEffect } from "preact/hooks"

/** Gives an element the focus when it comes, where that is wanted. */
export const useFocus = (ref: RefObject<HTMLElement | null>, wanted: { current: boolean }): void => {
  useEffect(() => {
    if (wanted.current) ref.current?.focus({ preventScroll: true })
    wanted.current = false
  }, [])
}
