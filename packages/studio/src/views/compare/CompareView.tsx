import { useEffect, useRef, useState } from "preact/hooks"
import { compare, type Row } from "../../model/edits/compare.ts"
import { duration, things, tokens, usd } from "../../model/figures.ts"
import { ofRun as lookOf } from "../../model/look.ts"
import type { StepStanding } from "../../model/standing.ts"
import { allRuns, go, ofRun, print, type Route } from "../../run/route.ts"
import { open, type Store } from "../../run/store.ts"
import { isHelpShown, useKeys } from "../../ui/keys.ts"
import { Mark } from "../../ui/Mark.tsx"
import { PathName } from "../../ui/PathName.tsx"
import { ProblemBox } from "../../ui/ProblemBox.tsx"
import { px, useWindow } from "../../ui/useWindow.ts"
import { Differences } from "./Differences.tsx"

export type CompareRoute = Extract<Route, { readonly page: "compare" }>

/** Two runs, path by path. */
export const CompareView = ({ at }: { readonly at: CompareRoute }) => {
  const [stores, setStores] = useState<readonly [Store, Store] | undefined>(undefined)
  useEffect(() => {
    const both = [open(at.run), open(at.other)] as const
    setStores(both)
    return () => both.forEach((store) => store.close())
  }, [at.run, at.other])
  return stores === undefined ? null : <Both at={at} one={stores[0]} other={stores[1]} />
}

const what = ({ differs, of }: Row, at: CompareRoute): string =>
  of === "one" ? `only in ${at.run}` : of === "other" ? `only in ${at.other}` : differs.join(", ") || "same"

const Both = ({ at, one, other }: { readonly at: CompareRoute; readonly one: Store; readonly other: Store }) => {
  void one.version.value
  void other.version.value
  const isRead = [one, other].every((store) => store.standing.value !== undefined && store.history.number > 0)
  const side = (store: Store) => ({ steps: store.steps.value, history: store.history })
  const all = isRead ? compare(side(one), side(other)) : []
  const same = all.filter(({ differs, of }) => of === "both" && differs.length === 0)
  const rows = at.isAll ? all : all.filter((row) => !same.includes(row) || row.path === at.step)
  const { first, height, last, page, ref, reveal } = useWindow(rows.length, 1.75, 1)
  const index = rows.findIndex(({ path }) => path === at.step)
  const chosen = rows[index]
  const move = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to))
    const row = rows[next]
    if (row === undefined) return
    go({ ...at, step: row.path }, { replace: true })
    reveal(next)
    requestAnimationFrame(() => document.getElementById(`path:${row.path}`)?.focus({ preventScroll: true }))
  }
  useKeys({
    j: () => move(index + 1),
    ArrowDown: () => move(index + 1),
    k: () => move(index - 1),
    ArrowUp: () => move(index - 1),
    Home: () => move(0),
    End: () => move(rows.length - 1),
    PageDown: () => move(index + page),
    PageUp: () => move(index - page),
    a: () => go({ ...at, isAll: !at.isAll }, { replace: true }),
    Escape: () => (at.step === undefined ? go(allRuns) : go({ ...at, step: undefined }))
  })
  const heading = useRef<HTMLHeadingElement>(null)
  const problem = one.problem.value ?? other.problem.value
  return (
    <div class={chosen === undefined ? "page compare" : "page compare with-step"}>
      <header class="head">
        <div class="bar">
          <a href="/" class="back" title="all runs">
            Runs
          </a>
          <h1 ref={heading} tabIndex={-1}>
            Compare
          </h1>
          <span class="spring" />
          <label class="check">
            <input
              type="checkbox"
              checked={at.isAll}
              onChange={() => go({ ...at, isAll: !at.isAll }, { replace: true })}
            />
            what is the same, too <kbd>a</kbd>
          </label>
          <button type="button" class="small" onClick={() => void (isHelpShown.value = true)}>
            keys <kbd>?</kbd>
          </button>
        </div>
        <dl class="two">
          <About name="A" store={one} />
          <About name="B" store={other} />
        </dl>
      </header>
      {problem === undefined ? null : <ProblemBox problem={problem} />}
      {!isRead && problem === undefined ? <p class="inset quiet">…</p> : null}
      {isRead ? (
        <div class="split">
          <section class="steps" aria-label="Paths">
            <p class="bar thin quiet" role="status">
              {all.length === same.length
                ? `All ${things(all.length, "step")} are the same.`
                : `${things(all.length - same.length, "step")} ${all.length - same.length === 1 ? "differs" : "differ"}, ${same.length} ${same.length === 1 ? "is" : "are"} the same.`}
            </p>
            <div ref={ref} class="scroll grow" tabIndex={-1}>
              <table class="paths" aria-rowcount={rows.length + 1}>
                <thead>
                  <tr aria-rowindex={1} style={{ height: px(height) }}>
                    <th scope="col">Path</th>
                    <th scope="col">Differs in</th>
                    <th scope="col" class="number">
                      A
                    </th>
                    <th scope="col" class="number">
                      B
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {first > 0 ? <Gap lines={first} height={height} /> : null}
                  {rows.slice(first, last).map((row, i) => (
                    <tr
                      key={row.path}
                      class={row.path === at.step ? "active" : ""}
                      aria-rowindex={first + i + 2}
                      style={{ height: px(height) }}
                    >
                      <td class="cut">
                        <a id={`path:${row.path}`} href={print({ ...at, step: row.path })}>
                          <PathName path={row.path} />
                        </a>
                      </td>
                      <td class={row.differs.length === 0 && row.of === "both" ? "quiet cut" : "cut"}>
                        {what(row, at)}
                      </td>
                      <td class="number">{spent(row.one)}</td>
                      <td class="number">{spent(row.other)}</td>
                    </tr>
                  ))}
                  {last < rows.length ? <Gap lines={rows.length - last} height={height} /> : null}
                </tbody>
              </table>
            </div>
          </section>
          {chosen === undefined ? null : (
            <Differences
              key={chosen.path}
              row={chosen}
              what={what(chosen, at)}
              one={one}
              other={other}
              close={() => go({ ...at, step: undefined })}
            />
          )}
        </div>
      ) : null}
    </div>
  )
}

const Gap = ({ height, lines }: { readonly lines: number; readonly height: number }) => (
  <tr aria-hidden="true" style={{ height: px(lines * height) }}>
    <td colSpan={4} />
  </tr>
)

/** What a step took, in a few words. */
const spent = ({ durationMillis, replies, tokens: used }: StepStanding): string =>
  [
    ...(replies > 0 ? [tokens(used) ?? "tokens unknown"] : []),
    ...(durationMillis === null ? [] : [duration(durationMillis)])
  ].join(", ") || "–"

/** A run that is compared: how it stands, and what it took in all. */
const About = ({ name, store }: { readonly name: string; readonly store: Store }) => {
  const standing = store.standing.value
  const status = store.status.value
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <a class="mono" href={print(ofRun(store.run))}>
          {store.run}
        </a>
        {standing === undefined || status === undefined ? null : (
          <span class="quiet">
            {" "}
            <Mark look={lookOf[status]} isAlone /> {status.toLowerCase().replace("_", " ")},{" "}
            {things(standing.replies, "reply", "replies")}
            {standing.replies === 0 ? "" : `, ${tokens(standing.tokens) ?? "tokens unknown"}`}
            {standing.usd === null ? "" : `, ${usd(standing.usd)}`}, {duration(timeOf(store))}
            {standing.config === undefined ? "" : ", with edits of its own"}
          </span>
        )}
      </dd>
    </div>
  )
}

/** How long its steps took, one after the other. **Units** milliseconds */
const timeOf = ({ steps }: Store): number =>
  [...steps.value.values()].reduce((sum, { durationMillis }) => sum + (durationMillis ?? 0), 0)
