import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { LlmError } from "../../LlmError.ts"
import { describeError } from "../../WorkflowError.ts"
import { StepOutputError } from "../ask/call.ts"
import type { UntypedStep } from "../ask/step.ts"
import type { AnyCodec } from "../json/codec.ts"

/** Any error, of which its tag and message are kept. */
const TagAndMessage = Schema.Struct({ _tag: Schema.String, message: Schema.String }).pipe(
  Schema.decodeTo(
    Schema.Unknown,
    SchemaTransformation.transform({
      decode: (encoded): unknown => encoded,
      encode: (error) => {
        const { message, tag } = describeError(error)
        return { _tag: tag, message }
      }
    })
  )
)

const engineErrors = [StepOutputError, LlmError, TagAndMessage] as const

/** How whatever a step can fail with goes to JSON and back: by the step's own Schema, the engine's, or as tag and message. */
export const errorCodec = ({ error }: UntypedStep): AnyCodec =>
  error === undefined ? Schema.Union(engineErrors) : Schema.Union([error, ...engineErrors])
