import type { Json } from "../json.ts"
import { type Field, isGroup, isMark, itemOf, type Member } from "./fields.ts"
import { parse, position } from "./jsonText.ts"
import { check, type Definitions, isObject, isSame, member, type Place, type Problem, wrong } from "./schema.ts"

// what is filled in, and the JSON that it stands for

/** What is filled in. `absent`: it is left out. */
export type State =
  | { readonly kind: "absent" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "choice"; readonly at: number | undefined }
  | { readonly kind: "list"; readonly items: ReadonlyArray<Item> }
  | {
      readonly kind: "object"
      readonly members: Readonly<Record<string, State>>
      readonly others: ReadonlyArray<Other>
    }
  /** What was filled in for ways that are not taken is kept. */
  | { readonly kind: "union"; readonly at: number | undefined; readonly ways: Readonly<Record<number, State>> }
  /** `from`: the fields that it was made of, and what they gave. */
  | { readonly kind: "json"; readonly text: string; readonly from?: { readonly state: State; readonly text: string } }

export type JsonState = Extract<State, { readonly kind: "json" }>

/** An item of a list; its id stays while it moves. */
export interface Item {
  readonly id: number
  readonly state: State
}

/** A member of an object whose name is free. */
export interface Other extends Item {
  readonly name: string
}

export const absent: State = { kind: "absent" }

/** What a field holds before anything is filled in. */
export const initial = (field: Field): State => {
  if (field.schema.default !== undefined) return fill(field, field.schema.default)
  switch (field.kind) {
    case "text":
    case "number":
      return { kind: "text", text: "" }
    case "choice":
      return { kind: "choice", at: isMark(field) ? 0 : undefined }
    case "list": {
      const { minItems = 0 } = field.schema
      const count = Math.min(20, Math.max(minItems, field.item === undefined ? field.first.length : 0))
      const items = Array.from({ length: count }, (_, id) => ({ id, state: initial(itemOf(field, id)) }))
      return { kind: "list", items: field.isOfFiles ? [] : items }
    }
    case "object": {
      const members = field.members.map((one) => [one.field.name, initialOf(one)])
      return { kind: "object", members: Object.fromEntries(members), others: [] }
    }
    case "union":
      return { kind: "union", at: undefined, ways: {} }
    case "json":
      return { kind: "json", text: "" }
  }
}

const initialOf = ({ field, isRequired }: Member): State =>
  isRequired || field.schema.default !== undefined ? initial(field) : nothing(field)

/** What stands for a field that is left out. */
const nothing = (field: Field): State => {
  if (isGroup(field)) return absent
  return isMark(field) ? { kind: "choice", at: undefined } : initial({ ...field, schema: {} })
}

/** What a field holds for a value; as JSON, where its parts cannot hold that. */
export const fill = (field: Field, value: Json): State => {
  const found = filled(field, value)
  return found !== undefined && isSame(valueOf(field, found), value) ? found : asJson(value)
}

const asJson = (value: Json | undefined): JsonState => ({
  kind: "json",
  text: value === undefined ? "" : JSON.stringify(value, null, 2)
})

const filled = (field: Field, value: Json): State | undefined => {
  switch (field.kind) {
    case "text":
      return typeof value === "string" ? { kind: "text", text: value } : undefined
    case "number":
      return typeof value === "number" ? { kind: "text", text: String(value) } : undefined
    case "choice": {
      const at = field.options.findIndex((one) => isSame(one, value))
      return at === -1 ? undefined : { kind: "choice", at }
    }
    case "list": {
      if (!Array.isArray(value) || (field.item === undefined && value.length > field.first.length)) return undefined
      return {
        kind: "list",
        items: value.map((item: Json, id) => ({ id, state: fill(itemOf(field, id), item) }))
      }
    }
    case "object": {
      if (!isObject(value)) return undefined
      const known = new Set(field.members.map(({ field }) => field.name))
      const members = field.members.map(({ field, isRequired }): [string, State] => {
        const one = member(value, field.name)
        if (one === undefined) return [field.name, nothing(field)]
        const state = fill(field, one)
        return [field.name, !isRequired && isLeftOut(state) ? asJson(one) : state]
      })
      const others = Object.entries(value).filter(([name]) => !known.has(name))
      const { others: other } = field
      if (other === undefined && others.length > 0) return undefined
      return {
        kind: "object",
        members: Object.fromEntries(members),
        others: others.map(([name, one], id) => ({ id, name, state: fill(other!, one) }))
      }
    }
    case "union": {
      for (const [at, way] of field.ways.entries()) {
        const state = filled(way, value)
        if (state === undefined || !isSame(valueOf(way, state), value) || read(way, state, {}).problems.length > 0)
          continue
        return { kind: "union", at, ways: { [at]: state } }
      }
      return undefined
    }
    case "json":
      return asJson(value)
  }
}

/** Whether nothing is filled in, so that a field which need not be there is not. */
const isLeftOut = (state: State): boolean => {
  switch (state.kind) {
    case "absent":
      return true
    case "text":
    case "json":
      return state.text.trim() === ""
    case "choice":
    case "union":
      return state.at === undefined
    default:
      return false
  }
}

/** What a form stands for: JSON where that can be told, and what is wrong with it. */
export interface Reading {
  readonly value: Json | undefined
  readonly problems: ReadonlyArray<Problem>
}

const valueOf = (field: Field, state: State): Json | undefined => read(field, state, {}).value

/** The same as JSON, as far as that can be told. */
export const toJson = (field: Field, state: State): State => {
  const json = isLeftOut(state) ? { kind: "json" as const, text: "" } : asJson(valueOf(field, state))
  return { ...json, from: { state, text: json.text } }
}

/** JSON in fields again; nothing where they cannot hold it. */
export const fromJson = (field: Field, state: JsonState): State | undefined => {
  if (state.text === state.from?.text) return state.from.state
  if (state.text.trim() === "") return initial(field)
  const parsed = parse(state.text)
  const found = "value" in parsed ? fill(field, parsed.value) : undefined
  return found?.kind === "json" ? undefined : found
}

/** What fields stand for. */
export const read = (field: Field, state: State, definitions: Definitions, at: Place = []): Reading => {
  const none = (message: string): Reading => ({ value: undefined, problems: [{ at, message }] })
  const one = (value: Json): Reading => ({
    value,
    problems: wrong(field.schema, value).map((message) => ({ at, message }))
  })
  switch (state.kind) {
    case "absent":
      return none("is missing")
    case "json": {
      if (state.text.trim() === "") return none("must be filled in")
      const parsed = parse(state.text)
      if ("value" in parsed) return { value: parsed.value, problems: check(field.whole, parsed.value, definitions, at) }
      const { column, line } = position(state.text, parsed.offset)
      return none(`line ${line}, column ${column}: ${parsed.message}`)
    }
    case "text": {
      if (field.kind !== "number") return one(state.text)
      const text = state.text.trim()
      if (text === "") return none("must be filled in")
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
        ? one(Number(text))
        : none(`${text} is no number`)
    }
    case "choice":
      return field.kind !== "choice" || state.at === undefined ? none("must be chosen") : one(field.options[state.at]!)
    case "list": {
      if (field.kind !== "list") return none("is missing")
      const all = state.items.map((item, i) => read(itemOf(field, i), item.state, definitions, [...at, i]))
      return together(
        all,
        all.flatMap(({ value }) => (value === undefined ? [] : [value])),
        one
      )
    }
    case "object": {
      if (field.kind !== "object") return none("is missing")
      const named = field.members.flatMap(({ field, isRequired }): ReadonlyArray<readonly [string, Reading]> => {
        const inner = state.members[field.name] ?? absent
        if (!isRequired && isLeftOut(inner)) return []
        return [[field.name, read(field, inner, definitions, [...at, field.name])]]
      })
      const names = [...field.members.map(({ field }) => field.name), ...state.others.map(({ name }) => name)]
      const others = state.others.map(({ name, state }): readonly [string, Reading] => {
        const reading = read(field.others!, state, definitions, [...at, name])
        const isTwice = names.indexOf(name) !== names.lastIndexOf(name)
        const twice = isTwice ? [{ at: [...at, name], message: "this name is there twice" }] : []
        return [name, { ...reading, problems: [...twice, ...reading.problems] }]
      })
      const all = [...named, ...others]
      const entries = all.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value] as const]))
      return together(
        all.map(([, reading]) => reading),
        Object.fromEntries(entries),
        one
      )
    }
    case "union": {
      if (field.kind !== "union" || state.at === undefined) return none("must be chosen")
      const way = field.ways[state.at]!
      return read(way, state.ways[state.at] ?? initial(way), definitions, at)
    }
  }
}

/** The whole, with what is wrong in its parts; of the whole itself only where each part can be told. */
const together = (parts: ReadonlyArray<Reading>, value: Json, whole: (value: Json) => Reading): Reading => {
  const problems = parts.flatMap(({ problems }) => problems)
  const isWhole = parts.every(({ value }) => value !== undefined)
  return { value, problems: [...(isWhole ? whole(value).problems : []), ...problems] }
}
