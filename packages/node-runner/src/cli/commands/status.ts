import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as output from "../base/output.ts"
import type { Words } from "../base/words.ts"
import { effective } from "../config/effective.ts"
import * as flags from "../run/flags.ts"
import * as further from "../run/further.ts"
import { plan } from "../run/pending.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import { standardSettings } from "../run/settings.ts"
import { commandOf } from "../module/workflowModule.ts"
import * as document from "../view/document.ts"
import * as standing from "../view/standing.ts"

export const status = (words: Words) =>
  Command.make(
    "status",
    { run: flags.run, json: flags.json },
    Effect.fnUntraced(function* ({ json, run: reference }) {
      const run = yield* runFolder.find(reference)
      const isLive = yield* runFolder.isLive(run)
      const { events, state } = yield* runFolder.load(run)
      const known = yield* runFolder.settingsToLookAt(run)
      const loaded = yield* session.workflowThereOf(known, state)
      const kept = known ?? standardSettings(run)
      // what would mend it was said
      const settings = yield* Effect.orElseSucceed(effective(kept), () => kept)
      // a layer of the workflow's own may do anything when it is built, and somebody who looks expects nothing
      const canPlan = loaded !== undefined && !isLive && !loaded.hasLayer
      const foreseen = canPlan ? yield* plan({ state, loaded, settings }) : undefined
      const self = yield* standing.of({ run, state, loaded, settings, events, isLive, plan: foreseen })
      const again = yield* commandOf(known)
      const flag = state.error === undefined ? "" : further.flagsOf(settings, state.error.message)
      const before = yield* Effect.orElseSucceed(further.raising(kept, flag), () => undefined)
      // what would run anew may come to something else
      const isRed = further.isRed(state, self.result.tests) && !self.rows.some(({ look }) => look === "stale")
      const resume = `${again} resume ${run}${yield* session.flagsFor(run, known)}${before === undefined ? flag : ""}`
      const goOn = isRed ? further.fork(again, run) : resume
      if (json)
        return yield* Console.log(
          JSON.stringify(
            document.ofStanding({ ...self, again, goOn: further.after(before, goOn) }, known?.out),
            null,
            2
          )
        )
      const now = isLive ? yield* Clock.currentTimeMillis : undefined
      yield* output.report(standing.text(self, output.stdout(), now, settings.out, again))
      if (!isLive && state.status !== "COMPLETED") {
        yield* Console.log(isRed ? further.tryAnew(again, run) : further.after(before, `go on with: ${goOn}`))
      }
    })
  ).pipe(
    Command.withDescription("Show every step of a run with its status, time, attempts and tokens; also while it runs"),
    Command.withShortDescription("Show every step of a run"),
    Command.withExamples(({ commandPath }) => [
      { command: commandPath.join(" "), description: "The run that was used last" },
      { command: `${commandPath.join(" ")} ${words.id} --json`, description: "A run, for a script" }
    ])
  )
