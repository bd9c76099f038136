import { useComputed, useSignal } from "@preact/signals"
import { useEffect, useLayoutEffect, useRef } from "preact/hooks"
import * as client from "../api/client.ts"
import { ofRun } from "../model/look.ts"
import { matching } from "../model/runs.ts"
import { comparing, go, ofRun as routeOf, print, type Route, toStart } from "../run/route.ts"
import * as said from "../run/said.ts"
import { mayAct } from "../run/server.ts"
import { isHelpShown, useKeys } from "../ui/keys.ts"
import { ProblemBox } from "../ui/ProblemBox.tsx"
import { px, useWindow } from "../ui/useWindow.ts"
import { RunLine } from "./RunLine.tsx"

type RunsRoute = Extract<Route, { readonly page: "runs" }>

/** How often the list is asked for. **Units** milliseconds */
const pace = 3000

/** All runs of the store, as they stand. */
export const RunsView = ({ at }: { readonly at: RunsRoute }) => {
  const runs = useSignal<ReadonlyArray<client.Listed> | undefined>(undefined)
  const problem = useSignal<client.Problem | undefined>(undefined)
  const now = useSignal(Date.now())
  const active = useSignal("")
  const where = useSignal(at)
  where.value = at

  useEffect(() => {
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      // nobody looks
      if (!document.hidden || runs.peek() === undefined) {
        try {
          runs.value = await client.runs(controller.signal)
          problem.value = undefined
        } catch (error) {
          if (controller.signal.aborted) return
          problem.value = client.problemOf(error)
        }
        now.value = Date.now()
      }
      if (!controller.signal.aborted) timer = setTimeout(ask, pace)
    }
    void ask()
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [])

  const found = useComputed(() => matching(runs.value ?? [], where.value))
  const workflows = useComputed(() =>
    [...new Set((runs.value ?? []).flatMap((run) => ("workflow" in run ? [run.workflow] : [])))].toSorted()
  )
  const list = found.value
  const { first, height, last, page, ref, reveal } = useWindow(list.length, 2, 1)
  const input = useRef<HTMLInputElement>(null)
  const index = list.findIndex(({ run }) => run === active.value)
  const move = (to: number) => {
    const next = Math.max(0, Math.min(list.length - 1, to))
    const run = list[next]?.run
    if (run === undefined) return
    active.value = run
    reveal(next)
    // the line is drawn by then
    requestAnimationFrame(() => document.getElementById(`run:${run}`)?.focus({ preventScroll: true }))
  }
  // of the runs that are marked, the last two are compared
  const marked = useSignal<ReadonlyArray<string>>([])
  const mark = (run: string) =>
    void (marked.value = marked.value.includes(run)
      ? marked.value.filter((one) => one !== run)
      : [...marked.value.slice(-1), run])
  const [one, other] = marked.value
  useKeys({
    m: () => {
      const run = list[index]?.run
      if (run === undefined) return
      mark(run)
      said.now(marked.value.includes(run) ? `${run} is marked` : `${run} is no longer marked`)
    },
    ...(one !== undefined && other !== undefined && { c: () => go(comparing(one, other)) }),
    j: () => move(index + 1),
    ArrowDown: () => move(index + 1),
    k: () => move(index - 1),
    ArrowUp: () => move(index - 1),
    Home: () => move(0),
    End: () => move(list.length - 1),
    PageDown: () => move(index + page),
    PageUp: () => move(index - page),
    Enter: () => list[index] !== undefined && go(routeOf(list[index].run)),
    s: () => mayAct.value && go(toStart),
    "/": () => input.current?.focus(),
    Escape: () =>
      at.text !== "" || at.status !== "" || at.workflow !== ""
        ? filter({ text: "", status: "", workflow: "" })
        : document.querySelector("h1")?.focus()
  })
  const filter = (change: Partial<RunsRoute>) => {
    go({ ...at, ...change }, { replace: true })
    said.now(`${matching(runs.peek() ?? [], { ...at, ...change }).length} runs`)
  }
  const drawn = list.slice(first, last)
  const isAtLine = useRef(false)
  useLayoutEffect(() => {
    // a line that goes to another place takes the focus with it, which browsers do not see to
    if (isAtLine.current && document.activeElement === document.body) {
      document.getElementById(`run:${active.value}`)?.focus({ preventScroll: true })
    }
  }, [list])
  return (
    <div class="page">
      <header class="bar">
        <h1 tabIndex={-1}>Runs</h1>
        <form class="filter" role="search" onSubmit={(event) => event.preventDefault()}>
          <label>
            <span class="unseen">Text in the id or the workflow</span>
            <input
              ref={input}
              type="search"
              placeholder="filter"
              value={at.text}
              onInput={(event) => filter({ text: event.currentTarget.value })}
              onKeyDown={(event) => event.key === "Enter" && move(0)}
            />
          </label>
          <label>
            <span class="unseen">Status</span>
            <select value={at.status} onChange={(event) => filter({ status: event.currentTarget.value })}>
              <option value="">any status</option>
              {Object.keys(ofRun).map((status) => (
                <option key={status} value={status}>
                  {status.toLowerCase().replace("_", " ")}
                </option>
              ))}
              <option value="unreadable">unreadable</option>
            </select>
          </label>
          <label>
            <span class="unseen">Workflow</span>
            <select value={at.workflow} onChange={(event) => filter({ workflow: event.currentTarget.value })}>
              <option value="">any workflow</option>
              {workflows.value.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </form>
        <span class="quiet count">
          {runs.value === undefined
            ? "…"
            : list.length === runs.value.length
              ? list.length
              : `${list.length} of ${runs.value.length}`}
        </span>
        {mayAct.value ? <a href={print(toStart)}>Start a run</a> : null}
        {one === undefined ? null : other === undefined ? (
          <span class="quiet">mark another to compare</span>
        ) : (
          <a href={print(comparing(one, other))}>
            compare the two marked <kbd>c</kbd>
          </a>
        )}
        <button type="button" class="small" onClick={() => void (isHelpShown.value = true)}>
          keys <kbd>?</kbd>
        </button>
      </header>
      {problem.value === undefined ? null : <ProblemBox problem={problem.value} />}
      {runs.value !== undefined && list.length === 0 ? (
        <p class="inset quiet">
          {runs.value.length === 0 ? (
            <>
              There is no run yet. <code>stepwright run</code> makes one.
              {mayAct.value ? (
                <>
                  {" "}
                  Or <a href={print(toStart)}>start one here</a>.
                </>
              ) : null}
            </>
          ) : (
            "No run is like that."
          )}
        </p>
      ) : null}
      <div
        ref={ref}
        class="scroll grow"
        tabIndex={-1}
        onFocusOut={({ relatedTarget }) => {
          if (relatedTarget !== null) isAtLine.current = false
        }}
      >
        <table
          class="runs"
          aria-label="Runs"
          aria-rowcount={list.length + 1}
          style={{ height: px((list.length + 1) * height) }}
        >
          <thead>
            <tr aria-rowindex={1} style={{ height: px(height) }}>
              <th scope="col">Status</th>
              <th scope="col">Run</th>
              <th scope="col">Workflow</th>
              <th scope="col" class="number wide">
                Steps done
              </th>
              <th scope="col" class="number wide">
                Replies
              </th>
              <th scope="col" class="number wide">
                Tokens
              </th>
              <th scope="col" class="number">
                Changed
              </th>
            </tr>
          </thead>
          <tbody>
            {first > 0 ? (
              <tr aria-hidden="true" style={{ height: px(first * height) }}>
                <td colSpan={7} />
              </tr>
            ) : null}
            {drawn.map((run, i) => (
              <RunLine
                key={run.run}
                run={run}
                index={first + i + 2}
                height={height}
                isActive={run.run === active.value}
                isMarked={marked.value.includes(run.run)}
                onMark={() => mark(run.run)}
                now={now.value}
                onFocus={() => {
                  active.value = run.run
                  isAtLine.current = true
                }}
              />
            ))}
            {last < list.length ? (
              <tr aria-hidden="true" style={{ height: px((list.length - last) * height) }}>
                <td colSpan={7} />
              </tr>
            ) : null}
          </tbody>
        </table>
      </div>
    </div>
  )
}
