import { spawnSync } from "node:child_process"
import { TestRunner } from "@stepwright/core"
import { Effect, Layer, type Schema } from "effect"

export const unavailable = (detail: string) => new TestRunner.TestRunnerError({ reason: "Unavailable", detail })

type Evaluate = (program: string, input: Schema.Json) => Effect.Effect<Schema.Json, TestRunner.TestRunnerError>

/** A sandbox that evaluates programs, and runs no tests. */
export const evaluating = (evaluate: Evaluate) =>
  Layer.succeed(TestRunner.TestRunner, {
    identity: "memory",
    hasPytest: false,
    run: () => Effect.fail(unavailable("no tests")),
    evaluate
  })

const end = "\nimport json, sys\nprint(json.dumps(main(json.load(sys.stdin))))\n"

/** With the machine's own Python. */
export const python = evaluating((program, input) =>
  Effect.suspend(() => {
    const { status, stderr, stdout } = spawnSync("python3", ["-c", program + end], {
      input: JSON.stringify(input),
      encoding: "utf8"
    })
    return status === 0 ? Effect.succeed(JSON.parse(stdout)) : Effect.fail(unavailable(stderr))
  })
)
