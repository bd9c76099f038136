import * as Schema from "effect/Schema"
import { WorkflowConfig } from "@stepwright/core/WorkflowConfig"

// what is sent of edits of a run

export const Path = Schema.String.annotate({ description: "The path of a step: `implementation/src%2Fledger.py`." })

/** What is to be otherwise than in a run: in its definition, its input, and what steps gave. */
export const Edits = Schema.Struct({
  config: Schema.optionalKey(WorkflowConfig),
  input: Schema.optionalKey(Schema.Json),
  outputs: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
}).annotate({ identifier: "Edits" })

export const Fork = Schema.Struct({
  ...Edits.fields,
  /** The step whose result is to be a new one; may be left out where something else is to be otherwise. */
  path: Schema.optionalKey(Path),
  run: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Fork" })

const Text = Schema.Literals(["prompt", "system"])

/**
 * Where a text of a step stands: in a file of its own, in `stepwright.yaml`, in the file that defines the workflow, or in
 * its code.
 */
export const Source = Schema.Struct({
  /** The path of the step, in which `*` stands for an item. */
  path: Path,
  text: Text,
  in: Schema.Literals(["file", "configuration", "definition", "code"]),
  /** The file, as the server names it; none for code that comes with the command. */
  file: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Source" })

/** What is to be written to files: at first only told, then done as it was told. */
export const Save = Schema.Union([
  Schema.Struct({ config: WorkflowConfig, dryRun: Schema.Literal(true) }),
  Schema.Struct({
    config: WorkflowConfig,
    of: Schema.String.annotate({ description: "What the diff was made of, as it was told." })
  })
]).annotate({ identifier: "Save" })

export const Saving = Schema.Struct({
  /** A hash of what the diffs are made of. */
  of: Schema.String,
  /** What is written, as unified diffs. */
  files: Schema.Array(Schema.Struct({ file: Schema.String, diff: Schema.String })),
  /** Texts that stand in code, which nobody but a person changes. */
  patches: Schema.Array(
    Schema.Struct({
      path: Path,
      text: Text,
      /** The new text. */
      template: Schema.String,
      /** The file in which the old one was found, and a unified diff of it. */
      file: Schema.optionalKey(Schema.String),
      diff: Schema.optionalKey(Schema.String)
    })
  )
}).annotate({ identifier: "Saving" })
