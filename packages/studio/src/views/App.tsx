import { useSignalEffect } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import * as said from "../run/said.ts"
import { file } from "../run/file.ts"
import { allRuns, print, route } from "../run/route.ts"
import * as store from "../run/store.ts"
import { Help } from "../ui/Help.tsx"
import { isHelpShown, useKeys } from "../ui/keys.ts"
import { lazy } from "../ui/Lazy.tsx"
import { RunsView } from "./RunsView.tsx"
import { RunView } from "./RunView.tsx"

const StartView = lazy(() => import("./StartView.tsx").then(({ StartView }) => StartView))
const EditView = lazy(() => import("./edit/EditView.tsx").then(({ EditView }) => EditView))
const CompareView = lazy(() => import("./compare/CompareView.tsx").then(({ CompareView }) => CompareView))

/** Gives the focus to the heading of a page, once that is there, unless somebody has taken it elsewhere by then. */
const focusHeading = (main: HTMLElement): (() => void) => {
  const find = () => main.querySelector("h1")
  main.focus({ preventScroll: true })
  find()?.focus()
  const observer = new MutationObserver(() => {
    if (document.activeElement === main || document.activeElement === document.body) find()?.focus()
    if (find() !== null) observer.disconnect()
  })
  if (find() === null) observer.observe(main, { childList: true, subtree: true })
  return () => observer.disconnect()
}

export const App = () => {
  const at = route.value
  useKeys({ "?": () => void (isHelpShown.value = true) })
  useSignalEffect(() => {
    const to = route.value
    store.show(to.page === "run" || to.page === "edit" ? to.run : undefined)
  })
  const page = "run" in at ? `${at.page} ${at.run}` : at.page === "start" ? `start ${at.workflow}` : at.page
  const title =
    at.page === "run"
      ? at.step === undefined
        ? at.run
        : `${at.step} · ${at.run}`
      : at.page === "edit"
        ? `Edit ${at.run}`
        : at.page === "compare"
          ? `${at.run} and ${at.other}`
          : at.page === "runs"
            ? "Runs"
            : at.page === "start"
              ? `Start ${at.workflow ?? "a run"}`
              : "Not here"
  useEffect(() => void (document.title = `${title} · Stepwright`), [title])

  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    // another page is told by its heading; the first one the browser tells
    const isNew = !isFirst.current
    isFirst.current = false
    return isNew && main.current !== null ? focusHeading(main.current) : undefined
  }, [page])

  const run = store.current.value
  return (
    <>
      <a class="skip" href="#main">
        to what there is
      </a>
      <main ref={main} id="main" tabIndex={-1}>
        {at.page === "runs" ? <RunsView at={at} /> : null}
        {at.page === "run" && run !== undefined && run.run === at.run ? (
          <RunView key={at.run} at={at} store={run} />
        ) : null}
        {at.page === "start" ? <StartView key={page} at={at} /> : null}
        {at.page === "edit" && run !== undefined && run.run === at.run ? (
          <EditView key={at.run} at={at} store={run} />
        ) : null}
        {at.page === "compare" ? <CompareView key={`${at.run} ${at.other}`} at={at} /> : null}
        {at.page === "none" ? (
          <div class="inset">
            <h1 tabIndex={-1}>There is nothing at this address</h1>
            <p>
              <a href={print(allRuns)}>{file.value === undefined ? "All runs" : "The run"}</a>
            </p>
          </div>
        ) : null}
      </main>
      <div class="unseen" role="status">
        {said.sentence}
      </div>
      <Help />
    </>
  )
}
