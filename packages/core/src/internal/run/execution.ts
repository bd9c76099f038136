import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { LlmError } from "../../LlmError.ts"
import type { Execution } from "../../StepExecutor.ts"
import { describeError } from "../../WorkflowError.ts"
import { StepOutputError } from "../ask/call.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
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

const known = new WeakMap<UntypedStep, AnyCodec>()

/** How whatever a step can fail with goes to JSON and back: by the step's own Schema, the engine's, or as tag and message. */
export const errorCodec = (step: UntypedStep): AnyCodec => {
  const codec = known.get(step) ?? Schema.Union(step.error === undefined ? engineErrors : [step.error, ...engineErrors])
  known.set(step, codec)
  return codec
}

type Which = Pick<Execution, "run" | "path" | "fingerprint" | "attempt" | "input">

// a class, since a getter in each object made would cost more than the rest of it, and most never need the Schema
class Of implements Execution {
  readonly run: string
  readonly path: string
  readonly fingerprint: string
  readonly attempt: number
  readonly input: Execution["input"]
  readonly output: AnyCodec
  readonly #step: UntypedStep
  constructor(step: UntypedStep, { attempt, fingerprint, input, path, run }: Which) {
    this.run = run
    this.path = path
    this.fingerprint = fingerprint
    this.attempt = attempt
    this.input = input
    this.output = insideOf(step).output.given
    this.#step = step
  }
  get step() {
    return this.#step.name
  }
  get heavy() {
    return this.#step.heavy
  }
  get error() {
    return errorCodec(this.#step)
  }
}

/** What an executor is told of an execution; the Schema of its errors is made where it is asked for. */
export const executionOf = (step: UntypedStep, which: Which): Execution => new Of(step, which)
