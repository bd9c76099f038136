import { useComputed, useSignal } from "@preact/signals"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { type Drawn, find, layout, within } from "../model/graph.ts"
import { duration } from "../model/figures.ts"
import { isIn } from "../model/path.ts"
import { openingOf } from "../model/rows.ts"
import { waiting } from "../model/standing.ts"
import { isLeaf } from "../model/tree.ts"
import { go } from "../run/route.ts"
import type { Store } from "../run/store.ts"
import { useKeys } from "../ui/keys.ts"
import { useFocus } from "../ui/useFocus.ts"
import { Mark } from "../ui/Mark.tsx"
import { px } from "../ui/useWindow.ts"
import { details } from "./details.ts"
import type { RunRoute } from "./RunView.tsx"

/** How far beyond its window the picture is drawn. **Units** CSS pixels */
const around = 300
const margin = 20

/** The steps of a run as boxes in boxes: one after the other from above to below, and side by side what may be. */
export const GraphView = ({ at, store }: { readonly at: RunRoute; readonly store: Store }) => {
  const ref = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState({ left: 0, top: 0, right: 1600, bottom: 1000 })
  const scale = useSignal(1)
  const picture = useComputed(() => layout(store.tree.value, store.folding.value))
  const root = picture.value
  const zoom = scale.value

  useLayoutEffect(() => {
    const element = ref.current
    if (element === null) return
    const look = () => {
      const [x, y] = [element.scrollLeft - margin, element.scrollTop - margin]
      const of = (value: number) => Math.round(value / scale.peek() / 100) * 100
      const next = {
        left: of(x - around),
        top: of(y - around),
        right: of(x + element.clientWidth + around),
        bottom: of(y + element.clientHeight + around)
      }
      setSeen((before) =>
        before.left === next.left &&
        before.top === next.top &&
        before.right === next.right &&
        before.bottom === next.bottom
          ? before
          : next
      )
    }
    look()
    const sizes = new ResizeObserver(look)
    sizes.observe(element)
    element.addEventListener("scroll", look, { passive: true })
    return () => {
      sizes.disconnect()
      element.removeEventListener("scroll", look)
    }
  }, [zoom])

  const active = store.active.value
  useFocus(ref, store.wantsFocus)
  const revealed = useRef("")
  useLayoutEffect(() => {
    if (revealed.current === active || ref.current === null) return
    const drawn = find(root, active, isIn)
    if (drawn === undefined) return
    revealed.current = active
    reveal(ref.current, drawn, zoom)
  }, [active, root, zoom])

  useKeys({
    "+": () => void (scale.value = Math.min(2, scale.value * 1.25)),
    "=": () => void (scale.value = Math.min(2, scale.value * 1.25)),
    "-": () => void (scale.value = Math.max(0.25, scale.value / 1.25)),
    "0": () => void (scale.value = 1)
  })

  const { arrows, drawn } = within(root, seen)
  return (
    <div
      ref={ref}
      class="scroll graph"
      role="tree"
      aria-label="Steps, drawn"
      tabIndex={0}
      {...(active !== "" &&
        drawn.some(({ box }) => box.place.id === active) && { "aria-activedescendant": `box:${active}` })}
      onFocus={store.beAt}
    >
      <div
        class="canvas"
        role="presentation"
        style={{ width: px(root.width * zoom + 2 * margin), height: px(root.height * zoom + 2 * margin) }}
      >
        <div
          class="scaled"
          role="presentation"
          style={{ transform: `translate(${margin}px, ${margin}px) scale(${zoom})` }}
        >
          {drawn.map((one) => (
            <BoxView key={one.box.place.id} drawn={one} store={store} at={at} isActive={one.box.place.id === active} />
          ))}
          <svg class="arrows" aria-hidden="true" width={root.width} height={root.height}>
            <path d={arrows} />
          </svg>
        </div>
      </div>
    </div>
  )
}

const reveal = (element: HTMLElement, { box, x, y }: Drawn, zoom: number) => {
  const [left, top] = [x * zoom + margin, y * zoom + margin]
  const width = Math.min(box.width, 300) * zoom
  const height = Math.min(box.height, 60) * zoom
  if (left < element.scrollLeft || left + width > element.scrollLeft + element.clientWidth) {
    element.scrollLeft = left + width / 2 - element.clientWidth / 2
  }
  if (top < element.scrollTop || top + height > element.scrollTop + element.clientHeight) {
    element.scrollTop = top + height / 2 - element.clientHeight / 2
  }
}

interface BoxProps {
  readonly drawn: Drawn
  readonly store: Store
  readonly at: RunRoute
  readonly isActive: boolean
}

const BoxView = ({ at, drawn: { box, depth, x, y }, isActive, store }: BoxProps) => {
  const { isOpen, place } = box
  const opening = openingOf(place, store.folding.value)
  const summary = store.summaries.value.get(place.id)
  const look = summary?.look ?? "waiting"
  const isGroup = place.children.length > 0
  const standing = store.steps.value.get(place.path) ?? waiting(place.path)
  const since = look === "running" ? store.history.steps.get(place.path)?.attempts.at(-1)?.start : undefined
  const time = since === undefined ? standing.durationMillis : store.now.value - since
  const below = isLeaf(place)
    ? (standing.error?.split("\n", 1)[0] ?? standing.why ?? (time === null ? "" : duration(time)))
    : details(place, summary, opening)
  const choose = () => {
    store.active.value = place.id
    if (isGroup) store.fold(place.id, opening !== "all")
    else go({ ...at, step: place.path })
  }
  return (
    <div
      id={`box:${place.id}`}
      class={`box ${look}${isOpen ? " open" : isGroup ? " closed" : ""}${isActive ? " active" : ""}${at.step === place.path ? " chosen" : ""}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={at.step === place.path}
      {...(isGroup && { "aria-expanded": isOpen })}
      style={{ transform: `translate(${x}px, ${y}px)`, width: px(box.width), height: px(box.height) }}
      onClick={choose}
    >
      <span class="title">
        <Mark look={look} isAlone />
        <span class={isLeaf(place) ? "name" : "name group"}>{place.name}</span>
        {isOpen ? <span class="badge">{below}</span> : null}
      </span>
      {isOpen ? null : <span class="below">{below}</span>}
    </div>
  )
}
