import { useEffect, useRef, useState } from "preact/hooks"
import * as client from "../../api/client.ts"
import { resultOf } from "../../model/history.ts"
import { isSame, type JsonSchema } from "../../model/form/schema.ts"
import { problemsIn } from "../../model/form/refusal.ts"
import type { Json } from "../../model/json.ts"
import { sentenceOf } from "../../model/outlook.ts"
import * as acts from "../../run/acts.ts"
import * as formDrafts from "../../run/formDrafts.ts"
import * as said from "../../run/said.ts"
import type { Store } from "../../run/store.ts"
import { FormView } from "../../ui/form/FormView.tsx"
import { useForm } from "../../ui/form/useForm.ts"
import { Mark } from "../../ui/Mark.tsx"
import { ProblemBox } from "../../ui/ProblemBox.tsx"
import { Value } from "../../ui/text/Value.tsx"
import { GoOn } from "../RunActs.tsx"
import { useAsking } from "../useAsking.ts"

interface Props {
  readonly store: Store
  readonly path: string
}

/** What a gate asks now; `undefined` while that is not known, `null` where it waits for nothing. */
const useGate = ({ path, store }: Props) =>
  useAsking(store, async (): Promise<client.Question | null> => {
    const all = await client.gates(store.run)
    return all.find((one) => one.path === path) ?? null
  })

/** A gate: what it asks, what it is answered with, and what comes of that. */
export const GateView = (props: Props) => {
  const { path, store } = props
  const { ask, settle, ...asked } = useGate(props)
  const gate = asked.answer.value
  const problem = asked.problem.value
  /** The last question that there was: what is typed stays where it waits no more. */
  const last = useRef<client.Question | undefined>(undefined)
  if (gate != null) last.current = gate
  const [outlook, setOutlook] = useState<client.Outlook | undefined>(undefined)
  const shown = last.current
  if (problem !== undefined && shown === undefined) return <ProblemBox problem={problem} />
  // somebody else asks anew
  const isDecided = outlook !== undefined && gate === null
  if (isDecided) return <Decided outlook={outlook} store={store} />
  if (shown === undefined) return gate === null ? null : <p class="quiet">It is asked what it takes…</p>
  return (
    <Waiting
      store={store}
      path={path}
      gate={shown}
      isOpen={gate !== null}
      ask={ask}
      onDecided={(found) => {
        setOutlook(found)
        settle(null)
      }}
    />
  )
}

const Decided = ({ outlook, store }: { readonly outlook: client.Outlook; readonly store: Store }) => {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <section class="gate" aria-labelledby="decided">
      <h3 id="decided" ref={heading} tabIndex={-1}>
        <Mark look="done" /> Decided
      </h3>
      <p>{sentenceOf(outlook)}</p>
      <p class="acts">
        <GoOn store={store} />
      </p>
    </section>
  )
}

interface WaitingProps extends Props {
  readonly gate: client.Question
  /** Whether it waits by now. */
  readonly isOpen: boolean
  readonly ask: () => Promise<client.Question | null>
  readonly onDecided: (outlook: client.Outlook) => void
}

const Waiting = ({ ask, gate, onDecided, path, store, ...props }: WaitingProps) => {
  const isSending = useRef(false)
  // what is sent from here is what decides it
  const isOpen = props.isOpen || isSending.current
  const name = `decide ${store.run} ${path}`
  const { question = null } = gate
  /** The question that somebody has read, and begun to answer. */
  const [read, setRead] = useState<Json>(() => formDrafts.question(name) ?? question)
  // the server tells a JSON Schema
  const { change, form, state } = useForm(name, gate.decision as JsonSchema, "decision", read)
  const isStale = isOpen && !isSame(read, question)
  const notice = useRef<HTMLDivElement>(null)
  const isOver = isStale || !isOpen
  const wasOver = useRef(false)
  /** Whether somebody was about to decide what is another thing by now. */
  const wantsNotice = useRef(false)
  useEffect(() => {
    if (acts.wantsForm.current) acts.toForm()
  }, [])
  useEffect(() => {
    if (isOver && !wasOver.current) {
      if (wantsNotice.current) notice.current?.focus()
      else said.now(isOpen ? "The question is another one now. What you typed is kept." : "It was decided meanwhile.")
    }
    wasOver.current = isOver
    wantsNotice.current = false
  }, [isOver])
  const decide = async (decision: Json) => {
    isSending.current = true
    try {
      // what was read is what is decided upon
      const now = await ask()
      if (now === null || !isSame(read, now.question ?? null)) {
        wantsNotice.current = true
        return []
      }
      const outlook = await client.decide(store.run, { path, decision, of: now.of })
      formDrafts.drop(name)
      said.now(`${path} is decided. ${sentenceOf(outlook)}`)
      store.look()
      onDecided(outlook)
      return []
    } catch (error) {
      if (!(error instanceof client.Problem)) throw error
      if (error.code === "OtherQuestion") {
        // between the two
        wantsNotice.current = true
        await ask()
        return []
      }
      if (error.code !== "InvalidOutput") throw error
      return problemsIn(error.message)
    } finally {
      isSending.current = false
    }
  }
  const result = resultOf(store.history, path)
  return (
    <section class="gate" aria-labelledby="to-decide">
      <h3 id="to-decide">
        <Mark look="undecided" /> To be decided
      </h3>
      {gate.why === "waits for a decision" ? null : <p class="quiet">It {gate.why}.</p>}
      {isStale ? (
        <div class="notice" ref={notice} tabIndex={-1} role="group" aria-label="The question has changed">
          <p>
            <Mark look="stale" /> The question is another one than the one you began to answer; the new one stands
            below. What you typed is kept.
          </p>
          <details>
            <summary>the question before</summary>
            <QuestionView question={read} />
          </details>
          <button
            type="button"
            onClick={() => {
              setRead(question)
              formDrafts.keep(name, JSON.stringify(gate.decision), state, question)
              acts.toForm()
            }}
          >
            I have read the new one
          </button>
        </div>
      ) : null}
      {isOpen ? null : (
        <div class="notice" ref={notice} tabIndex={-1} role="group" aria-label="It was decided meanwhile">
          <p>
            <Mark look="done" /> It was decided meanwhile{result?.who === undefined ? "" : `, by ${result.who}`}. What
            you typed is kept.
          </p>
          {result === undefined ? null : <Value label="What was decided" value={result.output} />}
        </div>
      )}
      {gate.question === undefined ? null : <QuestionView question={gate.question} />}
      {gate.before === undefined ? null : (
        <details>
          <summary>what was decided before</summary>
          <Value label="What was decided before" value={gate.before} />
        </details>
      )}
      <FormView
        id={acts.gateForm}
        form={form}
        state={state}
        onChange={change}
        sends="Decide"
        why={isStale ? "read the new question first" : isOpen ? undefined : "it waits for nothing now"}
        onSend={decide}
      />
    </section>
  )
}

/** What a gate asks: each of its texts as it is. */
const QuestionView = ({ question }: { readonly question: Json }) =>
  typeof question === "object" && question !== null && !Array.isArray(question) ? (
    <dl class="question">
      {Object.entries(question).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {typeof value === "object" && value !== null ? (
              <Value label={name} value={value} />
            ) : (
              <p class="text">{typeof value === "string" ? value : JSON.stringify(value)}</p>
            )}
          </dd>
        </div>
      ))}
    </dl>
  ) : (
    <Value label="Question" value={question} />
  )
