import { useEffect, useState } from "preact/hooks"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { type Problem, problemOf } from "../../api/client.ts"
import * as api from "../../api/edits.ts"
import { entries, none, stepsOf, withInput, withOutput, withStep } from "../../model/edits/draft.ts"
import type { Json } from "../../model/json.ts"
import { resultAt } from "../../model/edits/results.ts"
import { isLeaf, type Place } from "../../model/tree.ts"
import * as acts from "../../run/acts.ts"
import * as editDrafts from "../../run/editDrafts.ts"
import { go, ofRun, print, type Route } from "../../run/route.ts"
import { mayAct, server } from "../../run/server.ts"
import type { Store } from "../../run/store.ts"
import { isHelpShown, useKeys } from "../../ui/keys.ts"
import { PathName } from "../../ui/PathName.tsx"
import { ProblemBox } from "../../ui/ProblemBox.tsx"
import { useAsking } from "../useAsking.ts"
import { JsonBox } from "./JsonBox.tsx"
import { PlanBox } from "./PlanBox.tsx"
import { SaveDialog } from "./SaveDialog.tsx"
import { StepEditor } from "./StepEditor.tsx"
import { usePlan } from "./usePlan.ts"

export type EditRoute = Extract<Route, { readonly page: "edit" }>

const leavesOf = (place: Place): ReadonlyArray<Place> => [
  ...(isLeaf(place) && place.path !== "" ? [place] : []),
  ...place.children.flatMap(leavesOf)
]

/** Of more steps than this only those are listed that ask a model. */
const most = 200

/** What is to be otherwise in a run, and what would run then. */
export const EditView = ({ at, store }: { readonly at: EditRoute; readonly store: Store }) => {
  const { run } = at
  const draft = editDrafts.of(run).value
  const standing = store.standing.value
  const asked = useAsking(store, () => api.state(run))
  const state = asked.answer.value
  const [sources, setSources] = useState<ReadonlyArray<api.Source>>([])
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [isSaving, setIsSaving] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [isWrong, setIsWrong] = useState(false)
  const [taken, setTaken] = useState(0)
  const workflow = standing?.workflow
  useEffect(() => {
    if (workflow === undefined) return undefined
    const controller = new AbortController()
    // where a text stands is told where that is known; a workflow that the server does not have the plan tells of
    api.sources(workflow, controller.signal).then(setSources, () => undefined)
    return () => controller.abort()
  }, [workflow])
  const isEmpty = Object.keys(draft).length === 0
  const planned = usePlan(run, draft, mayAct.value)
  const all = leavesOf(store.tree.value)
  const steps = all.length > most ? all.filter(({ node }) => node?.step?.model !== undefined).slice(0, most) : all
  const place = all.find(({ path }) => path === at.step)
  const pattern = place?.node?.path ?? at.step ?? ""

  const { config } = draft
  const isReady = !isBusy && !isWrong && planned.problem === undefined
  const mayStart = isReady && !isEmpty
  const maySave = isReady && config !== undefined

  const start = (isRun: boolean) => {
    if (!mayStart) return
    setIsBusy(true)
    setProblem(undefined)
    acts.fork(run, draft, isRun).then(
      (made) => {
        editDrafts.keep(run, none)
        go(ofRun(made))
      },
      (error: unknown) => {
        setIsBusy(false)
        setProblem(problemOf(error))
      }
    )
  }
  useKeys({
    Escape: () =>
      isSaving
        ? setIsSaving(false)
        : document.activeElement instanceof HTMLTextAreaElement || document.activeElement instanceof HTMLInputElement
          ? document.querySelector("h1")?.focus()
          : go({ ...ofRun(run), step: place === undefined ? undefined : at.step } as Route),
    f: () => void (!isSaving && start(true)),
    s: () => void (maySave && setIsSaving(true))
  })
  const of = (path: string | undefined) =>
    planned.problem?.target === path || planned.problem?.target === pattern ? planned.problem : undefined
  const own = of(at.step)
  return (
    <div class="page edit">
      <header class="head">
        <div class="bar">
          <a href={print(ofRun(run))} class="back" title="the run">
            {run}
          </a>
          <h1 tabIndex={-1}>Edit</h1>
          <label>
            <span class="unseen">Step</span>
            <select
              value={at.step ?? ""}
              onChange={(event) => go({ ...at, step: event.currentTarget.value || undefined }, { replace: true })}
            >
              <option value="">choose a step</option>
              <option value="input">the input of the run</option>
              {steps.map(({ path }) => (
                <option key={path} value={path}>
                  {path}
                </option>
              ))}
              {at.step === undefined || at.step === "input" || steps.some(({ path }) => path === at.step) ? null : (
                <option value={at.step}>{at.step}</option>
              )}
            </select>
          </label>
          <span class="spring" />
          <button type="button" class="small" onClick={() => void (isHelpShown.value = true)}>
            keys <kbd>?</kbd>
          </button>
        </div>
      </header>
      {!mayAct.value ? (
        <p class="inset quiet">
          {server.value === undefined ? "…" : "This server is only read: nothing can be tried out from here."}
        </p>
      ) : (
        <div class="split">
          <section class="editor scroll" aria-label="Editor" key={`${at.step} ${taken}`}>
            {at.step === undefined ? (
              <p class="quiet">Choose a step, or the input of the run, and say what is to be otherwise.</p>
            ) : null}
            {asked.problem.value === undefined ? null : <ProblemBox problem={asked.problem.value} />}
            {at.step === "input" && state !== undefined ? (
              <>
                <JsonBox
                  label="Input of the run"
                  own={state.input}
                  edited={draft.input}
                  onEdit={(input) => editDrafts.keep(run, withInput(draft, input))}
                  onWrong={setIsWrong}
                />
                {own === undefined ? null : <ProblemBox problem={own} />}
              </>
            ) : null}
            {at.step === undefined || at.step === "input" || !store.isNested.value || state === undefined ? null : (
              <OfStep
                place={place}
                path={at.step}
                pattern={pattern}
                store={store}
                state={state}
                draft={draft}
                problem={own}
                sources={sources.filter(({ path }) => path === pattern)}
                keep={(edits) => editDrafts.keep(run, edits)}
                onWrong={setIsWrong}
              />
            )}
          </section>
          <aside class="panel body" aria-label="Draft">
            <section>
              <h2>{isEmpty ? "Nothing is otherwise yet" : "What is otherwise"}</h2>
              <ul class="draft">
                {entries(draft).map((entry) => (
                  <li key={`${entry.path} ${entry.what}`}>
                    <span>
                      {entry.kind === "input" ? null : (
                        <>
                          <PathName path={entry.path} />{" "}
                        </>
                      )}
                      <span class="quiet">{entry.what}</span>
                    </span>
                    <button
                      type="button"
                      class="small"
                      onClick={() => {
                        editDrafts.keep(run, entry.without)
                        // what is in the boxes is read anew
                        setTaken(taken + 1)
                      }}
                    >
                      take back<span class="unseen"> {`${entry.path}, ${entry.what}`}</span>
                    </button>
                  </li>
                ))}
              </ul>
              {config === undefined ? null : (
                <details>
                  <summary>As its WorkflowConfig</summary>
                  <pre class="wrap" tabIndex={0} data-scrolls>
                    {JSON.stringify(config, null, 2)}
                  </pre>
                </details>
              )}
              <p class="actions">
                <button type="button" class="main" disabled={!mayStart} onClick={() => start(true)}>
                  Run as a fork <kbd>f</kbd>
                </button>
                <button type="button" disabled={!mayStart} onClick={() => start(false)}>
                  Fork only
                </button>
                <button type="button" disabled={!maySave} onClick={() => setIsSaving(true)}>
                  Save… <kbd>s</kbd>
                </button>
              </p>
              {isWrong ? <p class="quiet">Nothing is made of it while what is typed cannot be read.</p> : null}
              {problem === undefined ? null : <ProblemBox problem={problem} />}
            </section>
            <PlanBox {...planned} problem={own === undefined || place === undefined ? planned.problem : undefined} />
          </aside>
        </div>
      )}
      {isSaving && config !== undefined && workflow !== undefined ? (
        // what the files say by now is another plan for the run
        <SaveDialog workflow={workflow} config={config} close={() => setIsSaving(false)} onSaved={store.look} />
      ) : null}
    </div>
  )
}

interface StepProps {
  readonly place: Place | undefined
  readonly path: string
  readonly pattern: string
  readonly store: Store
  readonly state: WorkflowState
  readonly draft: api.Edits
  readonly problem: Problem | undefined
  readonly sources: ReadonlyArray<api.Source>
  readonly keep: (edits: api.Edits) => void
  readonly onWrong: (isWrong: boolean) => void
}

const OfStep = ({ draft, keep, onWrong, path, pattern, place, problem, sources, state, store }: StepProps) => {
  const step = place?.node?.step
  if (step === undefined) return <p class="quiet">There is no step of this path in the workflow.</p>
  const { model, prompt, system, ...set } = stepsOf(store.standing.value?.config).get(pattern) ?? {}
  // what the run has is what its definition says, and what it keeps besides
  const own = step.model && {
    ...step.model,
    ...set,
    parameters: { ...step.model.parameters, ...set.parameters },
    prompt: prompt ?? step.model.prompt,
    ...(model !== undefined && { models: [model].flat() as unknown as typeof step.model.models }),
    ...(system !== undefined && { system })
  }
  const output: Json | undefined = resultAt(state, path)?.output
  return (
    <>
      <h2>
        <PathName path={path} />
        {pattern === path ? null : (
          <span class="quiet">
            {" "}
            what is set holds for all of <span class="mono">{pattern}</span>
          </span>
        )}
      </h2>
      {own === undefined ? (
        <p class="quiet">This step calls no model.</p>
      ) : (
        <StepEditor
          model={own}
          edited={draft.config?.steps?.[pattern] ?? {}}
          onEdit={(settings) => keep(withStep(draft, pattern, settings))}
          problem={problem}
          sources={sources}
        />
      )}
      {own === undefined && problem !== undefined ? <ProblemBox problem={problem} /> : null}
      {output === undefined ? (
        <p class="quiet">It has no output that could be another.</p>
      ) : (
        <details open={draft.outputs?.[path] !== undefined || own === undefined}>
          <summary>Its output</summary>
          <JsonBox
            label="Output, in place of what it gave"
            own={output}
            edited={draft.outputs?.[path]}
            onEdit={(value) => keep(withOutput(draft, path, value))}
            onWrong={onWrong}
          />
        </details>
      )}
    </>
  )
}
