import { useLayoutEffect, useRef } from "preact/hooks"
import { type FieldOf, itemOf } from "../../model/form/fields.ts"
import { initial, type Item, type Other, type State } from "../../model/form/values.ts"
import { FilePicker } from "./FilePicker.tsx"
import { Group, type GroupProps } from "./Group.tsx"
import { type ControlProps, focusIn, idOf } from "./place.ts"
import { Tool } from "./Tool.tsx"

const nextId = (items: ReadonlyArray<Item>) => items.reduce((most, { id }) => Math.max(most, id), -1) + 1

/** Gives the focus to what an act of a person leaves it to, once it is drawn. */
const useWanted = () => {
  const wanted = useRef<(() => void) | undefined>(undefined)
  useLayoutEffect(() => {
    wanted.current?.()
    wanted.current = undefined
  })
  return (focus: () => void) => void (wanted.current = focus)
}

/** A list, whose items are added, removed and moved. */
export const ListField = (props: GroupProps<"list">) => {
  const { at, drawing, field, label, onChange, state } = props
  const want = useWanted()
  const { Field } = drawing
  const id = idOf(drawing, at)
  const items = state.kind === "list" ? state.items : []
  const change = (next: ReadonlyArray<Item>) => onChange({ kind: "list", items: next })
  const { first, isOfFiles, item } = field
  const focus = (name: string) => () => document.getElementById(`${id}:${name}`)?.focus()
  const add = () => {
    change([...items, { id: nextId(items), state: initial(itemOf(field, items.length)) }])
    want(() => focusIn(`${id}:item${items.length}`))
  }
  const remove = (i: number) => {
    change(items.filter((_, j) => j !== i))
    want(items.length === 1 ? focus("add") : focus(`remove${Math.min(i, items.length - 2)}`))
  }
  const move = (i: number, by: 1 | -1) => {
    const to = i + by
    change(items.map((one, j) => (j === i ? items[to]! : j === to ? items[i]! : one)))
    // what moved it there, or the other one where that is the end
    const isAtEnd = by < 0 ? to === 0 : to === items.length - 1
    want(focus(`${by < 0 !== isAtEnd ? "up" : "down"}${to}`))
  }
  // what stands at a place of its own stays there
  const isFixed = (i: number) => first.length > 0 && i < Math.max(field.schema.minItems ?? 0, items.length - 1)
  return (
    <Group {...props}>
      {items.length === 0 ? <p class="quiet">Nothing yet.</p> : null}
      <ol class="items">
        {items.map((one, i) => {
          const name = `${label} ${i + 1}`
          return (
            <li key={one.id} id={`${id}:item${i}`}>
              <Field
                drawing={drawing}
                field={itemOf(field, i)}
                state={one.state}
                at={[...at, i]}
                label={name}
                isRequired
                onChange={(state) => change(items.map((other, j) => (j === i ? { ...other, state } : other)))}
                tools={
                  <>
                    {first.length > 0 || i === 0 ? null : (
                      <Tool does="up" of={name} id={`${id}:up${i}`} onPress={() => move(i, -1)} />
                    )}
                    {first.length > 0 || i === items.length - 1 ? null : (
                      <Tool does="down" of={name} id={`${id}:down${i}`} onPress={() => move(i, 1)} />
                    )}
                    {isFixed(i) ? null : (
                      <Tool does="remove" of={name} id={`${id}:remove${i}`} onPress={() => remove(i)} />
                    )}
                  </>
                }
              />
            </li>
          )
        })}
      </ol>
      {item === undefined && items.length >= first.length ? null : (
        <p class="adding">
          <Tool does={isOfFiles ? "add a text" : "add"} of={label} id={`${id}:add`} onPress={add} />
          {isOfFiles && item !== undefined ? (
            <FilePicker
              label={label}
              onFiles={(files) =>
                change([
                  ...items,
                  ...files.map(({ path, text }, i) => ({
                    id: nextId(items) + i,
                    state: withFile(initial(item), path, text)
                  }))
                ])
              }
            />
          ) : null}
        </p>
      )}
    </Group>
  )
}

const withFile = (state: State, path: string, text: string): State =>
  state.kind === "object"
    ? { ...state, members: { ...state.members, path: { kind: "text", text: path }, text: { kind: "text", text } } }
    : state

/** Members of an object whose names are free. */
export const Others = ({ at, drawing, field, label, onChange, state }: ControlProps<FieldOf<"object">>) => {
  const want = useWanted()
  const { Field } = drawing
  const { others: value } = field
  if (state.kind !== "object" || value === undefined) return null
  const id = idOf(drawing, at)
  const { others } = state
  const change = (next: ReadonlyArray<Other>) => onChange({ ...state, others: next })
  const set = (i: number, part: Partial<Other>) => change(others.map((one, j) => (j === i ? { ...one, ...part } : one)))
  const focus = () => document.getElementById(`${id}:add`)?.focus()
  return (
    <>
      <ol class="items">
        {others.map((other, i) => (
          <li key={other.id} id={`${id}:item${i}`} class="other">
            <div class="field">
              <label for={`${id}:name${i}`}>Name {i + 1}</label>
              <input
                type="text"
                id={`${id}:name${i}`}
                value={other.name}
                onInput={({ currentTarget }) => set(i, { name: currentTarget.value })}
              />
            </div>
            <Field
              // two may have one name for a while
              drawing={{ ...drawing, id: `${drawing.id}.${other.id}` }}
              field={value}
              state={other.state}
              at={[...at, other.name]}
              label={other.name === "" ? `value ${i + 1}` : other.name}
              isRequired
              onChange={(next) => set(i, { state: next })}
              tools={
                <Tool
                  does="remove"
                  of={other.name === "" ? `value ${i + 1}` : other.name}
                  onPress={() => {
                    change(others.filter((_, j) => j !== i))
                    want(focus)
                  }}
                />
              }
            />
          </li>
        ))}
      </ol>
      <p class="adding">
        <Tool
          does="add"
          of={label}
          id={`${id}:add`}
          onPress={() => {
            change([...others, { id: nextId(others), name: "", state: initial(value) }])
            want(() => focusIn(`${id}:item${others.length}`))
          }}
        />
      </p>
    </>
  )
}
