import { Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"

const Change = Schema.Struct({
  kind: Schema.Literals(["feature", "fix"]),
  summary: Schema.String.annotate({ description: "One sentence for a user of the program." })
})

/** Reads commits: what a user would notice, and nothing else. */
export const sort = Step.make("sort", {
  input: Schema.Struct({ commits: Schema.Array(Schema.String) }),
  output: Schema.Struct({ changes: Schema.Array(Change) }),
  prompt: PromptTemplate.make(`These are the commits of a release, one a line:

{{commits}}

List the changes that a user of the program would notice, in this order. Leave out all others.`),
  variables: ({ commits }) => ({ commits: commits.join("\n") })
})

/** Writes the notes. */
export const write = Step.make("write", {
  input: Schema.Struct({ version: Schema.String, changes: Schema.Array(Change) }),
  output: Schema.String,
  prompt: PromptTemplate.make(`Write the release notes of version {{version}} in Markdown, under one heading of level 2
that names the version, at most 120 words. The changes:

{{changes}}`),
  variables: ({ changes, version }) => ({
    version,
    changes: changes.map(({ kind, summary }) => `- ${kind}: ${summary}`).join("\n")
  }),
  // a reply that fails it is asked for again, with this said
  check: (text, { version }) => (text.includes(version) ? undefined : `the notes do not name version ${version}`)
})

export const notes = Workflow.make("notes", {
  input: Schema.Struct({ version: Schema.String, commits: Schema.Array(Schema.String) })
}).pipe(
  Workflow.bind("sorted", sort, { commits: "input.commits" }),
  Workflow.bind("text", write, { version: "input.version", changes: "sorted.changes" })
)
