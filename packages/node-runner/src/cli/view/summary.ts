import type * as Schema from "effect/Schema"
import * as Spending from "@stepwright/core/Spending"
import * as Workflow from "@stepwright/core/Workflow"
import { resultAt } from "@stepwright/core/WorkflowState"
import type { Origin } from "@stepwright/llm/Cassette"
import * as format from "../base/format.ts"
import type { Session } from "../run/session.ts"
import type { Result } from "../result/result.ts"
import { resultLines } from "../result/resultLines.ts"
import { cost } from "./cost.ts"
import * as gates from "../gate/gates.ts"
import * as tree from "./tree.ts"

/** A run that ended: completed, failed, or suspended at a cap. */
export interface EndedRun extends Session {
  /** Paths of the steps that were at work, and how many results were reused. */
  readonly ran: ReadonlyArray<string>
  readonly reused: number
  /** How many results came from those of other runs. */
  readonly cached: number
  /** The paths that it came by. */
  readonly holding: ReadonlySet<string>
  readonly durationMillis: number
  /** What the workflow gives, as JSON, where it came to that. */
  readonly output: Schema.Json | undefined
  readonly result: Result
  /** What the run's requests to providers cost so far, where that is known. */
  readonly usd: number | undefined
  /** The replies of its cassette that it had no use for; not known of a run without one, or that is not done. */
  readonly unused: ReadonlyArray<Origin> | undefined
  /** The gates that wait for a decision. */
  readonly undecided: ReadonlyArray<gates.Gate>
  /** How the command line is called, and what goes on with the run. */
  readonly again: string
  readonly goOn: string
}

/** The steps whose result the end of the run comes from, in the order of the definition. */
export const finished = ({ holding, loaded, state }: EndedRun) =>
  tree.rows(Workflow.describe(loaded.workflow), state, false).flatMap(({ path, record }) => {
    const result = resultAt(state, path)
    return result === undefined || record?.error !== undefined || !holding.has(path)
      ? []
      : [{ path, output: result.output }]
  })

const unusedLine = ({ again, run, settings, unused = [] }: EndedRun): ReadonlyArray<string> => {
  if (unused.length === 0) return []
  const paths = unused.slice(0, 3).map(({ path }) => path)
  const count = format.count(unused.length, "reply", "replies")
  return [
    `not used: ${count} of ${settings.replay} (${paths.join(", ")}${unused.length > 3 ? ", …" : ""}); ` +
      `look with \`${again} cassette prune ${settings.replay} --run ${run} --dry-run\``
  ]
}

/** What a person reads: figures, where the files are, how many tests passed; without files what the last step made. */
export const summary = (self: EndedRun): string => {
  const { again, cached, durationMillis, ran, result, reused, run, settings, state, usd } = self
  const { replies, usage } = Spending.of(state)
  const isComplete = state.status === "COMPLETED"
  return [
    [
      `${state.status} in ${format.time(durationMillis)}: ${format.count(ran.length, "step")} run`,
      ...(isComplete ? [`${reused} reused`] : []),
      ...(cached === 0 ? [] : [`${cached} from the cache`]),
      ...(replies === 0
        ? []
        : [`${[format.count(replies, "reply", "replies"), ...format.tokens(usage)].join(" and ")} in all`]),
      ...cost(state, usd)
    ].join(", "),
    ...resultLines(result, run, settings.out, again),
    ...unusedLine(self),
    ...gates.lines(self.undecided, self.loaded.workflow, run, again),
    ...(result.files.length === 0 && isComplete
      ? finished(self)
          .slice(-1)
          .flatMap(({ output, path }) => [`${path}:`, format.output(output)])
      : [])
  ].join("\n")
}
