import type * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import { publishClosed } from "./internal/format/publish.ts"
import { field, optional } from "./internal/words/field.ts"
import { StepTemplateConfig } from "./WorkflowConfig.ts"

// how a workflow is written as data; what the words stand for, `Workflow.fromConfig` knows

/** What feeds something: the dotted name of a value in the scope, or one for each member of an object. */
export const Wire = Schema.Union([Schema.String, Schema.Record(Schema.String, Schema.String)]).annotate({
  identifier: "Wire",
  description: "The dotted name of a value in the scope (`design.tasks`), or such a name for each member of an object."
})
export type Wire = typeof Wire.Type

/** A Schema: its name in the catalog, or JSON Schema. */
export const SchemaData = Schema.Union([Schema.String, Schema.Record(Schema.String, Schema.Json)]).annotate({
  identifier: "SchemaData",
  description: "The name of a Schema in the catalog, or JSON Schema (draft 2020-12)."
})
export type SchemaData = typeof SchemaData.Type

/** A step of the catalog with other settings than it has there. */
export const StepUse = Schema.Struct({
  step: field(Schema.String, "The name of a step in the catalog."),
  ...StepTemplateConfig.fields,
  promptFile: optional(Schema.String, "The file with the template of its prompt, beside the definition."),
  systemFile: optional(Schema.String, "The file with the template of its system message, beside the definition.")
}).annotate({ identifier: "StepUse", description: "A step of the catalog that is asked otherwise than there." })
export type StepUse = typeof StepUse.Type

/** A workflow inside another: with `name`, and perhaps `input`; or with `identity`, what it takes, which is its scope. */
export interface Group {
  readonly name?: string
  readonly version?: number
  readonly input?: SchemaData
  readonly identity?: SchemaData
  readonly steps: ReadonlyArray<Entry>
}

/** What a node runs: a step or a workflow of the catalog by its name, a step with settings, or a workflow. */
export type Body = string | StepUse | Group

/** What stands in the list `steps`: a node under its name, parts side by side, or a body that takes the whole scope. */
export type Entry =
  | { readonly all: ReadonlyArray<ReadonlyArray<Entry>> }
  | { readonly andThen: Body }
  | { readonly [name: string]: Node }

const Entries = Schema.Array(Schema.suspend((): Schema.Codec<Entry> => Entry))

const version = optional(
  Schema.Int,
  "Raise it when code changes in a way that the definition does not show; 1 by default."
)
const steps = field(Entries, "What it does, in order; each entry is a node under its name.")

// one Schema for both kinds: where a union fails, each of its members is tried down to the innermost workflow
const group = {
  name: optional(Schema.String, "Its name."),
  version,
  input: optional(SchemaData, "What it takes; in another workflow it may be left out: it is what feeds it."),
  identity: optional(SchemaData, "In place of `name` and `input`: what it takes, which is its scope."),
  steps
}

const isOneKind = Schema.makeFilter(({ identity, input, name, version }: Omit<Group, "steps">) => {
  if (identity === undefined) return name === undefined ? "a workflow needs a `name`" : undefined
  return name === undefined && input === undefined && version === undefined
    ? undefined
    : "`identity` stands in place of `name`, `version` and `input`"
})

const Group: Schema.Codec<Group> = Schema.Struct(group)
  .check(isOneKind)
  .annotate({ identifier: "Group", description: "A workflow that stands in another." })

const Body: Schema.Codec<Body> = Schema.Union([
  Schema.String,
  StepUse,
  Schema.suspend((): Schema.Codec<Group> => Group)
]).annotate({
  identifier: "Body",
  description: "A step or a workflow of the catalog by its name, a step with settings of its own, or a workflow."
})

const input = field(Wire, "What feeds it.")
const concurrency = optional(
  Schema.Union([Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)), Schema.Literal("unbounded")]),
  "How many run at a time; 4 by default."
)
const each = {
  items: field(Wire, "The list of items."),
  key: field(Schema.String, "The name, in an item, of a text that tells it from all others."),
  input: field(Wire, "What feeds an item's step: the scope, with `item` in it."),
  concurrency
}
const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Bind = Schema.Struct({ bind: field(Body, "The step or workflow."), input }).annotate({
  identifier: "Bind",
  description: "A step or a workflow under a name."
})

const Let = Schema.Struct({ let: field(Wire, "The value.") }).annotate({
  identifier: "Let",
  description: "A value of the scope under another name."
})

const ForEach = Schema.Struct({ forEach: field(Body, "What runs for each item."), ...each }).annotate({
  identifier: "ForEach",
  description: "Runs once for each item; the outputs keep the items' order."
})

const ForEachDependency = Schema.Struct({
  forEachDependency: field(Body, "What runs for each item."),
  ...each,
  dependsOn: field(Schema.String, "The name, in an item, of the list of keys that must be done before.")
}).annotate({
  identifier: "ForEachDependency",
  description: "Runs once for each item as soon as what it depends on is done; outputs by key."
})

const Branch = Schema.Struct({
  branch: field(Schema.String, "The name of the value that tells which way it goes: a text, or true or false."),
  cases: field(Schema.Record(Schema.String, Body), "What runs for each value."),
  input: field(Wire, "What feeds the one that is taken.")
}).annotate({ identifier: "Branch", description: "Runs one of several." })

const Iterate = Schema.Struct({
  iterate: field(Body, "What runs again and again."),
  input: field(Wire, "What feeds the first round, and each later one where there is no `next`."),
  next: optional(Wire, "What feeds a later round: the scope, with the output of the `last` one in it."),
  until: field(Schema.String, "The name of what says whether a round was the last, such as `last.isDone`."),
  atMost: field(count, "How many rounds there are at most."),
  collect: optional(
    Schema.Literals(["last", "all"]),
    "Whether the output is the last round's, the default, or a list."
  ),
  again: optional(
    Schema.Literals(["nothing", "changed"]),
    "What a round takes from those before it: nothing, the default, or what it asks as they did."
  )
}).annotate({ identifier: "Iterate", description: "Runs in rounds, until its output will do." })

const Sample = Schema.Struct({
  sample: field(Body, "What runs several times on the same input."),
  input,
  count: field(count, "How often."),
  concurrency
}).annotate({ identifier: "Sample", description: "Independent results of equal requests, in a list." })

const Fallback = Schema.Struct({
  fallback: field(Body, "What is tried."),
  errors: field(Schema.Array(Schema.String), "The tags of the errors that are taken over."),
  otherwise: field(Body, "What is done when it failed with one of them."),
  input: field(Wire, "What feeds both.")
}).annotate({ identifier: "Fallback", description: "One, and another where it fails with an error that is named." })

const Timeout = Schema.Struct({
  timeout: field(Body, "What has so much time."),
  after: field(Schema.String, "The time that it has, such as `30 seconds`."),
  input
}).annotate({ identifier: "Timeout", description: "Runs within a time." })

const Gate = Schema.Struct({
  gate: field(
    Schema.Struct({
      question: field(SchemaData, "What is decided upon."),
      decision: field(SchemaData, "What a decision is.")
    }),
    "What is decided upon, and what a decision is."
  ),
  input: field(Wire, "What feeds the question.")
}).annotate({ identifier: "Gate", description: "A decision that a person takes." })

/** A node by the name of its combinator; the words beside that are the combinator's options. */
export const Node = Schema.Union([
  Bind,
  Let,
  ForEach,
  ForEachDependency,
  Branch,
  Iterate,
  Sample,
  Fallback,
  Timeout,
  Gate
]).annotate({
  identifier: "Node",
  description: "What a name stands for, by the combinator that makes it.",
  expected:
    "what a node is and what feeds it, such as `{ bind: STEP, input: WIRE }`: bind, let, forEach, forEachDependency, branch, iterate, sample, fallback, timeout or gate"
})
export type Node = typeof Node.Type

const Entry: Schema.Codec<Entry> = Schema.Union([
  Schema.Struct({ all: field(Schema.Array(Entries), "Parts, each a list of entries.") }),
  Schema.Struct({ andThen: field(Body, "What takes the whole scope; its output becomes the scope.") }),
  Schema.Record(Schema.String, Node).check(Schema.isMinProperties(1), Schema.isMaxProperties(1))
]).annotate({
  identifier: "Entry",
  description: "A node under its name; or parts side by side; or what takes the whole scope.",
  expected: "a node under its name, such as `draft: { bind: draft, input: WIRE }`, or `all`, or `andThen`"
})

/** A workflow as data: what `Workflow.toConfig` gives, `Workflow.fromConfig` takes, and a file may hold. */
export const WorkflowDefinition = Schema.Struct({
  $schema: optional(Schema.String, "The JSON Schema of this, for editors."),
  catalog: optional(
    Schema.String,
    "The module with further steps, beside the definition, and the catalog's name in it: `./steps.ts#catalog`."
  ),
  ...group
})
  .check(
    isOneKind,
    Schema.makeFilter(({ identity, input }) =>
      identity === undefined && input === undefined ? "a workflow needs an `input`: what it takes" : undefined
    )
  )
  .annotate({ identifier: "WorkflowDefinition", description: "A workflow as data." })
export type WorkflowDefinition = typeof WorkflowDefinition.Type

/** One thing that keeps data from being a workflow, or a workflow from being data. */
export const Problem = Schema.Struct({
  /** Where in the data it is, or would be. */
  keys: Schema.Array(Schema.Union([Schema.String, Schema.Int])),
  /** The path of the step or group that it is about; empty for the whole. */
  path: Schema.String,
  detail: Schema.String,
  /** Whether it is about the last key, and not about what stands under it. */
  of: Schema.optionalKey(Schema.Literal("key"))
})
export type Problem = typeof Problem.Type

/** A definition that cannot be read, or cannot be written; all that is wrong with it. */
export class WorkflowDefinitionError extends Schema.TaggedError<WorkflowDefinitionError>()("WorkflowDefinitionError", {
  workflow: Schema.String,
  problems: Schema.NonEmptyArray(Problem)
}) {
  override get message() {
    const [first, ...others] = this.problems.map(({ detail, keys }) =>
      keys.length === 0 ? detail : `${keys.join(".")}: ${detail}`
    )
    return `definition of "${this.workflow}": ${[first, ...others].join("\n")}`
  }
}

/** The JSON Schema of a definition, for editors and other programs. */
export const jsonSchema = (): JsonSchema.JsonSchema => publishClosed(WorkflowDefinition)
