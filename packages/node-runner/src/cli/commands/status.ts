import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Workflow from "@stepwright/core/Workflow"
import * as figures from "../base/format.ts"
import type { Words } from "../base/words.ts"
import * as flags from "../run/flags.ts"
import * as runs from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import type { RunSettings } from "../run/settings.ts"
import { shown } from "../view/statusLabel.ts"
import * as standing from "../view/result.ts"
import * as terminal from "../base/terminal.ts"
import * as tree from "../view/tree.ts"
import { command } from "../run/workflowModule.ts"

export const status = (words: Words) =>
  Command.make(
    "status",
    { run: flags.optionalRun, json: flags.json },
    Effect.fnUntraced(function* ({ json, run: reference }) {
      const run = yield* runs.find(reference)
      const isLive = yield* runs.isLive(run)
      const state = yield* runs.state(run)
      const known = yield* runs.readSettings(run)
      // without its workflow a run still has its records to show
      const loaded = yield* Effect.orElseSucceed(session.workflowOf(undefined, known, state), () => undefined)
      const definition = loaded && Workflow.describe(loaded.workflow)
      const settings: RunSettings = known ?? { format: 1, out: `out/${run}` }
      const { out } = settings
      // a layer of the workflow's own may do anything when it is built, and somebody who looks expects nothing
      const canPlan = loaded !== undefined && !isLive && !loaded.hasLayer
      const stale = canPlan ? yield* standing.stale({ run, state, loaded, settings }) : undefined
      const rows = tree.rows(definition, state, isLive, stale)
      const { replies, usage } = figures.totals(state)
      const result = yield* standing.of(state, out, (path) =>
        stale === undefined ? state.status === "COMPLETED" : !stale.has(path)
      )
      const usd = yield* session.costOf(state, settings)
      if (json) {
        const { createdAt, error, origin, updatedAt, workflow } = state
        const steps = rows
          .filter(({ isStep }) => isStep)
          .map(({ look, path, record, why }) => ({
            path,
            status: look,
            ...(why === undefined ? {} : { why }),
            attempts: record?.attempts ?? 0,
            replies: record?.replies ?? 0,
            tokens: record?.usage ?? {},
            durationMillis: record?.durationMillis ?? null,
            ...(record?.error === undefined ? {} : { error: record.error.message }),
            ...(record?.result === undefined ? {} : { by: record.result.by })
          }))
        const document = {
          run,
          ...(origin === undefined ? {} : { origin }),
          workflow,
          status: shown(state, isLive),
          ...(error === undefined ? {} : { error }),
          out: known?.out ?? null,
          files: result.files,
          changed: result.changed,
          tests: result.tests ?? null,
          replies,
          tokens: usage,
          usd: usd ?? null,
          createdAt,
          updatedAt,
          steps
        }
        return yield* Console.log(JSON.stringify(document, null, 2))
      }
      const screen = terminal.stdout()
      const now = isLive ? yield* Clock.currentTimeMillis : undefined
      const columns = screen.isTerminal ? screen.columns() : Infinity
      const width = tree.nameWidth(rows, columns)
      const lines = [
        `${run}  ${state.workflow}  ${shown(state, isLive)}`,
        ...rows.flatMap((row) => [
          tree.line(row, width, { columns, hasColour: screen.hasColour, now, fewestAttempts: 1 }),
          ...(row.record?.error === undefined
            ? []
            : row.record.error.message
                .trimEnd()
                .split("\n")
                .slice(0, 4)
                .map((text) => `${"  ".repeat(row.depth + 2)}${text}`))
        ]),
        ...(state.orphaned.length === 0 ? [] : [`no longer part of the workflow: ${state.orphaned.join(", ")}`]),
        ...(replies === 0
          ? []
          : [
              [figures.count(replies, "reply", "replies"), figures.tokens(usage), ...figures.cost(state, usd)].join(
                ", "
              )
            ]),
        ...standing.lines(result, run, out, yield* command)
      ]
      yield* Console.log(lines.join("\n"))
    })
  ).pipe(
    Command.withDescription("Show every step of a run with its status, time, attempts and tokens; also while it runs"),
    Command.withShortDescription("Show every step of a run"),
    Command.withExamples(({ commandPath }) => [
      { command: commandPath.join(" "), description: "The run that was used last" },
      { command: `${commandPath.join(" ")} ${words.id} --json`, description: "A run, for a script" }
    ])
  )
