// What is done to a run that is complete: and what a run from the start comes to that has had it so.

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Engine from "../../Engine.ts"
import { insideOf as insideOfStep } from "../../internal/ask/step.ts"
import { insideOf, nodesOf, stepsOf, type UntypedWorkflow } from "../../internal/definition/nodes.ts"
import { givenOf } from "../../internal/json/codec.ts"
import * as StepPath from "../../StepPath.ts"
import type { WorkflowState } from "../../WorkflowState.ts"
import type { Edit as Apply } from "./scene.ts"
import type * as world from "./base/world.ts"

/** An edit of one run: how it is done, and what a run from the start is given instead. */
export interface Edit {
  readonly apply: Apply
  readonly input: number
  readonly instead: ReadonlyMap<string, string>
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const another = (text: string): string => `${text} too`

/** The same JSON with other texts. */
const other = (value: unknown, isOne: (text: string) => boolean = () => true): unknown => {
  if (typeof value === "string") return isOne(value) ? another(value) : value
  if (Array.isArray(value)) return value.map((it) => other(it, isOne))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, other(it, isOne)]))
}

const notDate = (text: string): boolean => !/^\d{4}-\d\d-\d\d/u.test(text)

/** The same JSON with another text in it, one after the other. */
export const nearly = (value: unknown, other: (value: string) => unknown = another): ReadonlyArray<unknown> => {
  if (typeof value === "string") return [other(value)]
  const isList = Array.isArray(value)
  if (!isList && !isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) =>
    nearly(member, other).map((it): unknown =>
      isList ? value.toSpliced(Number(name), 1, it) : { ...value, [name]: it }
    )
  )
}

/** What stands between the parts of a text. */
const between = ["\n---\n", "\n\n", "\n", "; ", ", "]

/** Ways to make another JSON. */
type Ways = ReadonlyArray<unknown>

/** For each place in JSON what can be done there, as far as `here` says. */
const eachPlace = (value: unknown, here: (value: unknown) => Ways | undefined): ReadonlyArray<Ways> => {
  const own = here(value)
  if (own !== undefined) return own.length === 0 ? [] : [own]
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) =>
    eachPlace(member, here).map((ways) => ways.map((it): unknown => ({ ...value, [name]: it })))
  )
}

const itemInFront = (value: unknown): Ways | undefined => {
  if (!Array.isArray(value)) return undefined
  const items: ReadonlyArray<unknown> = value
  if (items.length === 0) return []
  return [other(items[0]), other(items[0], notDate), ...nearly(items[0])].map((item) => [item, ...items])
}

const partInFront = (value: unknown): Ways | undefined => {
  if (typeof value !== "string") return undefined
  const separator = between.find((it) => value.includes(it))
  if (separator === undefined) return []
  return [`${String(other(value.slice(0, value.indexOf(separator))))}${separator}${value}`]
}

/** JSON with one more item in front, of each list in it, then of each text of several parts: each time the likeliest first. */
export const withItemInFront = (value: unknown): ReadonlyArray<Ways> => [
  ...eachPlace(value, itemInFront),
  ...eachPlace(value, partInFront)
]

/** JSON without one of the items of its lists, in each way. */
export const withoutItems = (value: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) {
    const items: ReadonlyArray<unknown> = value
    const inside = items.flatMap((item, i) => withoutItems(item).map((less) => items.toSpliced(i, 1, less)))
    return [...items.map((_, i) => items.toSpliced(i, 1)), ...inside]
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) =>
    withoutItems(member).map((less): unknown => ({ ...value, [name]: less }))
  )
}

/** Inputs made of one in several ways, as its Schema reads them. */
export const inputsOf = (
  workflow: UntypedWorkflow,
  input: unknown,
  ways: (json: unknown) => ReadonlyArray<Ways>
): ReadonlyArray<Ways> => {
  const codec = insideOf(workflow).input
  const json = Result.try(() => codec.encode(input))
  if (Result.isFailure(json)) return []
  const read = (other: unknown) => {
    const decoded = codec.decode(other)
    return Result.isSuccess(decoded) ? [givenOf(codec, other, decoded.success)] : []
  }
  return ways(json.success).map((others) => others.flatMap(read))
}

/** Other inputs than one. */
export const inputsLike = (workflow: UntypedWorkflow, input: unknown, like: (json: unknown) => Ways): Ways =>
  inputsOf(workflow, input, (json) => [like(json)]).flat()

/** The edit of a world, for a run that came to this; none where there is nothing to edit. */
export const editOf = (
  workflow: UntypedWorkflow,
  state: WorkflowState,
  inputs: ReadonlyArray<unknown>,
  input: number,
  edit: world.Edit
): Edit | undefined => {
  const none = new Map<string, string>()
  if (edit._tag === "Input") {
    const value = Result.try(() => insideOf(workflow).input.encode(inputs[edit.input]))
    if (Result.isFailure(value)) return undefined
    return {
      apply: (workflow, state) => Engine.set(workflow, state, "input", value.success),
      input: edit.input,
      instead: none
    }
  }
  const made = Object.entries(state.records).flatMap(([path, { result }]) =>
    result?.by === "model" || (result?.by === "code" && edit._tag === "Force") ? [{ path, output: result.output }] : []
  )
  const chosen = made[edit.at % Math.max(1, made.length)]
  if (chosen === undefined) return undefined
  const { output, path } = chosen
  if (edit._tag === "Force") {
    return {
      apply: (workflow, state) => Effect.map(Engine.step(workflow, state, path, { force: true }), ({ state }) => state),
      input,
      instead: none
    }
  }
  const step = stepsOf(nodesOf(workflow)).find((it) => StepPath.matches(it.path, path))?.step
  if (step === undefined) return undefined
  const { output: codec, speech } = insideOfStep(step)
  const value = [...eachPlace(output, itemInFront).flat(), other(output)].find((value) =>
    Result.isSuccess(codec.decode(value))
  )
  const decoded = codec.decode(value)
  if (Result.isFailure(decoded) || speech === undefined) return undefined
  const text = Result.try(() => speech.print(givenOf(codec, value, decoded.success)))
  if (Result.isFailure(text)) return undefined
  return {
    // what was JSON is JSON
    apply: (workflow, state) => Engine.set(workflow, state, path, value as Schema.Json),
    input,
    instead: new Map([[path, text.success]])
  }
}
