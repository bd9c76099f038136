import { useState } from "preact/hooks"
import { isGroup, isMade } from "../../model/form/fields.ts"
import { absent, fromJson, initial, toJson } from "../../model/form/values.ts"
import * as said from "../../run/said.ts"
import { ChoiceField, JsonField, Label, TextField } from "./controls.tsx"
import { FilePicker } from "./FilePicker.tsx"
import { ObjectField, UnionField } from "./groups.tsx"
import { ListField } from "./lists.tsx"
import { type FieldProps, focusIn, idOf } from "./place.ts"
import { Tool } from "./Tool.tsx"

const stuck = "The fields cannot hold this."

/** One field, whatever its kind, by itself or as JSON. */
export const FieldView = (props: FieldProps) => {
  const { at, drawing, field, isRequired, label, onChange, state } = props
  const id = idOf(drawing, at)
  const [isStuck, setIsStuck] = useState(false)
  if (state.kind === "absent") {
    return (
      <p class="adding">
        <Label label={label} isRequired={isRequired} />
        <Tool
          does="add"
          of={label}
          onPress={() => {
            onChange(initial(field))
            requestAnimationFrame(() => focusIn(`${id}:group`))
          }}
        />
      </p>
    )
  }
  const turn = () => {
    const next = state.kind === "json" ? fromJson(field, state) : toJson(field, state)
    setIsStuck(next === undefined)
    if (next === undefined) return said.now(stuck)
    onChange(next)
    // what had the focus may be gone
    requestAnimationFrame(() => document.getElementById(`${id}:turn`)?.focus())
  }
  // what is one text or one number is JSON with what it is in
  const canTurn = field.kind !== "json" && (isMade(field) || state.kind === "json" || at.length === 0)
  // what only holds others together, or stands for what it is in, has no JSON of its own
  const isLaid = props.isWay === true || (at.length === 0 && drawing.isLaid)
  const tools = (
    <span class="tools">
      {!canTurn || isLaid ? null : (
        <Tool does="as JSON" of={label} id={`${id}:turn`} isPressed={state.kind === "json"} onPress={turn} />
      )}
      {isRequired || !isGroup(field) ? null : <Tool does="leave out" of={label} onPress={() => onChange(absent)} />}
      {drawing.hasFiles && field.kind === "text" && field.name !== "path" ? (
        <FilePicker label={label} isSingle onFiles={([file]) => file && onChange({ kind: "text", text: file.text })} />
      ) : null}
      {props.tools}
      {isStuck && state.kind === "json" ? <span class="quiet">{stuck}</span> : null}
    </span>
  )
  const all = { ...props, tools }
  if (state.kind === "json") return <JsonField {...all} />
  switch (field.kind) {
    case "text":
    case "number":
      return <TextField {...all} field={field} />
    case "choice":
      return <ChoiceField {...all} field={field} />
    case "list":
      return <ListField {...all} field={field} />
    case "object":
      return <ObjectField {...all} field={field} />
    case "union":
      return <UnionField {...all} field={field} />
    case "json":
      return <JsonField {...all} />
  }
}
