import { core, type Mutant } from "./mutant.ts"

/** Results that are found by what was asked, not by where. */
export const finding: ReadonlyArray<Mutant> = [
  {
    name: "a moved result stays where it was, and so is one sample twice",
    file: "WorkflowEvent.ts",
    change: [["      self.records[from] = without(source, result)\n", ""]],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result that another takes the place of is lost",
    file: "WorkflowEvent.ts",
    change: [["{ ...record, result, ...(former.length > 0 && { former }) }", "{ ...record, result }"]],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result is found by its path alone",
    file: "internal/run/find.ts",
    change: [["const hadResults = Object.values", 'const hadResults = state.run === "" && Object.values']],
    killedBy: core("Engine.moves")
  },
  {
    name: "a plan does not say what a run finds elsewhere",
    file: "internal/run/foresee.ts",
    change: [["    if (pairs.length === 0) return", "    if (pairs.length === 0 || made.length === 0) return"]],
    killedBy: core("Engine.moves")
  },
  {
    name: "a move is not journalled",
    file: "internal/run/find.ts",
    change: [
      [
        `yield* runtime.append({ _tag: "ResultMoved", ...move, at: runtime.now() })`,
        `apply(runtime.state, { _tag: "ResultMoved", ...move, at: runtime.now() })`
      ],
      [`import { resultsOf } from`, `import { apply, resultsOf } from`]
    ],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result of one model is moved to a step of another",
    file: "internal/run/steps.ts",
    change: [
      [`by === "hand" || (model !== undefined && step.model.models.includes(model))`, `by !== "code" && model !== ""`]
    ],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result set by hand stays where it was set",
    file: "internal/run/steps.ts",
    change: [
      [
        `by === "hand" || (model !== undefined && step.model.models.includes(model))`,
        `by !== "hand" && model !== undefined && step.model.models.includes(model)`
      ]
    ],
    killedBy: core("Engine.found")
  },
  {
    name: "a result of code is moved though two steps look the same",
    file: "internal/run/steps.ts",
    change: [[" && likeOf(code).size === 1", " && likeOf(code).size >= 1"]],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result of code is moved to any step of its name",
    file: "internal/run/steps.ts",
    change: [
      [
        "code !== undefined && code === codeOf(hash, step) && likeOf(code).size === 1",
        "code !== undefined && likeOf(codeOf(hash, step) ?? code).size === 1"
      ]
    ],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result that a person rejected serves another place",
    file: "WorkflowEvent.ts",
    change: [["result === undefined || renew === true ? former", "result === undefined ? former"]],
    killedBy: core("Engine.found")
  },
  {
    name: "a result is taken from a place that may still want it",
    file: "internal/run/moves.ts",
    change: [["own.asks === undefined ? !steps.mayAsk(own.step, result) : own.asks", "own.asks"]],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result is taken before the place that it stands at was seen",
    file: "internal/run/moves.ts",
    change: [["if (own === undefined) return isWhole || !steps.has(path)", "if (own === undefined) return true"]],
    killedBy: core("Engine.found")
  },
  {
    name: "a result is kept for a place whose step cannot ask that",
    file: "internal/run/steps.ts",
    change: [
      [
        ".every(([name, digest]) => fingerprint.parts[name] === digest)",
        ".every(([name]) => name in fingerprint.parts)"
      ]
    ],
    killedBy: core("Engine.found")
  },
  {
    name: "a result goes to the first place, and not to that of its name",
    file: "internal/run/moves.ts",
    change: [
      ["(a: string, b: string) => a === b, isNamesake, () => true", "(a: string, b: string) => a === b || true"]
    ],
    killedBy: core("Engine.found")
  },
  {
    name: "of several results the last is found first",
    file: "internal/run/moves.ts",
    change: [["rank(a) - rank(b) || (a < b ? -1 : 1)", "rank(b) - rank(a) || (a < b ? 1 : -1)"]],
    killedBy: core("Engine.found")
  },
  {
    name: "of several results that is found first which was asked for first",
    file: "internal/run/moves.ts",
    change: [["free.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))", "free.toSorted(() => 0)"]],
    killedBy: core("Engine.found")
  }
]
