import { signal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"

/** What keys do, by their names. A key that nothing is said of is the browser's. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>

/** What keys there are, for people. */
export const told: ReadonlyArray<readonly [keys: string, what: string]> = [
  ["j k, ↓ ↑", "next, previous line"],
  ["Home End, PgUp PgDn", "first, last line; a screenful"],
  ["→ ←, l h", "open, close a group; into it, out of it"],
  ["Enter", "open what is marked; once more: go into it"],
  ["Escape", "back: close the step, leave the run"],
  ["n p", "next, previous step that failed or waits; of a result what is not covered, or changed"],
  ["1 2 3 4", "tree, graph, time line, result"],
  ["[ ]", "previous, next part of a step, of a result"],
  ["/", "filter the runs, find steps"],
  ["+ - 0", "graph: larger, smaller, as it was"],
  ["e", "edit the step, and see what would run then"],
  ["f s", "edits: run as a fork, save to files"],
  ["c", "compare a fork with the run that it is from"],
  ["m", "runs: mark two, and compare them"],
  ["a", "compare: what is the same, too"],
  ["?", "this list"]
]

/** What keys there are besides, where runs may be started, changed and decided. */
export const toldOfActs: typeof told = [
  ["s", "list of runs: start a run"],
  ["d", "decide: the form of the next gate that waits"],
  ["g x", "to what lets the run go on, to what cancels it"],
  ["r", "to what runs the open step"],
  ["Ctrl+Enter", "send a form"],
  ["Escape", "out of a form, which keeps what was typed"]
]

export const isHelpShown = signal(false)

const layers: Array<{ current: Keys }> = []

/** Keys that do something while a component is there; those of components that came later go first. */
export const useKeys = (keys: Keys): void => {
  const ref = useRef(keys)
  ref.current = keys
  useEffect(() => {
    layers.push(ref)
    return () => void layers.splice(layers.indexOf(ref), 1)
  }, [])
}

const isWriting = (target: Element) => target.matches("input, textarea, select, [contenteditable]")
const isPressed = (target: Element) => target.matches("a, button, summary, input, select")
const moves = /^(?:Arrow|Home|End|Page)/

/** Begins to hear keys. */
export const start = (): void => {
  document.addEventListener("keydown", (event) => {
    const { key } = event
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target instanceof Element ? event.target : document.body
    // what is open above the page has the keys of browsers
    if (document.querySelector("dialog[open]") !== null) return
    if ((isWriting(target) && key !== "Escape") || (key === "Enter" && isPressed(target))) return
    // whoever scrolls a text goes on to do so
    if (moves.test(key) && target.closest("[data-scrolls]") !== null) return
    const does = layers.findLast(({ current }) => current[key] !== undefined)?.current[key]
    if (does === undefined) return
    event.preventDefault()
    does(event)
  })
}
