import { useLayoutEffect, useRef } from "preact/hooks"
import { count, duration } from "../model/figures.ts"
import type { Row } from "../model/rows.ts"
import { waiting } from "../model/standing.ts"
import { isLeaf } from "../model/tree.ts"
import { go } from "../run/route.ts"
import type { Store } from "../run/store.ts"
import { useFocus } from "../ui/useFocus.ts"
import { Mark } from "../ui/Mark.tsx"
import { Twist } from "../ui/Twist.tsx"
import { px, useWindow } from "../ui/useWindow.ts"
import { details } from "./details.ts"
import type { RunRoute } from "./RunView.tsx"

/** The steps of a run as they nest. */
export const TreeView = ({ at, store }: { readonly at: RunRoute; readonly store: Store }) => {
  const rows = store.rows.value
  const active = store.active.value
  const index = rows.findIndex(({ place }) => place.id === active)
  const { first, height, last, ref, reveal } = useWindow(rows.length)
  useFocus(ref, store.wantsFocus)
  const revealed = useRef("")
  useLayoutEffect(() => {
    // what changes meanwhile does not take away what somebody looks at
    if (index === -1 || revealed.current === active) return
    revealed.current = active
    reveal(index)
  }, [active, index])
  return (
    <div
      ref={ref}
      class="scroll tree"
      role="tree"
      aria-label="Steps"
      tabIndex={0}
      {...(index >= first && index < last && { "aria-activedescendant": `row:${active}` })}
      onFocus={store.beAt}
    >
      <div
        class="lines"
        role="presentation"
        style={{ height: px(rows.length * height), paddingTop: px(first * height) }}
      >
        {rows.slice(first, last).map((row) => (
          <Line key={row.place.id} row={row} store={store} at={at} isActive={row.place.id === active} height={height} />
        ))}
      </div>
    </div>
  )
}

interface LineProps {
  readonly row: Row
  readonly store: Store
  readonly at: RunRoute
  readonly isActive: boolean
  readonly height: number
}

const Line = ({ at, height, isActive, row, store }: LineProps) => {
  const { depth, isGroup, opening, place, position, siblings } = row
  const summary = store.summaries.value.get(place.id)
  const look = summary?.look ?? "waiting"
  const standing = store.steps.value.get(place.path) ?? waiting(place.path)
  const tail = store.coming.value.get(place.path)
  const isOfStep = isLeaf(place)
  const spent = (standing.tokens.input ?? 0) + (standing.tokens.output ?? 0)
  const since = look === "running" ? store.history.steps.get(place.path)?.attempts.at(-1)?.start : undefined
  const time = since === undefined ? standing.durationMillis : store.now.value - since
  const choose = () => {
    store.active.value = place.id
    if (isGroup) store.fold(place.id, opening !== "all")
    else go({ ...at, step: place.path })
  }
  return (
    <div
      id={`row:${place.id}`}
      class={`line ${look}${isActive ? " active" : ""}${at.step === place.path ? " chosen" : ""}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={at.step === place.path}
      {...(isGroup && { "aria-expanded": opening !== "none" })}
      style={{ height: px(height), paddingLeft: `${Math.min(depth, 12) * 1.1 + 0.4}rem` }}
      onClick={choose}
    >
      <Twist isGroup={isGroup} opening={opening} />
      <Mark look={look} isAlone />
      <span class={isOfStep ? "name" : "name group"}>{place.name}</span>
      {isOfStep ? null : <span class="badge">{details(place, summary, opening)}</span>}
      {tail === undefined ? (
        <span class="why">{isOfStep ? (standing.error?.split("\n", 1)[0] ?? standing.why ?? "") : ""}</span>
      ) : (
        <span class="why coming">{tail.slice(-160)}</span>
      )}
      {isOfStep && standing.attempts > 1 ? <span class="figure wide">{standing.attempts} attempts</span> : null}
      {isOfStep && spent > 0 ? <span class="figure wide">{count(spent)} tokens</span> : null}
      {isOfStep && time !== null && look !== "skipped" ? <span class="figure time">{duration(time)}</span> : null}
    </div>
  )
}
