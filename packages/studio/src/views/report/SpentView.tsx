import { useEffect, useMemo, useRef, useState } from "preact/hooks"
import * as client from "../../api/client.ts"
import { count, duration, things, usd } from "../../model/figures.ts"
import {
  byGroups,
  bySteps,
  type Figure,
  type Measure,
  measures,
  sorted,
  type Spent,
  sum
} from "../../model/report/spending.ts"
import { print } from "../../run/route.ts"
import { PathName } from "../../ui/PathName.tsx"
import { useFocus } from "../../ui/useFocus.ts"
import { hrefOf, type PartProps } from "./parts.ts"

/** How many lines are drawn; the others are told together. */
const most = 50

const titles: Readonly<Record<Measure, string>> = { time: "Time", cost: "Cost", tokens: "Tokens" }

const formats: Readonly<Record<Measure, (value: number) => string>> = { time: duration, cost: usd, tokens: count }

/** What there is to say of a figure; what it is nothing of says so. */
const told = (measure: Measure, { count, unknown, value }: Figure): string => {
  if (count === 0) return measure === "cost" ? "no request" : measure === "tokens" ? "no reply" : "–"
  if (unknown === count) return "unknown"
  return `${formats[measure](value)}${unknown === 0 ? "" : `, and ${unknown.toLocaleString("en")} unknown`}`
}

/** What each step of a run cost, or that nobody knows; nothing until the server has said it. */
const useCosts = ({ history, run, status, steps }: PartProps["store"]): ReadonlyArray<client.Cost> | undefined => {
  const [costs, setCosts] = useState<ReadonlyArray<client.Cost>>()
  const isLive = status.value === "RUNNING"
  const number = isLive ? 0 : history.number
  useEffect(() => {
    const controller = new AbortController()
    client.costs(run, controller.signal).then(setCosts, () => {
      if (controller.signal.aborted) return
      // where it cannot be asked, nobody knows
      const asked = [...steps.peek().values()].filter(({ replies }) => replies > 0)
      setCosts(asked.map(({ path }) => ({ path, usd: null })))
    })
    return () => controller.abort()
  }, [run, isLive, number])
  return costs
}

/** What steps took and cost, the largest first, as bars with their figures. */
export const SpentView = ({ at, store }: PartProps) => {
  const ref = useRef<HTMLDivElement>(null)
  useFocus(ref, store.wantsFocus)
  const costs = useCosts(store)
  const [steps, past, now] = [store.steps.value, store.past.value, store.now.value]
  const all = useMemo(() => bySteps(steps, past, costs, now), [steps, past, costs, now])
  const by = measures.find((measure) => measure === at.report?.by) ?? "time"
  const isGrouped = at.report?.of !== "steps"
  const rows = useMemo(() => sorted(isGrouped ? byGroups(all) : all, by), [all, by, isGrouped])
  const total = sum("", all)
  const largest = (measure: Measure) => rows.reduce((most, row) => Math.max(most, row[measure].value), 0)
  const scales = useMemo(() => ({ time: largest("time"), cost: largest("cost"), tokens: largest("tokens") }), [rows])
  const shown = rows.slice(0, most)
  const rest = rows.slice(most)
  const href = (by: Measure, of: string) => hrefOf(at, { part: "spent", by, of })
  return (
    <div ref={ref} class="scroll spent" tabIndex={0} role="region" aria-label="Cost and time" data-scrolls>
      <p>{totals(store, total, costs)}</p>
      <nav class="views" aria-label="Lines">
        <a href={href(by, "groups")} {...(isGrouped && { "aria-current": "page" })}>
          by part of the run
        </a>
        <a href={href(by, "steps")} {...(!isGrouped && { "aria-current": "page" })}>
          by step
        </a>
      </nav>
      {all.length === 0 ? (
        <p class="quiet">No step has been at work yet.</p>
      ) : (
        <table class={`bars by-${by}`}>
          <thead>
            <tr>
              <th scope="col">{isGrouped ? "Part of the run" : "Step"}</th>
              {measures.map((measure) => (
                <th key={measure} scope="col" class={measure} {...(measure === by && { "aria-sort": "descending" })}>
                  <a href={href(measure, isGrouped ? "groups" : "steps")}>
                    {titles[measure]}
                    {measure === by ? " ↓" : ""}
                  </a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.path}>
                <th scope="row">
                  {isGrouped ? (
                    <>
                      <a href={print({ ...at, view: "time", step: undefined, find: `${row.path}` })}>
                        <PathName path={row.path} />
                      </a>{" "}
                      <span class="quiet">{row.steps > 1 ? things(row.steps, "step") : ""}</span>
                    </>
                  ) : (
                    <a href={print({ ...at, step: row.path, tab: "summary" })}>
                      <PathName path={row.path} />
                    </a>
                  )}
                </th>
                {measures.map((measure) => (
                  <Bar
                    key={measure}
                    measure={measure}
                    figure={row[measure]}
                    scale={scales[measure]}
                    isRead={measure !== "cost" || costs !== undefined}
                  />
                ))}
              </tr>
            ))}
            {rest.length === 0 ? null : (
              <tr>
                <th scope="row">{things(rest.length, isGrouped ? "other part" : "other step")}</th>
                {measures.map((measure) => (
                  <td key={measure} class={measure}>
                    {told(measure, sum("", rest)[measure])}
                  </td>
                ))}
              </tr>
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">All</th>
              {measures.map((measure) => (
                <td key={measure} class={measure}>
                  {measure === "cost" && costs === undefined ? "…" : told(measure, total[measure])}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      )}
    </div>
  )
}

interface BarProps {
  readonly measure: Measure
  readonly figure: Figure
  /** The largest of its kind. */
  readonly scale: number
  /** Whether it is known by now, or known that nobody knows it. */
  readonly isRead: boolean
}

const Bar = ({ figure, isRead, measure, scale }: BarProps) => (
  <td class={`${measure}${figure.count === 0 ? " none" : ""}`}>
    <span class="bar-with">
      <span class="bar-of">
        {isRead && figure.value > 0 ? (
          <span
            class="bar-fill"
            aria-hidden="true"
            style={{ width: `${Math.max(0.5, (100 * figure.value) / scale)}%` }}
          />
        ) : null}
        {isRead && figure.unknown > 0 ? <span class="bar-unknown" aria-hidden="true" /> : null}
      </span>
      <span class="bar-figure">{isRead ? told(measure, figure) : "…"}</span>
    </span>
  </td>
)

/** What a run took and cost in all, in sentences. */
const totals = (
  { now, past, standing }: PartProps["store"],
  { time }: Spent,
  costs: ReadonlyArray<client.Cost> | undefined
): string => {
  const { replies = 0, usd: known } = standing.value ?? {}
  const took = past.value.sessions.reduce(
    (sum, { end, isOver, start }) => sum + Math.max(0, (isOver ? end : now.value) - start),
    0
  )
  const asked = replies === 0 ? "It asked no model." : `It had ${things(replies, "reply", "replies")} of models.`
  const cost =
    replies === 0 || costs === undefined
      ? ""
      : costs.length === 0
        ? " No request went to a provider."
        : known === null || known === undefined
          ? " What its requests to providers cost is unknown."
          : ` Its requests to providers cost ${usd(known)}.`
  return `A process was at it for ${duration(took)}; its steps took ${told("time", time)}, side by side or one after the other. ${asked}${cost}`
}
