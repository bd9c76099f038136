import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import * as markdown from "./internal/markdown.ts"
import { Requirement } from "./RequirementStep.ts"

const Numbered = Schema.Struct({ id: Schema.String, text: Schema.String })

/** How one specification differs from another: its criteria by id, and its constraints. */
export class SpecificationDelta extends Schema.Opaque<SpecificationDelta>()(
  Schema.Struct({
    changed: Schema.Array(Schema.Struct({ id: Schema.String, before: Schema.String, after: Schema.String })),
    added: Schema.Array(Numbered),
    retired: Schema.Array(Numbered),
    constraints: Schema.Struct({ added: Schema.Array(Schema.String), retired: Schema.Array(Schema.String) }),
    /** The ids of the criteria that it has to do with: all of them, where a constraint is not as it was. */
    touched: Schema.Array(Schema.String),
    isChanged: Schema.Boolean,
    /** The differences as a text to read. */
    text: Schema.String
  })
) {}

const textsOf = ({ requirements }: Requirement): ReadonlyMap<string, string> =>
  new Map(requirements.flatMap(({ criteria }) => criteria.map(({ id, text }) => [id, text])))

/** The differences as a text to read. */
const textOf = ({
  added,
  changed,
  constraints,
  retired
}: Omit<SpecificationDelta, "touched" | "isChanged" | "text">): string =>
  markdown.paragraphs([
    ...markdown.section(
      "Changed",
      changed.map(({ after, before, id }) => `${id}: ${after}\nbefore: ${before}`)
    ),
    ...markdown.section("New", [...added.map(({ id, text }) => `${id}: ${text}`), ...constraints.added]),
    ...markdown.section("No longer wanted", [
      ...retired.map(({ id, text }) => `${id}: ${text}`),
      ...constraints.retired
    ])
  ])

export const between = (before: Requirement, after: Requirement): SpecificationDelta => {
  const [were, are] = [textsOf(before), textsOf(after)]
  const notIn = (texts: ReadonlyMap<string, string>, from: ReadonlyMap<string, string>) =>
    [...from].flatMap(([id, text]) => (texts.has(id) ? [] : [{ id, text }]))
  const changed = [...are].flatMap(([id, after]) => {
    const before = were.get(id)
    return before === undefined || before === after ? [] : [{ id, before, after }]
  })
  const [added, retired] = [notIn(were, are), notIn(are, were)]
  const constraints = {
    added: after.constraints.filter((text) => !before.constraints.includes(text)),
    retired: before.constraints.filter((text) => !after.constraints.includes(text))
  }
  const isBinding = constraints.added.length + constraints.retired.length > 0
  const touched = isBinding
    ? [...new Set([...were.keys(), ...are.keys()])]
    : [...changed, ...added, ...retired].map(({ id }) => id)
  const found = { changed, added, retired, constraints }
  return { ...found, touched, isChanged: touched.length > 0, text: textOf(found) }
}

export const Input = Schema.Struct({ before: Requirement, after: Requirement })

/** Says how a specification differs from what it was. */
export const step = Step.effect("specification-delta", {
  input: Input,
  output: SpecificationDelta,
  run: ({ after, before }) => Effect.sync(() => between(before, after))
})
