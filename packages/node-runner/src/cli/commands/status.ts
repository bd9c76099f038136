import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { defined } from "../base/defined.ts"
import * as output from "../base/output.ts"
import { Interrupt } from "../base/interrupt.ts"
import type { Words } from "../base/words.ts"
import * as flags from "../run/flags.ts"
import * as further from "../run/further.ts"
import * as runFolder from "../run/runFolder.ts"
import * as follow from "../live/follow.ts"
import * as stores from "../run/store/stores.ts"
import { onCluster } from "../view/onCluster.ts"
import * as standing from "../view/standing.ts"
import * as standingNow from "../view/standingNow.ts"

export const status = (words: Words) =>
  Command.make(
    "status",
    {
      run: flags.run,
      watch: flags.toggle(
        "watch",
        "Show how it goes on, until no process works on it any more; Ctrl-C leaves the run alone"
      ),
      json: flags.json
    },
    Effect.fnUntraced(function* ({ json, run: reference, watch }) {
      const run = yield* runFolder.find(reference)
      if (watch) {
        const interrupt = yield* Interrupt
        interrupt.isQuiet = true
        if (json) return yield* follow.asJson(run)
      }
      const found = yield* watch ? follow.inText(run) : standingNow.of(run)
      const cluster = (yield* Effect.flatMap(stores.of(run), (store) => store.glance(run)))?.cluster
      if (json)
        return yield* Console.log(JSON.stringify({ ...standingNow.toJson(found), ...defined({ cluster }) }, null, 2))
      const { again, before, goOn, isRed, self, settings } = found
      const { isLive, state } = self
      const now = isLive ? yield* Clock.currentTimeMillis : undefined
      yield* output.report(standing.text(self, output.stdout(), now, settings.out, again))
      if (cluster !== undefined) yield* Console.log(onCluster(cluster))
      if (!isLive && state.status !== "COMPLETED") {
        yield* Console.log(isRed ? further.tryAnew(again, state.run) : further.after(before, `go on with: ${goOn}`))
      }
    })
  ).pipe(
    Command.withDescription(
      "Show every step of a run with its status, time, attempts and tokens; also while it runs. With --watch it is drawn anew at each change until no process is at the run; without a terminal each change is a line, with --json a document. The exit status is 0 however the run ended."
    ),
    Command.withShortDescription("Show every step of a run"),
    Command.withExamples(({ commandPath }) => [
      { command: commandPath.join(" "), description: "The run that was used last" },
      { command: `${commandPath.join(" ")} ${words.id} --json`, description: "A run, for a script" },
      { command: `${commandPath.join(" ")} --watch`, description: "How a run goes on that another process is at" }
    ])
  )
