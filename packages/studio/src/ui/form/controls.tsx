import { useRef } from "preact/hooks"
import { type Field, type FieldOf, isMade, isMark, labelOf } from "../../model/form/fields.ts"
import { parse } from "../../model/form/jsonText.ts"
import type { Place } from "../../model/form/schema.ts"
import type { State } from "../../model/form/values.ts"
import { Mark } from "../Mark.tsx"
import { type ControlProps, type Drawing, idOf, problemsAt, standsFor } from "./place.ts"

/** What describes something at a place, and what is wrong with it. */
export const describedBy = (drawing: Drawing, field: Field, at: Place, isWhole = false) => {
  const id = idOf(drawing, at)
  const isWrong = problemsAt(drawing, at, isWhole).length > 0
  const ids = [...(field.description === undefined ? [] : [`${id}:about`]), ...(isWrong ? [`${id}:wrong`] : [])]
  return {
    ...(ids.length > 0 && { "aria-describedby": ids.join(" ") }),
    // a group as a whole is none that could be
    ...(isWrong && (isWhole || !isMade(field)) && { "aria-invalid": true as const })
  }
}

export const About = ({ at, drawing, field }: Pick<ControlProps, "at" | "drawing" | "field">) =>
  field.description === undefined ? null : (
    <p class="about quiet" id={`${idOf(drawing, at)}:about`}>
      {field.description}
    </p>
  )

/** What is wrong at a place; the place is there for it before anything is. */
export const Wrong = ({
  at,
  drawing,
  isWhole = false
}: Pick<ControlProps, "at" | "drawing"> & { readonly isWhole?: boolean }) => {
  const problems = problemsAt(drawing, at, isWhole)
  return problems.length === 0 ? null : (
    <div class="wrong" id={`${idOf(drawing, at)}:wrong`}>
      {problems.map((message) => (
        <p key={message}>
          <Mark look="failed" /> {message}
        </p>
      ))}
    </div>
  )
}

export const Label = ({ isRequired, label }: Pick<ControlProps, "label" | "isRequired">) => (
  <>
    <span class="field-label">{label}</span>
    {isRequired ? null : <span class="quiet"> may be left out</span>}
  </>
)

const linesOf = (text: string) => Math.min(16, Math.max(1, text.split("\n").length, Math.ceil(text.length / 90)))

/** A text. It may have several lines: whoever fills it in knows. */
export const TextField = ({ state, ...props }: ControlProps<FieldOf<"text" | "number">>) => {
  const { at, drawing, field, isRequired, label, onChange, tools } = props
  const id = idOf(drawing, at)
  const text = state.kind === "text" ? state.text : ""
  const common = {
    id,
    ...standsFor(at),
    value: text,
    "aria-required": isRequired,
    ...describedBy(drawing, field, at),
    onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange({ kind: "text", text: event.currentTarget.value })
  }
  return (
    <div class="field">
      <label for={id}>
        <Label label={label} isRequired={isRequired} />
      </label>
      <About {...props} />
      {field.kind === "number" ? (
        <input
          type="text"
          inputMode={field.schema.type === "integer" ? "numeric" : "decimal"}
          class="number"
          {...common}
        />
      ) : (
        <textarea rows={linesOf(text)} {...common} />
      )}
      {tools}
      <Wrong {...props} />
    </div>
  )
}

/** From so many values on they are in a list that opens. */
const many = 7

interface Option {
  readonly value: number | undefined
  readonly text: string
}

interface OneOfProps {
  readonly id: string
  readonly options: ReadonlyArray<Option>
  readonly chosen: number | undefined
  readonly onChoose: (at: number | undefined) => void
  readonly at: Place
  readonly labelledBy: string
  readonly isRequired: boolean
}

/** One of several: as buttons, where they are few. */
export const OneOf = ({ at, chosen, id, isRequired, labelledBy, onChoose, options, ...described }: OneOfProps) =>
  options.length < many ? (
    <div class="radios" role="radiogroup" aria-labelledby={labelledBy} aria-required={isRequired} {...described}>
      {options.map(({ text, value }, i) => (
        <label key={text} class="check">
          <input
            type="radio"
            id={i === 0 ? id : `${id}:${i}`}
            name={id}
            {...(i === 0 && standsFor(at))}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          {text}
        </label>
      ))}
    </div>
  ) : (
    <select
      id={id}
      {...standsFor(at)}
      value={chosen ?? ""}
      aria-labelledby={labelledBy}
      aria-required={isRequired}
      {...described}
      onChange={({ currentTarget: { value } }) => onChoose(value === "" ? undefined : Number(value))}
    >
      {isRequired ? <option value="">choose one</option> : null}
      {options.map(({ text, value }) => (
        <option key={text} value={value ?? ""}>
          {text}
        </option>
      ))}
    </select>
  )

/** What may be chosen, leaving it out included where it need not be there. */
export const optionsOf = (labels: ReadonlyArray<string>, isRequired: boolean): ReadonlyArray<Option> => [
  ...labels.map((text, value) => ({ value, text })),
  ...(isRequired ? [] : [{ value: undefined, text: "left out" }])
]

export const ChoiceField = ({ state, ...props }: ControlProps<FieldOf<"choice">>) => {
  const { at, drawing, field, isRequired, label, onChange, tools } = props
  const id = idOf(drawing, at)
  if (isRequired && isMark(field)) {
    return (
      <p class="field">
        <Label label={label} isRequired /> {labelOf(field.options[0]!)}
      </p>
    )
  }
  return (
    <div class="field">
      <span id={`${id}:label`}>
        <Label label={label} isRequired={isRequired} />
      </span>
      <About {...props} />
      <OneOf
        id={id}
        at={at}
        options={optionsOf(field.options.map(labelOf), isRequired)}
        chosen={state.kind === "choice" ? state.at : undefined}
        onChoose={(at) => onChange({ kind: "choice", at })}
        labelledBy={`${id}:label`}
        isRequired={isRequired}
        {...describedBy(drawing, field, at)}
      />
      {tools}
      <Wrong {...props} />
    </div>
  )
}

/** A value as JSON, with the place of the first mistake in it. */
export const JsonField = ({ state, ...props }: ControlProps) => {
  const { at, drawing, field, isRequired, label, onChange, tools } = props
  const ref = useRef<HTMLTextAreaElement>(null)
  const id = idOf(drawing, at)
  const text = state.kind === "json" ? state.text : ""
  const isShown = problemsAt(drawing, at, true).length > 0 && text.trim() !== ""
  const parsed = isShown ? parse(text) : undefined
  const offset = parsed !== undefined && "offset" in parsed ? parsed.offset : undefined
  return (
    <div class="field">
      <label for={id}>
        <Label label={`${label} as JSON`} isRequired={isRequired} />
      </label>
      <About {...props} />
      <textarea
        ref={ref}
        id={id}
        {...standsFor(at)}
        class="mono"
        rows={Math.max(3, linesOf(text))}
        spellcheck={false}
        autocapitalize="off"
        value={text}
        aria-required={isRequired}
        {...describedBy(drawing, field, at, true)}
        onInput={(event) => onChange({ ...state, kind: "json", text: event.currentTarget.value } as State)}
      />
      {tools}
      <Wrong {...props} isWhole />
      {offset === undefined ? null : (
        <button
          type="button"
          class="small"
          onClick={() => {
            ref.current?.focus()
            ref.current?.setSelectionRange(offset, Math.min(text.length, offset + 1))
          }}
        >
          go there<span class="unseen">, in {label}</span>
        </button>
      )}
    </div>
  )
}
