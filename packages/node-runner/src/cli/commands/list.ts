import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as format from "../base/format.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import { report } from "../base/output.ts"
import { endedAt } from "../base/told.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as listing from "../view/listing.ts"
import { onCluster } from "../view/onCluster.ts"

type Waits = NonNullable<Exclude<listing.Entry, { readonly error: string }>["waits"]>

const whyOf = ({ code, message, path }: Waits): string =>
  code === "Undecided" ? message.replace(/^it /u, "") : endedAt("waits", path, format.oneLine(message))

const lineOf = (entry: listing.Entry): string => {
  if ("error" in entry) return `${entry.run}  ${entry.error}`
  const { cluster, createdAt, replies, run, status, steps, tokens, waits, workflow } = entry
  const at = DateTime.formatIso(DateTime.makeUnsafe(createdAt)).slice(0, 16).replace("T", " ")
  const cost = replies === 0 ? [] : format.tokens(tokens)
  // one that goes on waits no more
  const why = waits === null || status !== "SUSPENDED" ? [] : [whyOf(waits)]
  const facts = [
    `${format.count(steps, "step")} done`,
    ...cost,
    ...why,
    ...(cluster === undefined ? [] : [onCluster(cluster)])
  ].join(", ")
  return `${run}  ${status.padEnd(11)}  ${at}  ${workflow}  ${facts}`
}

export const list = Command.make(
  "list",
  { json: flags.json },
  Effect.fnUntraced(function* ({ json }) {
    const { away, found } = yield* listing.entries
    if (json) yield* Console.log(JSON.stringify(found, null, 2))
    else if (found.length > 0) yield* report(found.map(lineOf).join("\n"))
    else if (away.length === 0) yield* Console.error(`there are no runs here (${yield* runFolder.where})`)
    for (const { message } of away) yield* Console.error(message)
    // whoever counts on it shall not take what is missing for what is not there
    if (away.length > 0) yield* end(exitStatus.configuration)
  })
).pipe(
  Command.withDescription(
    "List the runs of this folder, and those of the cluster whose database STEPWRIGHT_DATABASE_URL names, the last used first. Where the database is away the others are listed, and the exit status is 3."
  ),
  Command.withShortDescription("List the runs of this folder"),
  Command.withExamples(({ commandPath }) => [
    { command: commandPath.join(" "), description: "Id, status, time, workflow, cost" },
    { command: `${commandPath.join(" ")} --json`, description: "The same for a script" }
  ])
)
