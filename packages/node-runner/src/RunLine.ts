import type { JsonSchema } from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import { Note } from "@stepwright/core/Note"
import { TestCounts } from "@stepwright/core/TestRunner"
import * as Usage from "@stepwright/core/Usage"
import { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { WorkflowStatus } from "@stepwright/core/WorkflowStatus"
import { Written } from "@stepwright/core/Workspace"
import { publish } from "./internal/files/publish.ts"

const field = <S extends Schema.Top>(schema: S, description: string): S["Rebuild"] =>
  schema.annotateKey({ description })

const optional = <S extends Schema.Top>(schema: S, description: string): Schema.optionalKey<S>["Rebuild"] =>
  Schema.optionalKey(schema).annotateKey({ description })

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Number = Schema.Int.check(Schema.isGreaterThan(0))
const Amount = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

const Happened = Schema.TaggedStruct("Happened", {
  number: field(
    Number,
    "Its number among the events of the run, from 1 on: `show RUN --at NUMBER` is the run after it."
  ),
  event: field(WorkflowEvent, "The event, as the journal has it.")
}).annotate({ identifier: "Happened", description: "Something happened to the run, and is in its journal." })

const turn = {
  path: field(Schema.String, "The path of the step."),
  step: field(Schema.String, "The name of the step."),
  turn: field(Number, "1 for the first reply of an attempt, more for each repair.")
}

const ReplyDelta = Schema.TaggedStruct("ReplyDelta", {
  ...turn,
  text: field(Schema.String, "What came of the reply since the line before.")
}).annotate({ identifier: "ReplyDelta", description: "A piece of a reply that is still coming; in no journal." })

const ReplyDiscarded = Schema.TaggedStruct("ReplyDiscarded", turn).annotate({
  identifier: "ReplyDiscarded",
  description: "All pieces of this turn so far are void: the request failed on the way, and is made again."
})

const Noticed = Schema.TaggedStruct("Noticed", {
  level: field(Schema.Literals(["note", "warning", "error"]), "How much it matters."),
  message: field(Schema.String, "What standard error has of it: that a server asks to wait, say.")
}).annotate({ identifier: "Noticed", description: "Something that a person should know, and no event." })

/** What went wrong, as commands tell it with `--json`. */
export const Problem = Schema.Struct({
  severity: field(Schema.Literal("error"), "How much it matters."),
  code: field(Schema.String, "The name of the error, for a program to tell it by."),
  message: field(Schema.String, "What went wrong, for a person."),
  target: field(Schema.NullOr(Schema.String), "What it is about: a path, a flag, a file."),
  fix: optional(Schema.String, "What to do about it."),
  path: optional(Schema.String, "The path of the step.")
}).annotate({ identifier: "Problem", description: "Why a command did not do what it is for." })

/** A gate that waits. */
export const Gate = Schema.Struct({
  path: field(Schema.String, "The path of the gate."),
  question: optional(Schema.Json, "What is to be decided upon."),
  fix: field(Schema.String, "The command that decides it.")
}).annotate({ identifier: "Gate", description: "A gate that waits for a decision." })

/** A test that did not pass. */
export const RedTest = Schema.Struct({
  test: field(Schema.String, "Its full name."),
  kind: field(Schema.String, "`failure`, `error`, or `unsupported` where the sandbox cannot run it."),
  detail: field(Schema.String, "Messages and traces, whole.")
}).annotate({ identifier: "RedTest", description: "A test that did not pass." })

const UnusedReply = Schema.Struct(turn).annotate({
  identifier: "UnusedReply",
  description: "A recorded reply that the run had no use for, by who asked for it."
})

const RunResult = Schema.Struct({
  run: field(Schema.String, "The id of the run."),
  workflow: field(Schema.String, "The name of the workflow."),
  status: field(WorkflowStatus, "How it ended."),
  output: optional(Schema.Record(Schema.String, Schema.Json), "The results by path, of a complete run."),
  workflowOutput: optional(Schema.Json, "What the workflow gives, of a complete run."),
  error: optional(Problem, "Why it is not complete."),
  undecided: optional(Schema.Array(Gate), "The gates that wait for a decision."),
  out: field(Schema.NullOr(Schema.String), "The folder into which files are delivered."),
  files: field(Schema.Array(Written), "The delivered files that are there."),
  changed: field(Schema.Array(Schema.String), "Those of them that a person changed since."),
  tests: field(Schema.NullOr(TestCounts), "What the tests showed, where some ran."),
  red: field(Schema.Array(RedTest), "The tests that did not pass."),
  notes: field(Schema.Array(Note), "What a person should know, or decide."),
  replies: field(Count, "How many replies models gave in all."),
  tokens: field(Usage.Usage, "What these cost."),
  usd: field(Schema.NullOr(Amount), "The same in USD, where that is known."),
  unusedReplies: optional(Schema.Array(UnusedReply), "The replies of a recording that the run had no use for."),
  durationMillis: field(Amount, "How long the command worked on it, in milliseconds.")
}).annotate({ identifier: "RunResult", description: "How a run ended: what `run` and `resume` print." })

const ofStep = {
  run: field(Schema.String, "The id of the run."),
  path: field(Schema.String, "The path of the step.")
}

const StepMade = Schema.Struct({
  ...ofStep,
  executed: field(Schema.Boolean, "Whether it was, or had a result that still holds."),
  output: optional(Schema.Json, "Its result.")
}).annotate({
  identifier: "StepMade",
  description: "The result of a step that was executed alone: what `step` prints."
})

const StepNotMade = Schema.Struct({ ...ofStep, error: field(Problem, "Why it has no result.") }).annotate({
  identifier: "StepNotMade",
  description: "A step that was executed alone, and has no result."
})

const NoResult = Schema.Struct({
  run: optional(Schema.String, "The id of the run, where there is one."),
  status: optional(Schema.String, "Where it stands."),
  error: field(Problem, "Why there is no result.")
}).annotate({ identifier: "NoResult", description: "A command that was refused, or interrupted." })

const Ended = Schema.TaggedStruct("Ended", {
  result: field(
    Schema.Union([RunResult, StepMade, StepNotMade, NoResult]),
    "What `--json` prints in place of all lines."
  )
}).annotate({ identifier: "Ended", description: "The command has done what it could. The last line." })

const lines = Schema.Union([Happened, ReplyDelta, ReplyDiscarded, Noticed, Ended])

/** A line that `run`, `resume` and `step` print with `--json-events`. */
export type RunLine = typeof lines.Type
export const RunLine: Schema.Codec<RunLine, typeof lines.Encoded> = lines

/** What a command came to: what `--json` prints in place of all lines. */
export type Result = typeof Ended.Type.result

/** The JSON Schema (2020-12) of a line. */
export const jsonSchema = (): JsonSchema => publish(RunLine, { title: "A line of --json-events" })
