import type { ComponentChildren } from "preact"
import type { Field, FieldOf } from "../../model/form/fields.ts"
import { About, describedBy, Label, Wrong } from "./controls.tsx"
import { type ControlProps, type FieldProps, idOf, standsFor } from "./place.ts"

export type GroupProps<K extends Field["kind"]> = ControlProps<FieldOf<K>> & Pick<FieldProps, "isPlain">

interface Props extends ControlProps, Pick<FieldProps, "isPlain"> {
  readonly children: ComponentChildren
  /** Whether what is said of its place is said here. */
  readonly isAsked?: boolean
}

/** Fields that are one together. */
export const Group = ({ children, isAsked = true, isPlain = false, ...props }: Props) => {
  const { at, drawing, field, isRequired, label, tools } = props
  const id = idOf(drawing, at)
  return (
    <div
      class={`fieldset ${field.kind}${isPlain ? " plain" : ""}`}
      id={`${id}:group`}
      role="group"
      aria-labelledby={`${id}:legend`}
      {...(isAsked && describedBy(drawing, field, at))}
    >
      <div class="legend">
        <span id={`${id}:legend`} tabIndex={-1} class={isPlain ? "unseen" : ""} {...(isAsked && standsFor(at))}>
          <Label label={label} isRequired={isRequired} />
        </span>
        {tools}
      </div>
      <About {...props} />
      {isAsked ? <Wrong {...props} /> : null}
      {children}
    </div>
  )
}
