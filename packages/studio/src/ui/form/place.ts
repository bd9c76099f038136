import type { ComponentChildren, ComponentType } from "preact"
import type { Field, Form } from "../../model/form/fields.ts"
import type { Place, Problem } from "../../model/form/schema.ts"
import type { State } from "../../model/form/values.ts"

export interface ControlProps<F extends Field = Field> {
  readonly drawing: Drawing
  readonly field: F
  readonly state: State
  readonly at: Place
  readonly label: string
  readonly isRequired: boolean
  readonly onChange: (state: State) => void
  /** Buttons that belong to it. */
  readonly tools: ComponentChildren
}

export type FieldProps = Omit<ControlProps, "tools"> & {
  /** Buttons of what it is in. */
  readonly tools?: ControlProps["tools"]
  /** Whether what is around it says already what it is. */
  readonly isPlain?: boolean
  /** Whether it is one way of a union, which is JSON as a whole or not at all. */
  readonly isWay?: boolean
}

/** What all fields of a form have in common. */
export interface Drawing {
  /** What draws a field; groups have others in them, of all kinds. */
  readonly Field: ComponentType<FieldProps>
  /** The beginning of all ids. */
  readonly id: string
  readonly form: Form
  /** What is to be said of what is filled in. */
  readonly problems: ReadonlyArray<Problem>
  /** Whether texts may come from files. */
  readonly hasFiles: boolean
  /** Whether the whole only holds other things together. */
  readonly isLaid: boolean
}

export const idOf = ({ id }: Drawing, at: Place): string => [id, ...at.map((one) => encodeURIComponent(one))].join("/")

const isAt = (one: Place, other: Place) => one.length === other.length && isBelow(one, other)
const isBelow = (one: Place, other: Place) => other.every((key, i) => key === one[i])

/** What is said of a place; `isWhole`: of what is in it, too. */
export const problemsAt = ({ problems }: Drawing, at: Place, isWhole = false): ReadonlyArray<string> =>
  problems.flatMap((problem) => {
    if (isAt(problem.at, at)) return [problem.message]
    return isWhole && isBelow(problem.at, at) ? [`${nameOf(problem.at.slice(at.length))}: ${problem.message}`] : []
  })

/** A place in words. */
export const nameOf = (at: Place): string =>
  at.map((key) => (typeof key === "number" ? String(key + 1) : key)).join(" › ")

/** Says of an element that it is what is filled in at a place. */
export const standsFor = (at: Place) => ({ "data-at": JSON.stringify(at) })

/** Gives the focus to what is filled in at a place, or to what that is in. */
export const focusAt = (form: HTMLElement, at: Place): void => {
  const all = [...form.querySelectorAll<HTMLElement>("[data-at]")]
  for (let length = at.length; length >= 0; length--) {
    const key = JSON.stringify(at.slice(0, length))
    const found = all.findLast(({ dataset }) => dataset["at"] === key)
    if (found === undefined) continue
    found.focus()
    found.scrollIntoView({ block: "nearest" })
    return
  }
}

/** Gives the focus to the first thing in an element that takes any. */
export const focusIn = (id: string): void =>
  document.getElementById(id)?.querySelector<HTMLElement>("textarea, input:not([type=file]), select, button")?.focus()
