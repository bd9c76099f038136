import { core, type Mutant } from "./mutant.ts"

/** Results that are found by what was asked, not by where. */
export const finding: ReadonlyArray<Mutant> = [
  {
    name: "a moved result stays where it was, and so is one sample twice",
    file: "internal/state/fold.ts",
    change: [["const { asked, ...left } = without(source, moved)", "const { asked, ...left } = source"]],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result that another takes the place of is lost",
    file: "internal/state/fold.ts",
    change: [["{ result: answer }), ...formerly(others) }", "{ result: answer }), ...formerly(others.slice(0, 0)) }"]],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result is found by its path alone",
    file: "internal/run/find.ts",
    change: [["const hadAny = Object.values", 'const hadAny = state.run === "" && Object.values']],
    killedBy: core("Engine.moves")
  },
  {
    name: "a plan does not say what a run finds elsewhere",
    file: "internal/run/foresee.ts",
    change: [["    if (pairs.length === 0) {", "    if (pairs.length === 0 || made.length === 0) {"]],
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
      [`import { answersOf } from`, `import { answersOf, apply } from`]
    ],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result of one model is moved to a step of another",
    file: "internal/judge/steps.ts",
    change: [
      [
        `answer.by === "hand" || (answer.model !== undefined && models.includes(answer.model))`,
        `answer.by !== "code" && answer.model !== ""`
      ]
    ],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result set by hand stays where it was set",
    file: "internal/judge/steps.ts",
    change: [
      [
        `answer.by === "hand" || (answer.model !== undefined && models.includes(answer.model))`,
        `answer.by !== "hand" && answer.model !== undefined && models.includes(answer.model)`
      ]
    ],
    killedBy: core("Engine.found")
  },
  {
    name: "a result of code is moved though two steps look the same",
    file: "internal/judge/steps.ts",
    change: [[" && likeOf(answer.code).size === 1", " && likeOf(answer.code).size >= 1"]],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result of code is moved to any step of its name",
    file: "internal/judge/steps.ts",
    change: [
      [
        "answer.code !== undefined && answer.code === codeOf(hash, step) && likeOf(answer.code).size === 1",
        "answer.code !== undefined && likeOf(codeOf(hash, step) ?? answer.code).size === 1"
      ]
    ],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result that a person rejected serves another place",
    file: "internal/state/fold.ts",
    change: [["return result === undefined || renew === true ?", "return result === undefined ?"]],
    killedBy: core("Engine.found")
  },
  {
    name: "a result is taken from a place that may still want it",
    file: "internal/judge/moves.ts",
    change: [["own.asks === undefined ? !steps.mayAsk(own.step, answer) : own.asks", "own.asks"]],
    killedBy: core("Engine.moves")
  },
  {
    name: "a result is taken before the place that it stands at was seen",
    file: "internal/judge/moves.ts",
    change: [["if (own === undefined) return isWhole || !steps.has(path)", "if (own === undefined) return true"]],
    killedBy: core("Engine.found")
  },
  {
    name: "a result is kept for a place whose step cannot ask that",
    file: "internal/judge/steps.ts",
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
    file: "internal/judge/moves.ts",
    change: [["let least = most + 1; least >= 0", "let least = 0; least >= 0"]],
    killedBy: core("Engine.found")
  },
  {
    name: "what became known while a run looked ahead counts as seen",
    file: "internal/run/find.ts",
    change: [["events + moves.length + replies.length", "Math.max(events, state.events)"]],
    killedBy: core("Engine.found")
  },
  {
    name: "of several results the last is found first",
    file: "internal/judge/moves.ts",
    change: [["rank(a) - rank(b) || (a < b ? -1 : 1)", "rank(b) - rank(a) || (a < b ? 1 : -1)"]],
    killedBy: core("Engine.found")
  },
  {
    name: "of several results that is found first which was asked for first",
    file: "internal/judge/moves.ts",
    change: [["paths.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))", "paths.toSorted(() => 0)"]],
    killedBy: core("Engine.found")
  },
  {
    name: "a failure that was taken over is found by its path alone",
    file: "internal/state/fold.ts",
    change: [["if (isTakenOver(error)) return [error, ...former]", "if (isTakenOver(error)) return former"]],
    killedBy: core("Engine.failures")
  },
  {
    name: "a failure that another answer takes the place of is lost",
    file: "internal/state/fold.ts",
    change: [["isTakenOver(error) ? [error, ...former] : former", "former"]],
    killedBy: core("Engine.failures")
  },
  {
    name: "a failure that a person rejected serves another place",
    file: "internal/state/fold.ts",
    change: [
      [
        "({ error: _error, replied: _replied, ...record }: StepRecord)",
        "({ replied: _replied, ...record }: StepRecord)"
      ]
    ],
    killedBy: core("Engine.failures")
  },
  {
    name: "a failure of one model is that of a step which has another one to try",
    file: "internal/judge/verdict.ts",
    change: [["models.every((model) => asked", "models.some((model) => asked"]],
    killedBy: core("Engine.failures")
  },
  {
    name: "a failure is found by a step outside of what takes its error over",
    file: "internal/judge/moves.ts",
    change: [
      ["stillFails(step, answer) && takerOf(place, answer) !== undefined", "stillFails(step, answer) && from !== path"]
    ],
    killedBy: core("Engine.failures")
  },
  {
    name: "a failure that was taken over counts inside of what takes other errors over",
    file: "internal/judge/verdict.ts",
    change: [["const taker = takerOf(place, error)", "const taker = takerOf(place, error) && place.attempt"]],
    killedBy: core("Engine.failures")
  },
  {
    name: "what failed before is taken from behind a failure",
    file: "internal/walk/walk.ts",
    change: [["    failureAround(place) === undefined || isBesideFailure(place)\n", "    place.path !== ``\n"]],
    killedBy: core("Engine.holding")
  },
  {
    name: "what is missing in what failed is missing around it",
    file: "internal/walk/walk.ts",
    change: [["noting({ ...enter(place, tried), notes: undefined })", "noting(enter(place, tried))"]],
    killedBy: core("Engine.failures")
  },
  {
    name: "replies are lost where their path is answered something else",
    file: "internal/state/fold.ts",
    change: [["!(isOfPrompt(fingerprint, openingOf(reply)) &&", "(isOfPrompt(fingerprint, ``) &&"]],
    killedBy: core("Engine.unfinished")
  },
  {
    name: "a reply of an attempt that was cut off is found at its own path alone",
    file: "internal/run/foresee.ts",
    change: [["replies: known.replies(), fault", "replies: [], fault"]],
    killedBy: core("Engine.unfinished")
  },
  {
    name: "a reply serves two steps",
    file: "internal/state/fold.ts",
    change: [["filter((reply) => !isMoved(reply))", "filter((reply) => reply.reply !== ``)"]],
    killedBy: core("Engine.unfinished")
  },
  {
    name: "a reply is taken from a path that begins with that prompt",
    file: "internal/judge/moves.ts",
    change: [["own?.by === undefined && isSame(own?.first, first)", "own?.by === undefined && own?.first === first"]],
    killedBy: core("Engine.unfinished")
  },
  {
    name: "a reply of one model serves a step of another",
    file: "internal/judge/steps.ts",
    change: [["step.model?.models.includes(asked.model) === true", 'step.model?.models.includes("") !== true']],
    killedBy: core("Engine.unfinished")
  },
  {
    name: "a reply stays where the same prompt asks for something else besides",
    file: "internal/state/replies.ts",
    change: [["keyOf(a) === keyOf(b)", "a.opening === b.opening"]],
    killedBy: core("Engine.unfinished")
  },
  {
    name: "replies that were asked for with other settings move along",
    file: "internal/state/replies.ts",
    change: [["settings === undefined || asked?.settings === settings", `settings !== "" || asked === undefined`]],
    killedBy: core("Engine.unfinished")
  },
  {
    name: "the first turn of a conversation is moved alone",
    file: "internal/state/replies.ts",
    change: [["KeptReply): string => opening ?? prompt", "KeptReply): string => opening?.slice(0, 1) ?? prompt"]],
    killedBy: core("Engine.unfinished")
  },
  {
    name: "a failure stands though there are more repairs now",
    file: "internal/judge/verdict.ts",
    change: [["step.model.repair <= asked.repair", "step.model.repair >= 0"]],
    killedBy: core("Engine.holding")
  },
  {
    name: "a failure stands though there is more time now",
    file: "internal/walk/place.ts",
    change: [["around.limit <= limit)", "around.limit > 0)"]],
    killedBy: core("Engine.holding")
  },
  {
    name: "a decision is wanted in what failed",
    file: "internal/run/visitors.ts",
    change: [
      ["keepOnly(undecided, (path) => !StepPath.isIn(path, way))", "keepOnly(undecided, (path) => path !== way)"]
    ],
    killedBy: core("Engine.holding")
  },
  {
    name: "a later round has an answer of its own to what an earlier one asked",
    file: "internal/judge/verdict.ts",
    change: [["(earlier === undefined || isWanted(result))", "(earlier === undefined || own.output !== earlier)"]],
    killedBy: core("Engine.holding")
  },
  {
    name: "what was rejected at a path rejects all that it asks",
    file: "internal/judge/verdict.ts",
    change: [
      [
        "record.result === undefined || record.result.fingerprint.value === asks",
        "record.result === undefined || asks !== ``"
      ]
    ],
    killedBy: core("Engine.holding")
  }
]
