import * as Predicate from "effect/Predicate"

type Json = Readonly<Record<PropertyKey, unknown>>

/** What a state of each format is in the next one, from format 1 on. */
const next: ReadonlyArray<(state: Json) => Json> = [
  // records have got what is known of attempts, answers and gates since: an older version would lose it without a word
  (state) => ({ ...state, format: 2 })
]

/** The format that is written. */
export const format = 2

/** A state, as JSON, of any format up to this one. What is no state is left for the Schema to refuse. */
export const state = (json: unknown): unknown => {
  let found = json
  while (Predicate.isReadonlyObject(found)) {
    const { format } = found
    const migrate = Predicate.isNumber(format) ? next[format - 1] : undefined
    if (migrate === undefined) break
    found = migrate(found)
  }
  return found
}

/** An event, as JSON: the first of a run has the format of its state, or the state. */
export const event = (json: unknown): unknown => {
  if (Predicate.isTagged(json, "RunInitialized")) return state(json)
  return Predicate.isTagged(json, "RunImported") && Predicate.hasProperty(json, "state")
    ? { ...json, state: state(json.state) }
    : json
}
