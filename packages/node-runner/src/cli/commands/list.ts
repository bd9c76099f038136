import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as format from "../base/format.ts"
import { report } from "../base/output.ts"
import { endedAt } from "../base/told.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as listing from "../view/listing.ts"

type Waits = NonNullable<Exclude<listing.Entry, { readonly error: string }>["waits"]>

const whyOf = ({ code, message, path }: Waits): string =>
  code === "Undecided" ? message.replace(/^it /u, "") : endedAt("waits", path, format.oneLine(message))

const lineOf = (entry: listing.Entry): string => {
  if ("error" in entry) return `${entry.run}  ${entry.error}`
  const { createdAt, replies, run, status, steps, tokens, waits, workflow } = entry
  const at = DateTime.formatIso(DateTime.makeUnsafe(createdAt)).slice(0, 16).replace("T", " ")
  const cost = replies === 0 ? [] : format.tokens(tokens)
  // one that goes on waits no more
  const why = waits === null || status !== "SUSPENDED" ? [] : [whyOf(waits)]
  const facts = [`${format.count(steps, "step")} done`, ...cost, ...why].join(", ")
  return `${run}  ${status.padEnd(11)}  ${at}  ${workflow}  ${facts}`
}

export const list = Command.make(
  "list",
  { json: flags.json },
  Effect.fnUntraced(function* ({ json }) {
    const entries = yield* listing.entries
    if (json) return yield* Console.log(JSON.stringify(entries, null, 2))
    if (entries.length === 0) yield* Console.error(`there are no runs here (${yield* runFolder.where})`)
    if (entries.length > 0) yield* report(entries.map(lineOf).join("\n"))
  })
).pipe(
  Command.withDescription("List the runs of this folder, the last used first"),
  Command.withShortDescription("List the runs of this folder"),
  Command.withExamples(({ commandPath }) => [
    { command: commandPath.join(" "), description: "Id, status, time, workflow, cost" },
    { command: `${commandPath.join(" ")} --json`, description: "The same for a script" }
  ])
)
