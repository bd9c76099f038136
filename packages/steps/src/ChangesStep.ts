import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Note, Noted } from "@stepwright/core/Note"
import * as Step from "@stepwright/core/Step"
import { Attempt } from "./Attempt.ts"
import * as files from "./internal/files.ts"
import * as markdown from "./internal/markdown.ts"
import * as testNames from "./internal/testNames.ts"
import { Previous } from "./Previous.ts"
import { SpecificationDelta } from "./SpecificationDeltaStep.ts"

/** A criterion that is not as it was: without `before` it is new, without `after` nobody wants it any more. */
const ChangedCriterion = Schema.Struct({
  id: Schema.String,
  before: Schema.optionalKey(Schema.String),
  after: Schema.optionalKey(Schema.String),
  /** Whether a test that names it is new or otherwise now. */
  tests: Schema.Literals(["changed", "as they were", "none"])
})

const ChangedFile = Schema.Struct({ path: Schema.String, became: Schema.Literals(["changed", "new", "gone"]) })

/** What an edit of the documents came to. */
export class Changes extends Schema.Opaque<Changes>()(
  Schema.Struct({ criteria: Schema.Array(ChangedCriterion), files: Schema.Array(ChangedFile) })
) {}

export const Input = Schema.Struct({ previous: Previous, attempt: Attempt, delta: SpecificationDelta })

type Project = Pick<Attempt, "acceptance" | "code" | "tests">

const textsOf = (project: Project): ReadonlyMap<string, string> =>
  new Map(files.ofProject(project).map(({ content, path }) => [path, content]))

const changesOf = ({ attempt, delta, previous }: typeof Input.Type): Changes => {
  const [before, after] = [textsOf(previous), textsOf(attempt)]
  const sourcesIn = ({ tests }: Project, id: string) =>
    tests.flatMap(({ content }) =>
      testNames.of(content).flatMap(({ criterion, source }) => (criterion === id ? [source] : []))
    )
  const testsOf = (id: string) => {
    const [were, are] = [sourcesIn(previous, id), sourcesIn(attempt, id)]
    if (are.some((source) => !were.includes(source))) return "changed"
    return are.length === 0 ? "none" : "as they were"
  }
  return {
    criteria: [
      ...delta.changed.map(({ after, before, id }) => ({ id, before, after, tests: testsOf(id) }) as const),
      ...delta.added.map(({ id, text }) => ({ id, after: text, tests: testsOf(id) }) as const),
      ...delta.retired.map(({ id, text }) => ({ id, before: text, tests: testsOf(id) }) as const)
    ],
    files: [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((path) => {
      const [was, is] = [before.get(path), after.get(path)]
      if (was === is) return []
      return [{ path, became: was === undefined ? "new" : is === undefined ? "gone" : "changed" } as const]
    })
  }
}

const criterion = ({ after, before, id, tests }: Changes["criteria"][number]): string => {
  const became = after === undefined ? `no longer wanted: ${before}` : after
  const was = after === undefined || before === undefined ? "" : `\nbefore: ${before}`
  const shown =
    after === undefined || tests === "changed"
      ? ""
      : `\n${tests === "none" ? "no test names it" : "its tests are as they were"}`
  return `${id}: ${became}${was}${shown}`
}

const file = ({ became, path }: Changes["files"][number]): string => `${path} (${became})`

/** What changed as a part of a report. */
export const section = (self: Changes | undefined): ReadonlyArray<string> =>
  self === undefined
    ? []
    : [
        ...markdown.section("What changed", self.criteria.map(criterion)),
        ...markdown.section("Files that changed", self.files.map(file))
      ]

const notesOf = ({ criteria, files }: Changes): ReadonlyArray<Note> => [
  ...criteria.map((changed) => ({ kind: "changed", text: criterion(changed).replaceAll("\n", "; ") })),
  ...(files.length === 0 ? [] : [{ kind: "changed files", text: files.map(file).join(", ") }])
]

/** Says what an edit of the documents came to: criteria, and files. */
export const step = Step.effect("changes", {
  input: Input,
  output: Schema.Struct({ changes: Changes, ...Noted.fields }),
  produces: "notes",
  run: (input) =>
    Effect.sync(() => {
      const changes = changesOf(input)
      return { changes, notes: notesOf(changes) }
    })
})
