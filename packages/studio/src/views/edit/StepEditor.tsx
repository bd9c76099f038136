import type { StepTemplateConfig } from "@stepwright/core/WorkflowConfig"
import type { DescribedStep } from "@stepwright/core/Workflow"
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks"
import type { Problem } from "../../api/client.ts"
import type { Source } from "../../api/edits.ts"
import { marked, variablesIn } from "../../model/edits/template.ts"
import { Template } from "../../ui/text/Template.tsx"

type Model = NonNullable<DescribedStep["model"]>

interface Props {
  /** What the step asks with in the run. */
  readonly model: Model
  readonly edited: StepTemplateConfig
  readonly onEdit: (settings: StepTemplateConfig) => void
  readonly problem: Problem | undefined
  readonly sources: ReadonlyArray<Source>
}

const places: Readonly<Record<Source["in"], string>> = {
  file: "its own file",
  configuration: "configuration",
  definition: "the definition",
  code: "code"
}

/** What a step asks with: its texts, its model, how that answers. */
export const StepEditor = ({ edited, model, onEdit, problem, sources }: Props) => {
  const set = (name: keyof StepTemplateConfig, value: unknown, own: unknown) => {
    const { [name]: _, ...others } = edited
    // each field is of the type that its control gives
    const made = JSON.stringify(value) === JSON.stringify(own) || value === undefined ? {} : { [name]: value }
    onEdit({ ...others, ...made } as StepTemplateConfig)
  }
  const parameters: Model["parameters"] = { ...model.parameters, ...edited.parameters }
  const setParameter = (name: keyof Model["parameters"], value: unknown) => {
    const { [name]: _, ...others } = edited.parameters ?? {}
    const isOwn = value === undefined || value === model.parameters[name]
    const next = { ...others, ...(!isOwn && { [name]: value }) }
    set("parameters", Object.keys(next).length === 0 ? undefined : next, undefined)
  }
  const models = edited.model === undefined ? model.models : [edited.model].flat()
  const number = (text: string) => (text.trim() === "" || !Number.isFinite(Number(text)) ? undefined : Number(text))
  return (
    <>
      <TextEditor
        label="Prompt"
        isTemplate
        own={model.prompt}
        text={edited.prompt ?? model.prompt}
        problem={problem}
        source={sources.find(({ text }) => text === "prompt")}
        onEdit={(text) => set("prompt", text, model.prompt)}
      />
      {model.system === undefined ? null : (
        <TextEditor
          label="System message"
          own={model.system}
          text={edited.system ?? model.system}
          source={sources.find(({ text }) => text === "system")}
          onEdit={(text) => set("system", text, model.system)}
        />
      )}
      <fieldset class="settings">
        <legend>How it is asked</legend>
        <label>
          Model
          <Typed
            initial={models.join(", ")}
            placeholder={model.models.join(", ")}
            onEdit={(text) => {
              const names = text.split(",").map((name) => name.trim())
              const given = names.filter((name) => name !== "")
              const own = model.models.length === 1 ? model.models[0] : model.models
              set("model", given.length === 0 ? undefined : given.length === 1 ? given[0] : given, own)
            }}
          />
        </label>
        <label>
          Temperature
          <Typed
            type="number"
            min={0}
            max={2}
            step="any"
            initial={parameters.temperature}
            placeholder={model.parameters.temperature}
            onEdit={(text) => setParameter("temperature", number(text))}
          />
        </label>
        <label>
          Tokens at most
          <Typed
            type="number"
            min={1}
            initial={parameters.maxOutputTokens}
            placeholder={model.parameters.maxOutputTokens}
            onEdit={(text) => setParameter("maxOutputTokens", number(text))}
          />
        </label>
        <label>
          Reasoning
          <select
            value={parameters.reasoningEffort ?? ""}
            onChange={(event) => setParameter("reasoningEffort", event.currentTarget.value || undefined)}
          >
            {model.parameters.reasoningEffort === undefined ? <option value="">as the model does</option> : null}
            {["none", "minimal", "low", "medium", "high", "xhigh"].map((effort) => (
              <option key={effort}>{effort}</option>
            ))}
          </select>
        </label>
        <label>
          Repairs
          <Typed
            type="number"
            min={0}
            initial={edited.repair ?? model.repair}
            placeholder={model.repair}
            onEdit={(text) => set("repair", number(text), model.repair)}
          />
        </label>
      </fieldset>
    </>
  )
}

interface TypedProps {
  readonly type?: "number"
  readonly min?: number
  readonly max?: number
  readonly step?: "any"
  readonly initial: string | number | undefined
  /** What holds where nothing is typed. */
  readonly placeholder: string | number | undefined
  readonly onEdit: (text: string) => void
}

/** A field that has what somebody types, whatever comes of that. */
const Typed = ({ initial, onEdit, placeholder, ...field }: TypedProps) => {
  const [text, setText] = useState(String(initial ?? ""))
  return (
    <input
      {...field}
      spellcheck={false}
      value={text}
      placeholder={String(placeholder ?? "")}
      onInput={(event) => {
        setText(event.currentTarget.value)
        onEdit(event.currentTarget.value)
      }}
    />
  )
}

interface TextProps {
  readonly isTemplate?: boolean
  readonly label: string
  readonly own: string
  readonly text: string
  readonly source: Source | undefined
  readonly problem?: Problem | undefined
  readonly onEdit: (text: string) => void
}

/** The offset of a place in a text. **Units** lines and columns from 1 */
const offsetOf = (text: string, line: number, column: number) =>
  text
    .split("\n")
    .slice(0, line - 1)
    .reduce((sum, one) => sum + one.length + 1, column - 1)

const TextEditor = ({ isTemplate = false, label, onEdit, own, problem, source, text }: TextProps) => {
  const id = useId()
  const ref = useRef<HTMLTextAreaElement>(null)
  const spans = useMemo(() => marked(text), [text])
  const [variables, known] = [variablesIn(text), variablesIn(own)]
  const [, line, column] = /line (\d+), column (\d+)/u.exec(problem?.message ?? "") ?? []
  useEffect(() => {
    // as tall as its text is, within reason, whatever it is wrapped to
    const { current } = ref
    if (current === null) return
    current.style.height = "auto"
    current.style.height = `${Math.min(current.scrollHeight + 4, 480)}px`
  }, [text])
  const go = () => {
    const at = offsetOf(text, Number(line), Number(column))
    ref.current?.focus()
    ref.current?.setSelectionRange(at, at + 2)
  }
  return (
    <div class="edited">
      <p class="labels">
        <label for={id}>{label}</label>
        <span class="quiet">
          {source === undefined ? "" : `in ${places[source.in]}`}
          {source?.file === undefined ? null : (
            <>
              , <span class="mono">{source.file}</span>
            </>
          )}
        </span>
        <span class="spring" />
        {text === own ? null : (
          <button type="button" class="small" onClick={() => onEdit(own)}>
            as it was
          </button>
        )}
      </p>
      <textarea
        ref={ref}
        id={id}
        class="mono"
        spellcheck={false}
        value={text}
        aria-invalid={problem !== undefined}
        {...(problem !== undefined && { "aria-describedby": `${id}-problem` })}
        onInput={(event) => onEdit(event.currentTarget.value)}
      />
      {problem === undefined ? null : (
        <p id={`${id}-problem`} class="wrong" role="alert">
          {problem.message}{" "}
          {line === undefined ? null : (
            <button type="button" class="small" onClick={go}>
              go to line {line}, column {column}
            </button>
          )}
        </p>
      )}
      {!isTemplate || known.length === 0 ? null : (
        <p class="variables">
          <span class="quiet">Variables:</span>
          {known.map((name) => (
            <code key={name} class={variables.includes(name) ? "" : "missing"}>
              {`{{${name}}}`}
              {variables.includes(name) ? null : <span class="unseen"> missing</span>}
            </code>
          ))}
        </p>
      )}
      {!isTemplate ? null : (
        <details>
          <summary>With its variables marked</summary>
          <Template spans={spans} label={`${label}, with its variables marked`} />
        </details>
      )}
    </div>
  )
}
