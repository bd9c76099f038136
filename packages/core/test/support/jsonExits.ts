// A set-up file of vitest: every exit of every step goes to JSON and back, as it would through a durable engine.
import { Effect, Exit, Schema } from "effect"
import { StepExecutor } from "@stepwright/core"

const throughJson: typeof StepExecutor.StepExecutor.Service = (work, { error, output }) => {
  const codec = Schema.fromJsonString(Schema.toCodecJson(Schema.Exit(output, error, Schema.Defect())))
  const copied = (exit: Exit.Exit<unknown, unknown>) =>
    // an output that does not fit its Schema cannot go to JSON: the engine refuses it
    Effect.orElseSucceed(
      Effect.flatMap(Schema.encodeEffect(codec)(exit), Schema.decodeUnknownEffect(codec)),
      () => exit
    )
  // what comes back is of the types that went in
  return Effect.flatten(Effect.flatMap(Effect.exit(work), copied)) as typeof work
}

Reflect.defineProperty(StepExecutor.StepExecutor, "defaultValue", { value: () => throughJson })
