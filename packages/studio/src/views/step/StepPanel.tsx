import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { duration, moment, things, tokens, usd } from "../../model/figures.ts"
import { reasons, resultOf } from "../../model/history.ts"
import { words } from "../../model/look.ts"
import { waiting } from "../../model/standing.ts"
import { isLeaf, type Place } from "../../model/tree.ts"
import * as client from "../../api/client.ts"
import { comparing, print, type Route, type Tab, tabs } from "../../run/route.ts"
import { mayAct } from "../../run/server.ts"
import type { Store } from "../../run/store.ts"
import { Copy } from "../../ui/text/Copy.tsx"
import { JsonView } from "../../ui/text/JsonView.tsx"
import { lazy } from "../../ui/Lazy.tsx"
import { Mark } from "../../ui/Mark.tsx"
import { PathName } from "../../ui/PathName.tsx"
import { Value } from "../../ui/text/Value.tsx"
import { StepActs } from "./StepActs.tsx"
import { Attempts, Prompt, Replies, WhatChanged } from "./Turns.tsx"
import { usePlan } from "./usePlan.ts"
import type { RunRoute } from "../RunView.tsx"

const GateView = lazy(() => import("./GateView.tsx").then(({ GateView }) => GateView))

const names: Readonly<Record<Tab, string>> = {
  summary: "Summary",
  prompt: "Prompt",
  replies: "Replies",
  output: "Output",
  attempts: "Attempts"
}

interface Props {
  readonly store: Store
  readonly at: RunRoute
  readonly path: string
  readonly close: () => void
  readonly mayEdit: boolean
}

/** One step, with all that is known of it. */
export const StepPanel = ({ at, close, mayEdit, path, store }: Props) => {
  void store.version.value
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const { activeElement } = document
    // whoever comes by an address, or whose list gave way to the step, begins here
    const isNowhere =
      activeElement === document.body || (activeElement instanceof HTMLElement && activeElement.offsetParent === null)
    if (isNowhere) heading.current?.focus({ preventScroll: true })
  }, [])
  const standing = store.steps.value.get(path)
  const look = standing?.status ?? "waiting"
  const place = placeAt(store.tree.value, path)
  return (
    <section class="panel" aria-labelledby="step">
      <header>
        <h2 id="step" ref={heading} tabIndex={-1}>
          <Mark look={look} />
          <PathName path={path} />
        </h2>
        {mayEdit ? (
          <a class="button small" href={print({ page: "edit", run: at.run, step: path })}>
            edit <kbd>e</kbd>
          </a>
        ) : null}
        <button type="button" class="small" onClick={close}>
          close <kbd>Esc</kbd>
        </button>
      </header>
      <nav class="tabs" aria-label="Parts of the step">
        {tabs.map((tab) => (
          <a key={tab} href={print({ ...at, tab })} {...(tab === at.tab && { "aria-current": "page" })}>
            {names[tab]}
          </a>
        ))}
      </nav>
      <div class="body" key={`${path} ${at.tab}`}>
        {at.tab === "summary" ? <Summary store={store} path={path} place={place} at={at} /> : null}
        {at.tab === "prompt" ? <Prompt store={store} path={path} place={place} /> : null}
        {at.tab === "replies" ? <Replies store={store} path={path} place={place} /> : null}
        {at.tab === "output" ? <Output store={store} path={path} /> : null}
        {at.tab === "attempts" ? <Attempts store={store} path={path} /> : null}
      </div>
    </section>
  )
}

const placeAt = (root: Place, path: string): Place | undefined => {
  if (root.path === path && root.id === path && path !== "") return root
  for (const child of root.children) {
    if (child.path !== "" && path !== child.path && !path.startsWith(`${child.path}/`)) continue
    const found = placeAt(child, path)
    if (found !== undefined) return found
  }
  return undefined
}

interface PartProps {
  readonly store: Store
  readonly path: string
}

const Summary = ({
  at,
  path,
  place,
  store
}: PartProps & { readonly place: Place | undefined; readonly at: RunRoute }) => {
  void store.version.value
  const standing = store.steps.value.get(path) ?? waiting(path)
  const step = store.history.steps.get(path)
  const result = resultOf(store.history, path)
  const attempt = step?.attempts.at(-1)
  const isLive = store.status.value === "RUNNING"
  const planned = usePlan(store).find((entry) => entry.path === path)
  const why = reasons(store.history, path)
  const tail = store.coming.value.get(path)
  const models = [...new Set(step?.attempts.flatMap(({ replies }) => replies.map(({ model }) => model)))]
  const failure = step?.failure
  const message = failure?.message ?? standing.error
  const isGate = place === undefined ? standing.status === "undecided" : place.kind === "gate"
  const origin = store.standing.value?.origin
  const wires = Object.entries(place?.node?.wires ?? {})
  return (
    <>
      {mayAct.value && isGate ? <GateView store={store} path={path} /> : null}
      <dl class="fields">
        <Field name="Status">
          {words[standing.status]}
          {standing.why === undefined || standing.why === words[standing.status] ? null : (
            <span class="quiet">, {standing.why}</span>
          )}
        </Field>
        {why.length === 0 ? null : (
          <Field name="Why">
            {why.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
            <WhatChanged store={store} path={path} />
            {origin === undefined ? null : (
              <p>
                <a href={print({ ...comparing(origin, at.run), step: path } as Route)}>What differs from {origin}</a>
              </p>
            )}
          </Field>
        )}
        {planned === undefined || isLive ? null : (
          <Field name="If it goes on">
            {planWords[planned.action]}
            {planned.why === "" ? null : `: ${planned.why}`}
            {planned.usd === undefined ? null : <span class="quiet">, {usd(planned.usd)} last time</span>}
          </Field>
        )}
        {place?.node?.step === undefined ? null : (
          <Field name="Step">
            {place.node.step.name}, version {place.node.step.version}
            {place.node.step.model === undefined ? <span class="quiet">, calls no model</span> : null}
          </Field>
        )}
        {models.length === 0 ? null : <Field name="Model">{models.join(", ")}</Field>}
        {standing.replies === 0 ? null : (
          <Field name="Replies">
            {things(standing.replies, "reply", "replies")}, {tokens(standing.tokens) ?? "tokens unknown"}
          </Field>
        )}
        {attempt === undefined ? null : (
          <Field name="Started">
            {moment(attempt.start)}
            {standing.attempts > 1 ? <span class="quiet">, attempt {standing.attempts}</span> : null}
          </Field>
        )}
        {attempt === undefined ? null : (
          <Field name="Took">
            {attempt.end === undefined
              ? `${duration(store.now.value - attempt.start)} so far`
              : duration(attempt.end - attempt.start)}
          </Field>
        )}
        {wires.length === 0 ? null : (
          <Field name="Fed by">
            {wires.map(([name, wire]) => (
              <p key={name} class="mono">
                {wires.length === 1 ? null : <span class="quiet">{name}: </span>}
                {typeof wire === "string"
                  ? wire
                  : Object.entries(wire)
                      .map(([to, from]) => `${to} ← ${from}`)
                      .join(", ")}
              </p>
            ))}
          </Field>
        )}
        <Field name="Path">
          <span class="mono">{path}</span> <Copy what="the path" text={() => path} />
        </Field>
      </dl>
      {mayAct.value && !isGate && (place === undefined || isLeaf(place)) ? (
        <StepActs store={store} path={path} planned={planned} />
      ) : null}
      {message === undefined ? null : (
        <section class="error">
          <h3>
            <Mark look={standing.status} />
            {failure?.tag ?? "Error"}
            <Copy what="the error" text={() => message} />
          </h3>
          <pre class="wrap" tabIndex={0} data-scrolls>
            {message}
          </pre>
          {failure?.value === undefined ? null : <JsonView value={failure.value} label="The error as data" />}
        </section>
      )}
      {tail === undefined ? null : (
        <section>
          <h3>The reply so far</h3>
          <pre class="wrap coming" tabIndex={0} data-scrolls>
            {tail}
          </pre>
        </section>
      )}
      {place !== undefined && !isLeaf(place) ? (
        <p class="quiet">A group of steps; each has a page of its own.</p>
      ) : null}
      {result === undefined || message !== undefined ? null : (
        <section class="grow">
          <h3>
            <a href={print({ ...at, tab: "output" })}>Output</a>
          </h3>
          <Value value={result.output} label="Output" />
        </section>
      )}
      {store.history.number === 0 ? <p class="quiet">The journal is being read…</p> : null}
    </>
  )
}

const Field = ({ children, name }: { readonly name: string; readonly children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const planWords: Readonly<Record<client.PlanEntry["action"], string>> = {
  reuse: "its result is used again",
  run: "it runs",
  perhaps: "perhaps it runs",
  decide: "it is to be decided"
}

const Output = ({ path, store }: PartProps) => {
  void store.version.value
  const result = resultOf(store.history, path)
  if (result === undefined)
    return <p class="quiet">{store.history.number === 0 ? "The journal is being read…" : "It has no output."}</p>
  const { output } = result
  const json = () => (typeof output === "string" ? output : JSON.stringify(output, null, 2))
  return (
    <>
      <p class="quiet">
        {json().length.toLocaleString("en")} characters <Copy what="the output" text={json} />
      </p>
      <Value value={output} label="Output" />
    </>
  )
}
