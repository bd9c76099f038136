import { isMark } from "../../model/form/fields.ts"
import { absent, initial } from "../../model/form/values.ts"
import { OneOf, optionsOf } from "./controls.tsx"
import { Group, type GroupProps } from "./Group.tsx"
import { Others } from "./lists.tsx"
import { idOf } from "./place.ts"

/** An object: its fields, and what else it may have. */
export const ObjectField = (props: GroupProps<"object">) => {
  const { at, drawing, field, isPlain = false, onChange, state } = props
  const { Field } = drawing
  if (state.kind !== "object") return null
  return (
    <Group {...props}>
      {field.members.map(({ field: one, isRequired }) =>
        // what a way is told by was chosen with it
        isPlain && isRequired && isMark(one) ? null : (
          <Field
            key={one.name}
            drawing={drawing}
            field={one}
            state={state.members[one.name] ?? absent}
            at={[...at, one.name]}
            label={one.label}
            isRequired={isRequired}
            onChange={(next) => onChange({ ...state, members: { ...state.members, [one.name]: next } })}
          />
        )
      )}
      <Others {...props} />
    </Group>
  )
}

/** A value of one of several kinds. */
export const UnionField = (props: GroupProps<"union">) => {
  const { at, drawing, field, isRequired, onChange, state } = props
  if (state.kind !== "union") return null
  const { Field } = drawing
  const id = idOf(drawing, at)
  const chosen = state.at
  const way = chosen === undefined ? undefined : field.ways[chosen]
  const isOver = way === undefined || isMark(way)
  return (
    <Group {...props} isAsked={isOver}>
      <OneOf
        id={`${id}:way`}
        at={at}
        options={optionsOf(
          field.ways.map((one) => one.label),
          isRequired
        )}
        chosen={chosen}
        onChoose={(next) => onChange({ ...state, at: next })}
        labelledBy={`${id}:legend`}
        isRequired={isRequired}
      />
      {isOver ? null : (
        <Field
          // what was filled in for one way is not what another one draws
          key={chosen}
          drawing={{ ...drawing, id: `${drawing.id}.${chosen}` }}
          field={way}
          state={state.ways[chosen!] ?? initial(way)}
          at={at}
          label={way.label}
          isRequired
          isPlain
          isWay
          onChange={(next) => onChange({ ...state, ways: { ...state.ways, [chosen!]: next } })}
        />
      )}
    </Group>
  )
}
