import { core, type Mutant } from "./mutant.ts"

/** Which results count, what is journalled, and how a run ends. */
export const recording: ReadonlyArray<Mutant> = [
  {
    name: "a result is taken that no longer fits its Schema",
    file: "internal/judge/verdict.ts",
    change: [
      [
        `return Effect.succeed(run("its recorded output no longer fits its Schema"))`,
        `return Effect.succeed({ _tag: "Reuse", output: result.output })`
      ]
    ],
    killedBy: core("Engine.records")
  },
  {
    name: "a step that failed is taken for one with a result",
    file: "internal/judge/verdict.ts",
    change: [
      [
        "  const byHand = result?.by",
        `  if (result === undefined && error !== undefined) return { _tag: "Reuse", output: undefined }
  const byHand = result?.by`
      ]
    ],
    killedBy: core("Engine.records")
  },
  {
    name: "a result is taken though what it made is gone",
    file: "internal/judge/verdict.ts",
    change: [["(isThere): Own => (isThere ?", "(isThere): Own => (isThere || result !== undefined ?"]],
    killedBy: core("Step")
  },
  {
    name: "an edited input is ignored",
    file: "internal/state/fold.ts",
    change: [["      self.input = event.input\n", ""]],
    killedBy: core("Engine")
  },
  {
    name: "an edited input leaves a run completed",
    file: "internal/state/fold.ts",
    change: [['if (!Equal.equals(self.input, event.input)) self.status = "IN_PROGRESS"', ""]],
    killedBy: core("Engine")
  },
  {
    name: "a changed result leaves a run completed",
    file: "internal/state/fold.ts",
    change: [
      [
        '(event._tag === "StepSucceeded" && changes(before, after))',
        '(event._tag === "StepStarted" && changes(before, after))'
      ]
    ],
    killedBy: core("WorkflowEvent")
  },
  {
    name: "a failure takes the last result away",
    file: "internal/state/fold.ts",
    change: [
      ["const after = finished(record, event)", "const { result: _result, ...after } = finished(record, event)"]
    ],
    killedBy: core("WorkflowEvent")
  },
  {
    name: "a completed run still shows failures that do not count any more",
    file: "internal/state/fold.ts",
    change: [['if (event.status === "COMPLETED") settle(self)', 'if (event.status === "CANCELLED") settle(self)']],
    killedBy: core("Engine.faults")
  },
  {
    name: "a failed run is ended by what suspended before",
    file: "internal/run/runtime.ts",
    change: [["Suspended: 1, Failed: 2, Faulted: 3", "Suspended: 2, Failed: 1, Faulted: 3"]],
    killedBy: core("Engine.records")
  },
  {
    name: "what suspends a run fails it",
    file: "internal/run/perform.ts",
    change: [['isSuspending ? "Suspended" : "Failed"', '"Failed"']],
    killedBy: core("Engine")
  },
  {
    name: "an interrupted run counts as failed",
    file: "internal/run/drive.ts",
    change: [["const isCancelled = Exit.hasInterrupts(exit)", "const isCancelled: boolean = false"]],
    killedBy: core("Engine")
  },
  {
    name: "a result is told before it is journalled",
    file: "internal/run/runtime.ts",
    change: [
      [
        "return keep(runtime, path, journal.append(run, event), told)",
        "told?.(true)\n        return keep(runtime, path, journal.append(run, event))"
      ]
    ],
    killedBy: core("Engine.records")
  },
  {
    name: "a result is told that is not journalled",
    file: "internal/run/runtime.ts",
    change: [["        if (!next.isKept) continue\n", ""]],
    killedBy: core("Engine.records")
  },
  {
    name: "the result of a forced step is not recorded",
    file: "internal/run/perform.ts",
    change: [
      [
        "const recorded = yield* recordResult(",
        "if (forced) return output\n        const recorded = yield* recordResult("
      ]
    ],
    killedBy: core("Engine.records")
  },
  {
    name: "a step whose key comes late starts after a failure",
    file: "internal/run/perform.ts",
    change: [
      ["        if (isOver(runtime, place)) return yield* Effect.fail(new Halt())\n        tally", "        tally"]
    ],
    killedBy: core("Engine.faults")
  },
  {
    name: "steps start after a failure",
    file: "internal/run/perform.ts",
    change: [
      [
        "  ending !== undefined || failureAround(place) !== undefined",
        `  ending?._tag === "Faulted" || failureAround(place) !== undefined`
      ],
      ["if (runtime.ending !== undefined ||", `if (runtime.ending?._tag === "Faulted" ||`]
    ],
    killedBy: core("Engine")
  },
  {
    name: "paths that are no longer there are not marked",
    file: "internal/run/drive.ts",
    change: [['orphaned: orphans(runtime, workflow, status === "COMPLETED"),', "orphaned: [],"]],
    killedBy: core("Engine")
  },
  {
    name: "a result that a person sets is not held against the Schema",
    file: "internal/run/set.ts",
    change: [
      ["if (Result.isFailure(decoded)) return yield* new InvalidOutput({ detail: decoded.failure.message })\n", ""],
      [
        "const encoded = yield* Effect.fromResult(encodeOutput(step, decoded.success))",
        "const encoded = json as Schema.Json"
      ],
      ["return decoded.success", "return json"]
    ],
    killedBy: core("Engine.records")
  },
  {
    name: "a result that a person sets looks like one of the step",
    file: "internal/run/set.ts",
    change: [[`step.isGate ? "decision" : "hand"`, `step.isGate ? "decision" : "code"`]],
    killedBy: core("Engine")
  },
  {
    name: "an old state of a run is gone on with",
    file: "internal/run/begin.ts",
    change: [
      ['if (size > 0) return yield* engineError("", new StaleState({ run, journal: size, state: events }))\n', ""]
    ],
    killedBy: core("Engine.records")
  },
  {
    name: "two runs have one id",
    file: "internal/run/begin.ts",
    change: [['  if (size !== undefined && size > 0) return yield* engineError("", new RunExists({ run }))\n', ""]],
    killedBy: core("Engine.records")
  },
  {
    name: "a new result that was asked for is forgotten",
    file: "internal/judge/verdict.ts",
    change: [["const isNew = isRenewed(record, asks)", "const isNew = isRenewed(record, asks) && asks === ``"]],
    killedBy: core("Engine.fork")
  },
  {
    name: "a new result is asked for again and again",
    file: "internal/state/fold.ts",
    change: [
      [
        "renew: _renew, result: _result, same: _same, ...record } = before",
        "result: _result, same: _same, ...record } = before"
      ]
    ],
    killedBy: core("Engine.fork")
  }
]
