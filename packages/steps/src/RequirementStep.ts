import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as markdown from "./internal/markdown.ts"
import { text, texts } from "./internal/text.ts"
import { print, Project } from "./Project.ts"
import * as RequirementPrompt from "./RequirementPrompt.ts"
import * as SamplesStep from "./SamplesStep.ts"

/** How one sees that a requirement is met. */
export class Criterion extends Schema.Opaque<Criterion>()(
  Schema.Struct({
    id: Schema.String.check(
      Schema.isPattern(/^R[1-9]\d*\.[1-9]\d*$/, { message: "it must be an id such as R1.2" })
    ).annotate({
      description: "R1.1, R1.2, … under R1"
    }),
    text: text("one thing that a test can check, with exact names, values and texts"),
    quotes: texts("where the documents say so, word for word: whole clauses or table rows; none if you decided it")
  })
) {}

/** Two passages that cannot both hold, or a sample that does not fit what the documents or another sample say. */
export class Contradiction extends Schema.Opaque<Contradiction>()(
  Schema.Struct({
    first: text("one passage, word for word, or the path and the lines of a sample"),
    second: text("the other"),
    assumed: text("what the criteria follow until the author has decided")
  })
) {}

/** One thing that the software must do, by the number under which every later step refers to it. */
export class FunctionalRequirement extends Schema.Opaque<FunctionalRequirement>()(
  Schema.Struct({
    id: Schema.String.annotate({ description: "R1, R2, … in order" }).check(
      Schema.isPattern(/^R[1-9]\d*$/, { message: "it must be an id such as R1" })
    ),
    text: text("what the software must do"),
    criteria: Schema.Array(Criterion).check(Schema.isMinLength(1))
  })
) {}

/** What is wrong with the ids of requirements, if anything is. */
export const numbering = (requirements: ReadonlyArray<FunctionalRequirement>): string | undefined => {
  const seen = new Set<string>()
  for (const { criteria, id } of requirements) {
    const stray = criteria.find((criterion) => !criterion.id.startsWith(`${id}.`))
    if (stray !== undefined) return `the criterion ${stray.id} stands under ${id}, so its id must start with "${id}."`
    for (const each of [id, ...criteria.map(({ id }) => id)]) {
      if (seen.has(each)) return `the id ${each} is used twice`
      seen.add(each)
    }
  }
  return undefined
}

/** What is to be built, in numbered facts that every later step refers to. */
export class Requirement extends Schema.Opaque<Requirement>()(
  Schema.Struct({
    title: text("what the software is called"),
    summary: text("what it is and for whom, in at most three sentences"),
    requirements: Schema.Array(FunctionalRequirement)
      .annotate({ description: "every functional requirement of the document, in its order" })
      .check(Schema.isMinLength(1), Schema.makeFilter(numbering)),
    constraints: texts("limits on how it is built: language version, allowed libraries, cost of operations"),
    assumptions: texts("what you decided where the documents are silent, and no criterion says"),
    openQuestions: texts("what only its author can answer, with the assumption made meanwhile"),
    contradictions: Schema.Array(Contradiction).annotate({
      description: "passages, or samples, that disagree; no criterion repeats one of them as if it were sure"
    })
  })
) {}

/** A requirement with its criteria; `remark` says more of one. */
export const requirementToMarkdown = (
  { criteria, id, text }: FunctionalRequirement,
  remark: (id: string) => string
): string => `${id}: ${text}\n${markdown.list(criteria.map(({ id, text }) => `${id}: ${text}${remark(id)}`))}`

/** The requirement as a text to read, with every number and every detail in it; `remark` says more of a criterion. */
export const toMarkdown = (self: Requirement, remark: (id: string) => string = () => ""): string =>
  markdown.paragraphs([
    `# ${self.title}`,
    self.summary,
    "## Requirements",
    ...self.requirements.map((requirement) => requirementToMarkdown(requirement, remark)),
    ...markdown.section("Constraints", self.constraints),
    ...markdown.section("Assumptions", self.assumptions),
    ...markdown.section("Open questions", self.openQuestions),
    ...markdown.section(
      "Contradictions",
      self.contradictions.map(({ assumed, first, second }) => `${first}\n${second}\nAssumed: ${assumed}`)
    )
  ])

export const Input = Schema.Struct({ documents: Project.fields.documents, samples: SamplesStep.Shown })

export const parser = OutputParser.json(Requirement)

/** Turns requirement documents into a numbered specification. */
export const step = Step.make("requirement", {
  input: Input,
  output: Requirement,
  parser,
  prompt: RequirementPrompt.template,
  variables: ({ documents, samples }) => ({
    documents: print(documents),
    samples: SamplesStep.print(samples),
    example: parser.print(RequirementPrompt.example)
  })
})
