// A set-up file of vitest: every exit of every step goes to JSON and back, as it would through a durable engine.
import { Effect, Exit, Schema } from "effect"
import { StepExecutor } from "@stepwright/core"
import * as exact from "../../src/internal/json/exact.ts"

const compile = ({ error, output }: StepExecutor.Execution) => {
  const codec = Schema.toCodecJson(Schema.Exit(output, error, Schema.Defect()))
  const encode = Schema.encodeEffect(codec)
  const decode = Schema.decodeUnknownEffect(codec)
  return {
    encode: (exit: Exit.Exit<unknown, unknown>) =>
      Effect.flatMap(encode(exit), (encoded) => Effect.try(() => JSON.stringify(exact.copy(encoded)))),
    decode: (text: string) => decode(JSON.parse(text))
  }
}

/** Compiled once for the Schemas that a step is made of: compiling takes longer than what the tests do with it. */
const compiled = new WeakMap<object, WeakMap<object, ReturnType<typeof compile>>>()

const codecOf = (execution: StepExecutor.Execution) => {
  // the first of the errors' Schemas is the step's own, where it has one
  const [own = execution.error] = "members" in execution.error ? (execution.error.members as Array<object>) : []
  const byError = compiled.get(execution.output) ?? new WeakMap<object, ReturnType<typeof compile>>()
  const codec = byError.get(own) ?? compile(execution)
  compiled.set(execution.output, byError.set(own, codec))
  return codec
}

const throughJson: typeof StepExecutor.StepExecutor.Service = (work, execution) => {
  const { decode, encode } = codecOf(execution)
  const copied = (exit: Exit.Exit<unknown, unknown>) =>
    // an output that does not fit its Schema cannot go to JSON: the engine refuses it
    Effect.orElseSucceed(Effect.flatMap(encode(exit), decode), () => exit)
  // what comes back is of the types that went in
  return Effect.flatten(Effect.flatMap(Effect.exit(work), copied)) as typeof work
}

Reflect.defineProperty(StepExecutor.StepExecutor, "defaultValue", { value: () => throughJson })
