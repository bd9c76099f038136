import type { ComponentChildren } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { type Field, type FieldOf, isGroup, isMade, isMark, itemOf } from "../../model/form/fields.ts"
import { absent, fromJson, initial, type Item, type Other, type State, toJson } from "../../model/form/values.ts"
import * as said from "../../run/said.ts"
import {
  About,
  ChoiceField,
  type ControlProps,
  describedBy,
  JsonField,
  Label,
  OneOf,
  optionsOf,
  TextField,
  Wrong
} from "./controls.tsx"
import { FilePicker } from "./FilePicker.tsx"
import { focusIn, idOf, standsFor } from "./place.ts"

type Props = Omit<ControlProps, "tools"> & {
  /** Buttons of what it is in. */
  readonly tools?: ControlProps["tools"]
  /** Whether what is around it says already what it is. */
  readonly isPlain?: boolean
  /** Whether it is one way of a union, which is JSON as a whole or not at all. */
  readonly isWay?: boolean
}

const stuck = "The fields cannot hold this."

/** One field, whatever its kind, by itself or as JSON. */
export const FieldView = (props: Props) => {
  const { at, drawing, field, isRequired, label, onChange, state } = props
  const id = idOf(drawing, at)
  const [isStuck, setIsStuck] = useState(false)
  if (state.kind === "absent") {
    return (
      <p class="adding">
        <Label label={label} isRequired={isRequired} />
        <button
          type="button"
          class="small tool"
          onClick={() => {
            onChange(initial(field))
            requestAnimationFrame(() => focusIn(`${id}:group`))
          }}
        >
          add<span class="unseen"> {label}</span>
        </button>
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
        <button type="button" class="small tool" id={`${id}:turn`} aria-pressed={state.kind === "json"} onClick={turn}>
          as JSON<span class="unseen">, {label}</span>
        </button>
      )}
      {isRequired || !isGroup(field) ? null : (
        <button type="button" class="small tool" onClick={() => onChange(absent)}>
          leave out<span class="unseen"> {label}</span>
        </button>
      )}
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

type GroupProps<K extends Field["kind"]> = ControlProps<FieldOf<K>> & Pick<Props, "isPlain">

const Group = ({
  children,
  isAsked = true,
  isPlain = false,
  ...props
}: ControlProps & {
  readonly children: ComponentChildren
  readonly isPlain?: boolean | undefined
  /** Whether what is said of its place is said here. */
  readonly isAsked?: boolean
}) => {
  const { at, drawing, field, isRequired, label, tools } = props
  const id = idOf(drawing, at)
  return (
    <div
      class={`group ${field.kind}${isPlain ? " plain" : ""}`}
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

const ListField = (props: GroupProps<"list">) => {
  const { at, drawing, field, label, onChange, state } = props
  const want = useWanted()
  const id = idOf(drawing, at)
  const items = state.kind === "list" ? state.items : []
  const change = (next: ReadonlyArray<Item>) => onChange({ kind: "list", items: next })
  const { first, isOfFiles, item } = field
  const canGrow = item !== undefined || items.length < first.length
  const focus = (name: string) => () => document.getElementById(`${id}:${name}`)?.focus()
  const add = () => {
    change([...items, { id: nextId(items), state: initial(itemOf(field, items.length)) }])
    want(() => focusIn(`${id}:item${items.length}`))
  }
  const remove = (i: number) => {
    change(items.filter((_, j) => j !== i))
    want(items.length === 1 ? focus("add") : focus(`remove${Math.min(i, items.length - 2)}`))
  }
  const move = (i: number, by: number) => {
    const next = [...items]
    next.splice(i + by, 0, ...next.splice(i, 1))
    change(next)
    const to = i + by
    const isAtEnd = to === 0 || to === items.length - 1
    want(focus(`${isAtEnd === by < 0 ? (to === 0 ? "down" : "up") : by < 0 ? "up" : "down"}${to}`))
  }
  const isFixed = (i: number) => first.length > 0 && i < Math.max(field.schema.minItems ?? 0, items.length - 1)
  return (
    <Group {...props}>
      {items.length === 0 ? <p class="quiet">Nothing yet.</p> : null}
      <ol class="items">
        {items.map((one, i) => (
          <li key={one.id} id={`${id}:item${i}`}>
            <FieldView
              drawing={drawing}
              field={itemOf(field, i)}
              state={one.state}
              at={[...at, i]}
              label={`${label} ${i + 1}`}
              isRequired
              onChange={(state) => change(items.map((other, j) => (j === i ? { ...other, state } : other)))}
              tools={
                <>
                  {first.length > 0 || i === 0 ? null : (
                    <button type="button" class="small tool" id={`${id}:up${i}`} onClick={() => move(i, -1)}>
                      up
                      <span class="unseen">
                        {label} {i + 1}
                      </span>
                    </button>
                  )}
                  {first.length > 0 || i === items.length - 1 ? null : (
                    <button type="button" class="small tool" id={`${id}:down${i}`} onClick={() => move(i, 1)}>
                      down
                      <span class="unseen">
                        {label} {i + 1}
                      </span>
                    </button>
                  )}
                  {isFixed(i) ? null : (
                    <button type="button" class="small tool" id={`${id}:remove${i}`} onClick={() => remove(i)}>
                      remove
                      <span class="unseen">
                        {label} {i + 1}
                      </span>
                    </button>
                  )}
                </>
              }
            />
          </li>
        ))}
      </ol>
      {canGrow ? (
        <p class="adding">
          <button type="button" class="small" id={`${id}:add`} onClick={add}>
            {isOfFiles ? "add a text" : "add"}
            <span class="unseen"> to {label}</span>
          </button>
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
      ) : null}
    </Group>
  )
}

const withFile = (state: State, path: string, text: string): State =>
  state.kind === "object"
    ? { ...state, members: { ...state.members, path: { kind: "text", text: path }, text: { kind: "text", text } } }
    : state

const ObjectField = (props: GroupProps<"object">) => {
  const { at, drawing, field, label, onChange, state } = props
  const want = useWanted()
  if (state.kind !== "object") return null
  const id = idOf(drawing, at)
  const { others } = state
  const change = (next: ReadonlyArray<Other>) => onChange({ ...state, others: next })
  return (
    <Group {...props}>
      {field.members.map(({ field: one, isRequired }) =>
        // what a way is told by was chosen with it
        props.isPlain === true && isRequired && isMark(one) ? null : (
          <FieldView
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
      {field.others === undefined ? null : (
        <>
          <ol class="items">
            {others.map((other, i) => (
              <li key={other.id} id={`${id}:item${i}`}>
                <div class="field">
                  <label for={`${id}:name${i}`}>Name {i + 1}</label>
                  <input
                    type="text"
                    id={`${id}:name${i}`}
                    value={other.name}
                    onInput={({ currentTarget: { value: name } }) =>
                      change(others.map((one, j) => (j === i ? { ...one, name } : one)))
                    }
                  />
                </div>
                <FieldView
                  drawing={drawing}
                  field={field.others!}
                  state={other.state}
                  at={[...at, other.name]}
                  label={other.name === "" ? `value ${i + 1}` : other.name}
                  isRequired
                  onChange={(next) => change(others.map((one, j) => (j === i ? { ...one, state: next } : one)))}
                  tools={
                    <button
                      type="button"
                      class="small tool"
                      onClick={() => {
                        change(others.filter((_, j) => j !== i))
                        want(() => document.getElementById(`${id}:add`)?.focus())
                      }}
                    >
                      remove<span class="unseen"> {other.name}</span>
                    </button>
                  }
                />
              </li>
            ))}
          </ol>
          <p class="adding">
            <button
              type="button"
              class="small"
              id={`${id}:add`}
              onClick={() => {
                change([...others, { id: nextId(others), name: "", state: initial(field.others!) }])
                want(() => focusIn(`${id}:item${others.length}`))
              }}
            >
              add<span class="unseen"> to {label}</span>
            </button>
          </p>
        </>
      )}
    </Group>
  )
}

const UnionField = (props: GroupProps<"union">) => {
  const { at, drawing, field, isRequired, onChange, state } = props
  if (state.kind !== "union") return null
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
        <FieldView
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
