import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Words } from "../base/words.ts"
import { checkFlags, formOf } from "../run/checkFlags.ts"
import { command } from "../module/workflowModule.ts"
import * as flags from "../run/flags.ts"
import { withTold } from "../run/input.ts"
import * as onCluster from "../go/onCluster.ts"
import { resumed } from "../go/resumed.ts"
import { noticing } from "../live/lines.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import { linesOf, previousOf, renewed } from "../value/previous.ts"
import { runAndReport } from "../go/runAndReport.ts"

const config = (words: Words) => ({
  run: flags.run,
  workflow: flags.workflow(words),
  mutants: flags.mutants(words),
  out: flags.out,
  ...flags.answering,
  otlp: flags.otlp,
  detach: flags.detach,
  build: flags.build,
  noInput: flags.noInput,
  yes: flags.yes,
  json: flags.json,
  jsonEvents: flags.jsonEvents
})

export const resume = (words: Words) =>
  Command.make(
    "resume",
    config(words),
    Effect.fnUntraced(function* ({
      build,
      detach,
      json,
      jsonEvents,
      mutants,
      noInput,
      otlp: _,
      run,
      workflow,
      yes,
      ...rest
    }) {
      const manner = { ...(yield* formOf({ json, jsonEvents })), noInput, yes }
      yield* checkFlags(rest)
      const isOnCluster = yield* onCluster.has(run)
      yield* flags.checkDetach(detach, isOnCluster)
      const held = yield* session.hold(run, workflow)
      const input = Effect.flatMap(inputNow(held), (input) => withTold(held.loaded.workflow.input, input, { mutants }))
      if (isOnCluster) {
        const self = yield* onCluster.handedOver(held, { told: rest, input, build })
        return yield* detach ? onCluster.leave(self, manner, build) : onCluster.followAndReport(self, manner, build)
      }
      const { ready, session: self } = yield* resumed(held, { told: rest, manner, input }).pipe(noticing(manner.lines))
      yield* runAndReport(self, ready, manner)
    }, Effect.scoped)
  ).pipe(
    Command.provide(({ otlp }) => flags.sending(otlp)),
    Command.withDescription(
      "Go on where a run stopped. What has a result that still holds is not done again; a finished run calls nothing. The flags replace the run's own for good: --model, --replay, --record and --relay all together, the others one by one. A run of a cluster is handed to its workers, and followed."
    ),
    Command.withShortDescription("Go on where a run stopped"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest`, description: "The run that was used last" },
      {
        command: `${commandPath.join(" ")} ${words.id} --max-calls 40`,
        description: "With a larger cap, after status 4"
      },
      {
        command: `${commandPath.join(" ")} ${words.id} --detach`,
        description: "A run on a cluster, without following it"
      }
    ])
  )

/** The input of a run; that of a change of which nothing is done yet has the files as they are by now. */
const inputNow = Effect.fnUntraced(function* ({ run, settings: { changeOf }, state }: session.Session) {
  const isBegun = Object.keys(state.records).length > 0
  if (changeOf === undefined || isBegun || !(yield* runFolder.isReference(changeOf))) return state.input
  const again = yield* command
  yield* session.checkUnchanged(
    changeOf,
    (by) => `change that, by \`${again} change ${by} FILE\`, and remove run ${run}`
  )
  const { ChangeWorkflow } = yield* Effect.promise(() => import("@stepwright/steps"))
  const codec = Schema.toCodecJson(ChangeWorkflow.Input)
  const known = yield* Effect.option(Schema.decodeUnknownEffect(codec)(state.input))
  // what does not fit is told by the engine
  if (Option.isNone(known)) return state.input
  const found = yield* previousOf(yield* session.open(changeOf))
  // what was decoded, and texts
  const now = yield* Effect.orDie(Schema.encodeEffect(codec)(renewed(known.value, found.previous)))
  if (Equal.equals(now, state.input)) return state.input
  for (const line of linesOf(found)) yield* Console.error(line)
  return now
})
