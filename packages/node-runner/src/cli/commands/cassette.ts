import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type { Recorded } from "@stepwright/llm/Cassette"
import { cassettes } from "../../internal/services/answering.ts"
import { configuration, usage } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import * as asked from "../run/asked.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"

const prune = Command.make(
  "prune",
  {
    folder: Argument.String("FOLDER").pipe(Argument.withDescription("A cassette")),
    runs: Flag.String("run").pipe(
      Flag.withMetavar("RUN"),
      Flag.withDescription(
        "Run whose replies are to stay: an id, the beginning of one, or `latest`; several may be given"
      ),
      Flag.atLeast(1)
    ),
    dryRun: flags.toggle("dry-run", "Remove nothing, and say what would be"),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ dryRun, folder, json, runs }) {
    const fs = yield* FileSystem.FileSystem
    if (folder.trim() === "") return yield* usage("FOLDER names nothing", { target: "FOLDER", fix: "name a cassette" })
    if (!(yield* isFolder(folder))) {
      const fix = "name one that is there; a single file becomes one with `cassette migrate`"
      return yield* usage(`there is no folder ${folder}`, { target: folder, fix })
    }
    const isAsked = yield* asked.inEvents((yield* Effect.forEach(runs, eventsOf)).flat())
    const all = yield* (yield* cassettes).entries(folder)
    const removed = all.filter(({ request }) => !isAsked(request))
    const kept = all.length - removed.length
    if (all.length > 0 && kept === 0) {
      const fix = "name the runs that it is for"
      return yield* usage(`${runs.join(", ")} asked for nothing that is in ${folder}`, { target: folder, fix })
    }
    if (!dryRun) yield* Effect.forEach(removed, ({ file }) => fs.remove(`${folder}/${file}`), { discard: true })
    if (json) return yield* Console.log(JSON.stringify({ folder, dryRun, removed: removed.map(shown), kept }, null, 2))
    for (const { file } of removed) yield* Console.log(`${dryRun ? "would remove" : "removed"} ${folder}/${file}`)
    yield* Console.log(
      `${format.count(removed.length, "reply", "replies")} ${dryRun ? "to remove" : "removed"}, ${kept} kept`
    )
  })
).pipe(
  Command.withDescription(
    "Remove the replies of a cassette whose prompts none of the given runs asked for. Files that are no replies stay."
  ),
  Command.withShortDescription("Remove replies that no run asked for"),
  Command.withExamples(({ commandPath }) => [
    { command: `${commandPath.join(" ")} tapes/ledger --run latest --dry-run`, description: "See what would go" },
    {
      command: `${commandPath.join(" ")} tapes/all --run 20261121-092354-atwd --run latest`,
      description: "Keep what either run asked for"
    }
  ])
)

const migrate = Command.make(
  "migrate",
  {
    file: Argument.String("FILE").pipe(Argument.withDescription("A cassette that is a single JSON file")),
    folder: Argument.String("FOLDER").pipe(
      Argument.withDescription("Where the replies go (default: FILE without .json)"),
      Argument.optional
    ),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ file, json, ...rest }) {
    if (file.trim() === "") return yield* usage("FILE names nothing", { target: "FILE", fix: "name a cassette" })
    const folder = Option.getOrElse(rest.folder, () => file.replace(/\.json$/iu, ""))
    if (yield* isFolder(file))
      return yield* usage(`${file} is a folder already`, { target: file, fix: "name a single file" })
    if (!(yield* isThere(file)))
      return yield* usage(`there is no file ${file}`, { target: file, fix: "name one that is there" })
    if (folder === file) {
      const problem = `say which folder ${file} becomes: its name has no .json to leave out`
      return yield* usage(problem, { target: "FOLDER" })
    }
    const replies = yield* Effect.catchTag((yield* cassettes).migrate(file, folder), "CassetteError", (error) =>
      Effect.fail(
        configuration(error.message, {
          target: error.file,
          fix: "mend it, or record a folder anew with --record",
          cause: error
        })
      )
    )
    if (json) return yield* Console.log(JSON.stringify({ file, folder, replies: replies.map(shown) }, null, 2))
    yield* Console.log(
      `${folder} has ${format.count(replies.length, "reply", "replies")} of ${file}, which is not needed any more`
    )
  })
).pipe(
  Command.withDescription(
    "Turn a cassette that is a single JSON file, as earlier versions wrote it, into a folder. The file stays as it is, and so does all that is in the folder."
  ),
  Command.withShortDescription("Turn a single file into a folder"),
  Command.withExamples(({ commandPath }) => [
    { command: `${commandPath.join(" ")} tapes/ledger.json`, description: "Into tapes/ledger" },
    { command: `${commandPath.join(" ")} old.json tapes/ledger --json`, description: "Elsewhere, for a script" }
  ])
)

export const cassette = Command.make("cassette").pipe(
  Command.withDescription("Tidy recorded replies: a cassette is a folder with a file for each"),
  Command.withShortDescription("Tidy recorded replies"),
  Command.withSubcommands([prune, migrate]),
  Command.withExamples(({ commandPath }) => [
    { command: `${commandPath.join(" ")} prune tapes/ledger --run latest`, description: "Keep what the run asked for" },
    { command: `${commandPath.join(" ")} migrate tapes/ledger.json`, description: "A single file becomes a folder" }
  ])
)

const isFolder = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    Effect.match(fs.stat(path), { onFailure: () => false, onSuccess: ({ type }) => type === "Directory" })
  )

const isThere = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.exists(path), () => false))

const shown = ({ file, request }: Recorded) => {
  const { path, step, turn } = request.metadata
  return { file, path, step, turn }
}

/** What happened to a run, and to those that it comes from. */
const eventsOf = Effect.fnUntraced(function* (reference: string) {
  const { events, state } = yield* runFolder.load(yield* runFolder.find(reference))
  return [...(yield* asked.before(state)), ...events]
})
