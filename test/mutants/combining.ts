import { core, type Mutant } from "./mutant.ts"

const killedBy = core("Engine.combined")

/** Rounds, samples, ways that are gone or not, failures that are taken over, time and decisions. */
export const combining: ReadonlyArray<Mutant> = [
  {
    name: "a round takes the result of an earlier one where rounds are samples",
    file: "internal/walk/walk.ts",
    change: [[`  if (again === "nothing") return at\n`, `  if (again === "nothing" && round === 1) return at\n`]],
    killedBy
  },
  {
    name: "a round asks again what has not changed",
    file: "internal/walk/walk.ts",
    change: [[`  if (again === "nothing") return at\n`, `  if (again === "nothing" || round > 0) return at\n`]],
    killedBy
  },
  {
    name: "a round is done once more than it may",
    file: "internal/walk/walk.ts",
    change: [["round <= node.atMost; round++", "round <= node.atMost + 1; round++"]],
    killedBy
  },
  {
    name: "rounds go on after one that will do",
    file: "internal/walk/walk.ts",
    change: [["    if (isDone.value === true) break\n", ""]],
    killedBy
  },
  {
    name: "one result serves for all samples",
    file: "internal/walk/walk.ts",
    change: [["enter(at, String(i + 1)), input)", "enter(at, String(Math.min(i, 0) + 1)), input)"]],
    killedBy
  },
  {
    name: "samples are taken more at a time than they may",
    file: "internal/walk/walk.ts",
    change: [
      [
        "Array.from({ length: node.count }), one, node.concurrency)",
        `Array.from({ length: node.count }), one, "unbounded")`
      ]
    ],
    killedBy: core("Engine.time")
  },
  {
    name: "a fallback takes what suspends a run",
    file: "internal/run/perform.ts",
    change: [
      [
        "const taker = isSuspending ? undefined : takerOf(place, describeError(reason))",
        "const taker = takerOf(place, describeError(reason))"
      ]
    ],
    killedBy
  },
  {
    name: "a fallback takes any error",
    file: "internal/walk/place.ts",
    change: [["around !== undefined && !around.takes.has(tag)", `around !== undefined && tag === ""`]],
    killedBy
  },
  {
    name: "a failure that was taken over is tried again",
    file: "internal/judge/verdict.ts",
    change: [["if (error?.fingerprint?.value === asks && !isNew", "if (error?.fingerprint?.value === asks && isNew"]],
    killedBy
  },
  {
    name: "a failure that was taken over answers another question",
    file: "internal/judge/verdict.ts",
    change: [["if (error?.fingerprint?.value === asks && !isNew", "if (error?.fingerprint !== undefined && !isNew"]],
    killedBy
  },
  {
    name: "steps start inside of what failed and was taken over",
    file: "internal/run/perform.ts",
    change: [
      ["  ending !== undefined || failureAround(place) !== undefined", "  ending !== undefined || place.path === ``"]
    ],
    killedBy
  },
  {
    name: "time has no limit",
    file: "internal/walk/walk.ts",
    change: [
      [
        "visitor.within === undefined ? body : visitor.within(place, at.attempt, body)",
        "visitor.within === undefined || node.millis > 0 ? body : visitor.within(place, at.attempt, body)"
      ]
    ],
    killedBy
  },
  {
    name: "a decision counts for another question",
    file: "internal/ask/step.ts",
    change: [["parts: { question }", "parts: { question: null }"]],
    killedBy
  },
  {
    name: "a decision counts though another one is to be taken",
    file: "internal/ask/step.ts",
    change: [["decision: call.jsonSchema(output.schema) }", "decision: null }"]],
    killedBy
  },
  {
    name: "nothing goes on beside a gate",
    file: "internal/run/perform.ts",
    change: [
      [
        "open.set(path, { step, fingerprint })\n  return yield* Effect.fail(new Missing(path, true))",
        "open.set(path, { step, fingerprint })\n  return yield* Effect.fail(new Halt())"
      ]
    ],
    killedBy
  },
  {
    name: "a run that waits for a decision counts as complete",
    file: "internal/run/drive.ts",
    change: [["if (first === undefined) return", 'if (first === undefined || first !== "") return']],
    killedBy
  }
]
