import type { ComponentChildren } from "preact"
import { useEffect, useMemo, useRef, useState } from "preact/hooks"
import * as client from "../api/client.ts"
import { things, usd } from "../model/figures.ts"
import { problemsIn } from "../model/form/refusal.ts"
import type { JsonSchema, Told } from "../model/form/schema.ts"
import type { Json } from "../model/json.ts"
import * as formDrafts from "../run/formDrafts.ts"
import { allRuns, go, ofRun, print, type Route, toStart } from "../run/route.ts"
import * as said from "../run/said.ts"
import { mayAct, server } from "../run/server.ts"
import { FormView } from "../ui/form/FormView.tsx"
import { useForm } from "../ui/form/useForm.ts"
import { isHelpShown, useKeys } from "../ui/keys.ts"
import { ProblemBox } from "../ui/ProblemBox.tsx"

type StartRoute = Extract<Route, { readonly page: "start" }>

/** What a server says to a question, once it does. */
const useAnswer = <A,>(ask: (signal: AbortSignal) => Promise<A>) => {
  const [answer, setAnswer] = useState<{ readonly value?: A; readonly problem?: client.Problem }>({})
  useEffect(() => {
    const controller = new AbortController()
    ask(controller.signal).then(
      (value) => setAnswer({ value }),
      (error: unknown) => controller.signal.aborted || setAnswer({ problem: client.problemOf(error) })
    )
    return () => controller.abort()
  }, [])
  return answer
}

/** Where a run is started: which workflow, with what, and what it may spend. */
export const StartView = ({ at: { workflow } }: { readonly at: StartRoute }) => {
  useKeys({ Escape: () => go(workflow === undefined ? allRuns : toStart) })
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // what is loaded once it is shown comes after another page gave up the focus
    if (document.activeElement === document.body) heading.current?.focus()
  }, [])
  return (
    <div class="page">
      <header class="bar head">
        <a href="/" class="back" title="all runs">
          Runs
        </a>
        <h1 ref={heading} tabIndex={-1}>
          {workflow === undefined ? "Start a run" : `Start ${workflow}`}
        </h1>
        <span class="spring" />
        <button type="button" class="small" onClick={() => void (isHelpShown.value = true)}>
          keys <kbd>?</kbd>
        </button>
      </header>
      <div class="scroll grow">
        {server.value !== undefined && !mayAct.value ? (
          <p class="inset">This server is only read: nothing is started here.</p>
        ) : workflow === undefined ? (
          <Workflows />
        ) : (
          <Start workflow={workflow} />
        )}
      </div>
    </div>
  )
}

const Answered = ({
  children,
  problem
}: {
  readonly problem: client.Problem | undefined
  readonly children: ComponentChildren
}) => (problem === undefined ? <>{children}</> : <ProblemBox problem={problem} />)

const Workflows = () => {
  const { problem, value } = useAnswer(client.workflows)
  return (
    <Answered problem={problem}>
      {value === undefined ? (
        <p class="inset quiet">…</p>
      ) : (
        <ul class="offered">
          {value.map(({ name, source, version }) => (
            <li key={name}>
              <a class="strong" href={print({ page: "start", workflow: name })}>
                {name}
              </a>
              <span class="quiet">
                {" "}
                version {version}
                {source === undefined ? "" : `, of ${source}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Answered>
  )
}

const Start = ({ workflow }: { readonly workflow: string }) => {
  const { problem, value } = useAnswer((signal) => client.workflow(workflow, signal))
  return (
    <Answered problem={problem}>
      {value === undefined ? <p class="inset quiet">…</p> : <Filled workflow={workflow} input={value.input} />}
    </Answered>
  )
}

/** What is sent, as a Schema: the input of a workflow, and what its run may spend. */
const sent = (input: Json): Told => {
  // the server tells a JSON Schema
  const schema = input as JsonSchema
  const { $defs = {}, ...own } = typeof schema === "boolean" ? { allOf: [schema] } : schema
  return {
    type: "object",
    properties: {
      input: own,
      maxUsd: {
        type: "number",
        exclusiveMinimum: 0,
        title: "at most, in USD",
        description: "What this run may spend; all that the server may, where nothing is said."
      }
    },
    required: ["input"],
    additionalProperties: false,
    $defs
  }
}

const Filled = ({ input, workflow }: { readonly workflow: string; readonly input: Json }) => {
  const schema = useMemo(() => sent(input), [input])
  const name = `start ${workflow}`
  const { change, form, state } = useForm(name, schema, `Start ${workflow}`)
  const start = async (value: Json) => {
    try {
      // the form gives what its Schema says
      const { input, maxUsd } = value as { readonly input: Json; readonly maxUsd?: number }
      const { run } = await client.start({ workflow, input, ...(maxUsd !== undefined && { maxUsd }) })
      formDrafts.drop(name)
      said.now(`run ${run} has begun`)
      go(ofRun(run))
      return []
    } catch (error) {
      if (!(error instanceof client.Problem) || error.target !== "input") throw error
      return problemsIn(error.message).map(({ at, message }) => ({ at: ["input", ...at], message }))
    }
  }
  return (
    <div class="inset">
      <FormView id="start" form={form} state={state} onChange={change} sends="Start" onSend={start} hasFiles isLaid>
        <Limits />
      </FormView>
    </div>
  )
}

/** What the server may spend, and how often it may begin. */
const Limits = () => {
  const { maxStarts, maxUsd } = server.value ?? {}
  if (maxStarts === undefined) return null
  return (
    <p class="quiet">
      This server may spend {maxUsd === null || maxUsd === undefined ? "without a limit" : `${usd(maxUsd)} in all`}, and
      begins at most {things(maxStarts, "run")} a minute.
    </p>
  )
}
