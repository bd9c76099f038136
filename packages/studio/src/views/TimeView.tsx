import { useComputed, useSignal } from "@preact/signals"
import { useLayoutEffect, useRef } from "preact/hooks"
import { duration, moment, things } from "../model/figures.ts"
import type { Row } from "../model/rows.ts"
import { parent } from "../model/path.ts"
import * as timeline from "../model/timeline.ts"
import { isLeaf } from "../model/tree.ts"
import { go } from "../run/route.ts"
import type { Store } from "../run/store.ts"
import { useFocus } from "../ui/useFocus.ts"
import { Mark } from "../ui/Mark.tsx"
import { Twist } from "../ui/Twist.tsx"
import { px, useWindow } from "../ui/useWindow.ts"
import type { RunRoute } from "./RunView.tsx"

const percent = (part: number) => `${(part * 100).toFixed(3)}%`

/** When each step was at work; the times between two processes are left out. */
export const TimeView = ({ at, store }: { readonly at: RunRoute; readonly store: Store }) => {
  const isCriticalOnly = useSignal(false)
  // a run that goes on does so now, one that is at rest went on until its last event
  const now = useComputed(() =>
    store.status.value === "RUNNING"
      ? store.now.value
      : (store.past.value.sessions.at(-1)?.end ?? store.standing.value?.updatedAt ?? 0)
  )
  const axis = useComputed(() => timeline.axis(store.past.value.sessions, now.value))
  const spans = useComputed(() => {
    const attempts = timeline.attemptsOf(store.past.value, now.value)
    return timeline.spans(store.tree.value, (path) => attempts.get(path) ?? [])
  })
  const critical = useComputed(() => timeline.criticalPath(store.tree.value, store.past.value, now.value))
  const waitedFor = useComputed(() => {
    const sums = new Map<string, number>()
    for (const { end, path, start } of critical.value) {
      if (end > start) sums.set(path, (sums.get(path) ?? 0) + end - start)
    }
    return sums
  })
  const rows = useComputed(() => {
    if (!isCriticalOnly.value) return store.rows.value
    const groups = new Set([...waitedFor.value.keys()].flatMap(groupsOf))
    return store.rows.value.filter(({ place }) => (isLeaf(place) ? waitedFor.value : groups).has(place.path))
  })
  const list = rows.value
  const active = store.active.value
  const index = list.findIndex(({ place }) => place.id === active)
  const { first, height, last, ref, reveal } = useWindow(list.length, 1.75, 2)
  useFocus(ref, store.wantsFocus)
  const revealed = useRef("")
  useLayoutEffect(() => {
    if (index === -1 || revealed.current === active) return
    revealed.current = active
    reveal(index)
  }, [active, index])
  const { length, stretches } = axis.value
  const waited = [...waitedFor.value.values()].reduce((sum, one) => sum + one, 0)
  return (
    <div class="timeline">
      <div class="bar thin">
        <span class="quiet">
          {stretches.length === 0
            ? store.past.value.number === 0
              ? "The journal is being read…"
              : "Nothing has run yet."
            : `${duration(length)} at work${stretches.length > 1 ? ` in ${things(stretches.length, "session")}` : ""}; critical path ${duration(waited)} in ${things(waitedFor.value.size, "step")}`}
        </span>
        <label class="check">
          <input
            type="checkbox"
            checked={isCriticalOnly.value}
            onChange={(event) => void (isCriticalOnly.value = event.currentTarget.checked)}
          />
          critical path only
        </label>
      </div>
      <div
        ref={ref}
        class="scroll"
        role="tree"
        aria-label="Steps by time"
        tabIndex={0}
        onFocus={store.beAt}
        {...(index >= first && index < last && { "aria-activedescendant": `span:${active}` })}
      >
        <div class="axis" aria-hidden="true">
          <span class="label" />
          <span class="track">
            {stretches.slice(1).map(({ offset, start }) => (
              <span key={start} class="break" style={{ left: percent(offset / length) }} />
            ))}
            {timeline.ticks(length, 6).map((tick) => (
              <span key={tick} class="tick" style={{ left: percent(tick / length) }}>
                {tick === 0 ? "0" : duration(tick)}
              </span>
            ))}
          </span>
        </div>
        <div
          class="lines"
          role="presentation"
          style={{ height: px(list.length * height), paddingTop: px(first * height) }}
        >
          {list.slice(first, last).map((row) => (
            <Line
              key={row.place.id}
              row={row}
              store={store}
              at={at}
              axis={axis.value}
              span={spans.value.get(row.place.id)}
              now={now.value}
              critical={waitedFor.value}
              isActive={row.place.id === active}
              height={height}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

/** The paths of the groups that a path is in. */
const groupsOf = (path: string): ReadonlyArray<string> => {
  const above = parent(path)
  return above === "" ? [] : [above, ...groupsOf(above)]
}

interface LineProps {
  readonly row: Row
  readonly store: Store
  readonly at: RunRoute
  readonly axis: timeline.Axis
  readonly span: timeline.Span | undefined
  readonly now: number
  readonly critical: ReadonlyMap<string, number>
  readonly isActive: boolean
  readonly height: number
}

const Line = ({ at, axis, critical, height, isActive, now, row, span, store }: LineProps) => {
  const { depth, isGroup, opening, place, position, siblings } = row
  const look = store.summaries.value.get(place.id)?.look ?? "waiting"
  const isCritical = critical.has(place.path)
  const attempts = isLeaf(place) ? (store.history.steps.get(place.path)?.attempts ?? []) : []
  const choose = () => {
    store.active.value = place.id
    if (isGroup) store.fold(place.id, opening !== "all")
    else go({ ...at, step: place.path })
  }
  const bar = (one: timeline.Span, how: string, key: number) => {
    const left = timeline.along(axis, one.start)
    const width = timeline.along(axis, one.end) - left
    return <span key={key} class={`span ${how}`} style={{ left: percent(left), width: percent(width) }} />
  }
  const long = attempts.reduce((sum, { end = now, start }) => sum + end - start, 0)
  const said =
    span === undefined
      ? ""
      : `${duration(isLeaf(place) ? long : span.end - span.start)}${isCritical ? ", critical" : ""}`
  return (
    <div
      id={`span:${place.id}`}
      class={`line ${look}${isActive ? " active" : ""}${at.step === place.path ? " chosen" : ""}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={at.step === place.path}
      {...(isGroup && { "aria-expanded": opening !== "none" })}
      style={{ height: px(height) }}
      title={span === undefined ? "" : `${moment(span.start)}, ${said}`}
      onClick={choose}
    >
      <span class="label" style={{ paddingLeft: `${Math.min(depth, 8) * 0.8 + 0.4}rem` }}>
        <Twist isGroup={isGroup} opening={opening} />
        <Mark look={look} isAlone />
        <span class={isLeaf(place) ? "name" : "name group"}>{place.name}</span>
        <span class="figure">{said}</span>
      </span>
      <span class="track" aria-hidden="true">
        {isLeaf(place)
          ? attempts.map(({ end = now, outcome = "running", start }, i) =>
              bar({ start, end }, `${outcome}${isCritical ? " critical" : ""}`, i)
            )
          : span === undefined
            ? null
            : bar(span, "group", 0)}
      </span>
    </div>
  )
}
