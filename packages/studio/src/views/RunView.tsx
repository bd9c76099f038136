import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { duration, things, tokens, usd } from "../model/figures.ts"
import { looks, ofRun, words } from "../model/look.ts"
import { step as stepOf } from "../model/rows.ts"
import { isLeaf } from "../model/tree.ts"
import { file } from "../run/file.ts"
import { allRuns, comparing, go, ofRun as routeOf, print, type Route, tabs, type View, views } from "../run/route.ts"
import { mayAct } from "../run/server.ts"
import type { Store } from "../run/store.ts"
import { isHelpShown, useKeys } from "../ui/keys.ts"
import { lazy } from "../ui/Lazy.tsx"
import { Mark } from "../ui/Mark.tsx"
import { PathName } from "../ui/PathName.tsx"
import { ProblemBox } from "../ui/ProblemBox.tsx"
import { Age } from "../ui/Time.tsx"
import { FileNote } from "./FileNote.tsx"
import { RunActs } from "./RunActs.tsx"
import { TreeView } from "./TreeView.tsx"

export type RunRoute = Extract<Route, { readonly page: "run" }>

const GraphView = lazy(() => import("./GraphView.tsx").then(({ GraphView }) => GraphView))
const TimeView = lazy(() => import("./TimeView.tsx").then(({ TimeView }) => TimeView))
const ResultView = lazy(() => import("./ResultView.tsx").then(({ ResultView }) => ResultView))
const StepPanel = lazy(() => import("./step/StepPanel.tsx").then(({ StepPanel }) => StepPanel))

const names: Readonly<Record<View, string>> = { tree: "Tree", graph: "Graph", time: "Time line", result: "Result" }

/** One run: its steps in one of three ways, and beside them the step that is open. */
export const RunView = ({ at, store }: { readonly at: RunRoute; readonly store: Store }) => {
  const { active, rows, shown } = store
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (at.step === undefined) return
    shown.value = at.step
    active.value = at.step
  }, [at.step])

  useEffect(() => void (store.find.value = at.find), [at.find])
  const input = useRef<HTMLInputElement>(null)
  const id = store.standing.value?.run
  useEffect(() => {
    // the address names this run, whichever is the latest when it is opened again
    if (id !== undefined && id !== at.run) go({ ...at, run: id }, { replace: true })
  }, [id])

  const indexOf = () => rows.value.findIndex(({ place }) => place.id === active.value)
  const mark = (index: number) => {
    const row = rows.value[Math.max(0, Math.min(rows.value.length - 1, index))]
    if (row === undefined) return
    active.value = row.place.id
    // an open step gives way to the one that is gone to
    if (at.step !== undefined && isLeaf(row.place)) go({ ...at, step: row.place.path }, { replace: true })
  }
  const enter = (isOpen: boolean) => {
    const index = indexOf()
    const row = rows.value[index]
    if (row === undefined) return mark(0)
    if (row.isGroup && row.opening !== (isOpen ? "all" : "none")) store.fold(row.place.id, isOpen)
    else mark(stepOf(rows.value, index, isOpen ? "child" : "parent"))
  }
  const open = () => {
    const row = rows.value[indexOf()]
    if (row === undefined) return
    if (row.isGroup) store.fold(row.place.id, row.opening !== "all")
    else if (at.step === row.place.path) document.getElementById("step")?.focus()
    else go({ ...at, step: row.place.path })
  }
  const close = () => {
    go({ ...at, step: undefined, tab: "summary" })
    // it may be hidden until the step is gone
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("[role=tree]")?.focus())
  }
  const attention = (isBack: boolean) => {
    const isAsked = (path: string) => {
      const status = store.steps.value.get(path)?.status
      return status === "failed" || status === "undecided" || status === "suspended" || status === "takenOver"
    }
    const paths = [...store.steps.value.keys()].filter(isAsked)
    if (paths.length === 0) return
    const from = paths.indexOf(active.value)
    const next = paths[(from + (isBack ? -1 : 1) + paths.length) % paths.length]!
    shown.value = next
    active.value = next
    if (at.step !== undefined) go({ ...at, step: next }, { replace: true })
  }
  const tab = (by: number) => {
    if (at.step === undefined) return
    const next = tabs[(tabs.indexOf(at.tab) + by + tabs.length) % tabs.length]!
    go({ ...at, tab: next }, { replace: true })
  }
  const origin = store.standing.value?.origin
  /** The step that is marked. */
  const pathAt = () => {
    const place = rows.value[indexOf()]?.place
    return place !== undefined && isLeaf(place) ? place.path : undefined
  }
  const view = (name: View) => () => {
    store.wantsFocus.current = true
    go({ ...at, view: name })
  }
  const look = (text: string) => {
    // at once: whoever types goes on to what is found
    store.find.value = text
    go({ ...at, find: text }, { replace: true })
  }
  useKeys({
    j: () => mark(indexOf() + 1),
    ArrowDown: () => mark(indexOf() + 1),
    k: () => mark(indexOf() - 1),
    ArrowUp: () => mark(indexOf() - 1),
    Home: () => mark(0),
    End: () => mark(rows.value.length - 1),
    PageDown: () => mark(indexOf() + 20),
    PageUp: () => mark(indexOf() - 20),
    l: () => enter(true),
    ArrowRight: () => enter(true),
    h: () => enter(false),
    ArrowLeft: () => enter(false),
    Enter: open,
    "/": () => input.current?.focus(),
    Escape: () => {
      if (document.activeElement === input.current) {
        if (at.find === "") list.current?.querySelector<HTMLElement>("[role=tree]")?.focus()
        else look("")
      } else if (at.step !== undefined) close()
      else if (at.find === "") go(allRuns)
      else look("")
    },
    n: () => attention(false),
    p: () => attention(true),
    "1": view("tree"),
    "2": view("graph"),
    "3": view("time"),
    "4": view("result"),
    ...(mayAct.value && { e: () => go({ page: "edit", run: at.run, step: at.step ?? pathAt() }) }),
    ...(origin !== undefined && { c: () => go(comparing(origin, at.run)) }),
    "]": () => tab(1),
    "[": () => tab(-1)
  })

  const problem = store.problem.value
  const isThere = store.standing.value !== undefined && store.isNested.value
  return (
    <div class={at.step === undefined ? "page run" : "page run with-step"}>
      <Head store={store} at={at}>
        <input
          ref={input}
          type="search"
          class="find"
          placeholder="find steps"
          aria-label="Words in the path of a step"
          value={at.find}
          onInput={(event) => look(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return
            mark(rows.value.findIndex(({ isGroup }) => !isGroup))
            list.current?.querySelector<HTMLElement>("[role=tree]")?.focus()
          }}
        />
        {store.finding.value === undefined ? null : (
          <span class="quiet" role="status">
            {things(store.finding.value.count, "step")}
          </span>
        )}
      </Head>
      {mayAct.value && store.standing.value !== undefined ? <RunActs store={store} at={at} /> : null}
      {problem === undefined ? null : <ProblemBox problem={problem} />}
      {isThere ? (
        <div class="split">
          <section class="steps" ref={list} aria-label="Steps">
            {at.view === "tree" ? <TreeView store={store} at={at} /> : null}
            {at.view === "graph" ? <GraphView store={store} at={at} /> : null}
            {at.view === "time" ? <TimeView store={store} at={at} /> : null}
            {at.view === "result" ? <ResultView store={store} at={at} /> : null}
          </section>
          {at.step === undefined ? null : (
            <StepPanel store={store} at={at} path={at.step} close={close} mayEdit={mayAct.value} />
          )}
        </div>
      ) : problem === undefined ? (
        <p class="inset quiet">…</p>
      ) : null}
    </div>
  )
}

interface HeadProps {
  readonly at: RunRoute
  readonly store: Store
  readonly children: ComponentChildren
}

const Head = ({ at, children, store }: HeadProps) => {
  const standing = store.standing.value
  const status = store.status.value
  const counts = store.summaries.value.get("")?.counts
  // what is changed while it waits stops it, and the gate waits on
  const waits = status === "SUSPENDED" || standing?.error?.code === "Undecided"
  return (
    <header class="head">
      <div class="bar">
        {file.value === undefined ? (
          <a href="/" class="back" title="all runs">
            Runs
          </a>
        ) : null}
        <h1 tabIndex={-1} class="mono">
          {at.run}
        </h1>
        {standing === undefined || status === undefined ? null : (
          <>
            <span class="status strong">
              <Mark look={ofRun[status]} />
              {status.toLowerCase().replace("_", " ")}
            </span>
            <span class="quiet">{standing.workflow}</span>
            {standing.origin === undefined ? null : (
              <span class="quiet">
                from{" "}
                <a class="mono" href={print(routeOf(standing.origin))}>
                  {standing.origin}
                </a>{" "}
                (<a href={print(comparing(standing.origin, at.run))}>compare</a>)
              </span>
            )}
          </>
        )}
        <span class="spring" />
        {store.isHeard.value ? null : (
          <span class="status quiet">
            <Mark look="stopped" />
            not connected, trying again
          </span>
        )}
        {children}
        <nav class="views" aria-label="Views">
          {views.map((view) => (
            <a key={view} href={print({ ...at, view })} {...(view === at.view && { "aria-current": "page" })}>
              {names[view]}
            </a>
          ))}
        </nav>
        <button type="button" class="small" onClick={() => void (isHelpShown.value = true)}>
          keys <kbd>?</kbd>
        </button>
      </div>
      {standing === undefined ? null : (
        <>
          <ul class="facts">
            {looks
              .filter((look) => (counts?.[look] ?? 0) > 0 && look !== "skipped")
              .map((look) => (
                <li key={look} class="status">
                  <Mark look={look} />
                  {counts![look].toLocaleString("en")} {words[look]}
                </li>
              ))}
            <li>{things(standing.replies, "reply", "replies")}</li>
            {standing.replies === 0 ? null : <li>{tokens(standing.tokens) ?? "tokens unknown"}</li>}
            {standing.usd === null ? null : <li>{usd(standing.usd)}</li>}
            {standing.tests === null ? null : (
              <li>
                {standing.tests.passed.toLocaleString("en")} of {things(standing.tests.run, "test")} passed
              </li>
            )}
            <li>
              began <Age at={standing.createdAt} now={store.now.value} />, took {duration(elapsed(store))}
            </li>
          </ul>
          <FileNote />
          {standing.error === undefined ? null : (
            <div class={waits ? "trouble waits" : "trouble"}>
              <Mark look={waits ? "suspended" : "failed"} />
              <p>
                {standing.error.path === undefined || standing.error.path === "" ? null : (
                  <a class="strong" href={print({ ...at, step: standing.error.path, tab: "summary" })}>
                    <PathName path={standing.error.path} />
                  </a>
                )}{" "}
                <span class="message">{firstLine(standing.error.message)}</span>
              </p>
            </div>
          )}
        </>
      )}
    </header>
  )
}

const firstLine = (text: string) => text.split("\n", 1)[0]!.slice(0, 400)

/** How long processes were at a run, all in all. */
const elapsed = ({ history, now, standing, status, version }: Store): number => {
  void version.value
  if (history.sessions.length === 0) return (standing.value?.updatedAt ?? 0) - (standing.value?.createdAt ?? 0)
  const isLive = status.value === "RUNNING"
  return history.sessions.reduce(
    (sum, { end, isOver, start }) => sum + (isOver || !isLive ? end : now.value) - start,
    0
  )
}
