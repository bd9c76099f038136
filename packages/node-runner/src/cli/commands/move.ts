import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type { Words } from "../base/words.ts"
import { there } from "../cluster/cluster.ts"
import { moved } from "../go/moved.ts"
import { commandOf } from "../module/workflowModule.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as stores from "../run/store/stores.ts"

export const move = (words: Words) =>
  Command.make(
    "move",
    {
      run: flags.run,
      to: Flag.Literals("to", ["cluster", "folder"]).pipe(
        Flag.withMetavar("WHERE"),
        Flag.withDescription("cluster, whose database STEPWRIGHT_DATABASE_URL names, or folder")
      ),
      json: flags.json
    },
    Effect.fnUntraced(function* ({ json, run: reference, to }) {
      const run = yield* runFolder.find(reference)
      if (to === "cluster") yield* there
      const [folder, ...others] = yield* stores.Stores
      const target = to === "folder" ? folder : (others.find(({ handOver }) => handOver !== undefined) ?? folder)
      // a move that was cut short may have left it in both
      const [from] = yield* Effect.filter([folder, ...others], (store) =>
        Effect.map(store.glance(run), (seen) => store !== target && seen !== undefined)
      )
      const isMoved = from !== undefined
      const places = isMoved ? yield* moved(run, from, target) : { to: yield* target.where }
      if (json) return yield* Console.log(JSON.stringify({ run, moved: isMoved, to }, null, 2))
      yield* Console.log(`run ${run} ${isMoved ? "is" : "was already"} in ${places.to}`)
      if (!isMoved) return
      yield* Console.error(`go on with: ${yield* commandOf(yield* runFolder.settingsToLookAt(run))} resume ${run}`)
    })
  ).pipe(
    Command.withDescription(
      "Move a run from the folder to the cluster, or back: all that happened to it, its prompts, replies and settings. Nothing runs by that; `resume` goes on where it is then. What it delivered stays where it is."
    ),
    Command.withShortDescription("Move a run to a cluster, or back"),
    Command.withExamples(({ commandPath }) => [
      {
        command: `${commandPath.join(" ")} ${words.id} --to cluster`,
        description: "Then `resume` hands it to workers"
      },
      { command: `${commandPath.join(" ")} ${words.id} --to folder`, description: "Then `resume` goes on with it here" }
    ])
  )
