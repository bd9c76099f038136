import type { ComponentChildren } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { type Problem, problemOf } from "../../api/client.ts"
import { things } from "../../model/figures.ts"
import type { Form } from "../../model/form/fields.ts"
import type { Problem as Wrong } from "../../model/form/schema.ts"
import { read, type State } from "../../model/form/values.ts"
import type { Json } from "../../model/json.ts"
import { Button } from "../Button.tsx"
import { ProblemBox } from "../ProblemBox.tsx"
import { FieldView } from "./FieldView.tsx"
import { type Drawing, focusAt, nameOf } from "./place.ts"

interface Props {
  /** The beginning of all ids in it. */
  readonly id: string
  readonly form: Form
  readonly state: State
  readonly onChange: (state: State) => void
  /** What the button that sends it says. */
  readonly sends: string
  /** Why it is not to be sent now. */
  readonly why?: string | undefined
  readonly hasFiles?: boolean
  readonly isLaid?: boolean
  /** Sends what it stands for; what is wrong with that comes back, or is thrown where it has no place in it. */
  readonly onSend: (value: Json) => Promise<ReadonlyArray<Wrong>>
  readonly children?: ComponentChildren
}

/** A form to fill in: what is wrong is said once somebody tries to send it, and from then on as it is mended. */
export const FormView = ({
  children,
  form,
  hasFiles = false,
  id,
  isLaid = false,
  onChange,
  onSend,
  sends,
  state,
  why
}: Props) => {
  const [isTried, setIsTried] = useState(false)
  const [isSending, setIsSending] = useState(false)
  /** What was wrong with what was sent, while that is what stands there. */
  const [refused, setRefused] = useState<{ readonly state: State; readonly problems: ReadonlyArray<Wrong> }>()
  const [refusal, setRefusal] = useState<Problem>()
  const [tries, setTries] = useState(0)
  const summary = useRef<HTMLDivElement>(null)
  const root = useRef<HTMLFormElement>(null)
  const own = isTried ? read(form.root, state, form.definitions).problems : []
  const problems = own.length === 0 && refused?.state === state ? refused.problems : own
  const drawing: Drawing = { Field: FieldView, id, form, problems, hasFiles, isLaid }
  useEffect(() => {
    if (tries > 0) summary.current?.focus()
  }, [tries])

  const send = async () => {
    if (isSending || why !== undefined) return
    const { problems, value } = read(form.root, state, form.definitions)
    setIsTried(true)
    if (problems.length > 0 || value === undefined) return setTries(tries + 1)
    setIsSending(true)
    setRefusal(undefined)
    try {
      const found = await onSend(value)
      setRefused({ state, problems: found })
      if (found.length > 0) setTries(tries + 1)
    } catch (error) {
      setRefusal(problemOf(error))
    } finally {
      setIsSending(false)
    }
  }
  return (
    <form
      ref={root}
      id={`${id}:form`}
      class="filled"
      noValidate
      tabIndex={-1}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault()
          void send()
        } else if (event.key === "Escape" && event.target !== root.current) {
          // once more closes what it is in
          event.preventDefault()
          root.current?.focus()
        }
      }}
    >
      {problems.length === 0 ? null : (
        <div ref={summary} class="problem" role="group" aria-labelledby={`${id}:problems`} tabIndex={-1}>
          <p id={`${id}:problems`} class="strong">
            {things(problems.length, "thing is", "things are")} to be mended
          </p>
          <ul>
            {problems.map(({ at, message }) => (
              <li key={`${at.join("/")} ${message}`}>
                <a
                  href={`#${id}`}
                  onClick={(event) => {
                    event.preventDefault()
                    focusAt(root.current!, at)
                  }}
                >
                  {at.length === 0 ? form.root.label : nameOf(at)}
                </a>
                {": "}
                {message}
              </li>
            ))}
          </ul>
        </div>
      )}
      <FieldView
        drawing={drawing}
        field={form.root}
        state={state}
        at={[]}
        label={form.root.label}
        isRequired
        isPlain={isLaid}
        onChange={onChange}
      />
      {children}
      {refusal === undefined ? null : <ProblemBox problem={refusal} />}
      <p class="sending">
        <Button isSubmit why={isSending ? "it is being sent" : why}>
          {sends} <kbd>Ctrl Enter</kbd>
        </Button>
      </p>
    </form>
  )
}
