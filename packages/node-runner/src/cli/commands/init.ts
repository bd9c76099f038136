import { dirname, join } from "node:path"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Workflow from "@stepwright/core/Workflow"
import { type CliError, failed, usage } from "../base/cliError.ts"
import { ifThere } from "../../internal/disk/ifThere.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { filesOf } from "../../internal/files/definitionText.ts"
import * as flags from "../run/flags.ts"

const name = "workflow.yaml"

const head = `# yaml-language-server: $schema=node_modules/@stepwright/core/schemas/definition.json
# The workflow from requirement documents to a tested package, and its prompts beside it. Change what you like, and run
# it with: stepwright run --workflow ${name} FILE`

/** The ready workflow as files. */
const ready = Effect.map(
  Effect.promise(() => import("@stepwright/steps/Catalog")),
  ({ catalog: { schemas, steps, workflows } }) =>
    // it has wires only, and the catalog all of its steps: a test reads it back
    filesOf(Result.getOrThrow(Workflow.toConfig(workflows["automated-coding"], { schemas, steps })), steps, head)
)

/** Writes a file that is not there yet. */
const write = Effect.fnUntraced(function* (file: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(dirname(file), { recursive: true })
  yield* fs.writeFileString(file, text, { flag: "wx" })
})

export const init = Command.make(
  "init",
  {
    dir: Flag.String("dir").pipe(
      Flag.withMetavar("DIR"),
      Flag.withDescription("Folder to write into"),
      Flag.withDefault(".")
    ),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ dir, json }): Effect.fn.Return<void, CliError, FileSystem.FileSystem> {
    const fs = yield* FileSystem.FileSystem
    const { prompts, text } = yield* ready
    // what says how the others go together is written last
    const files = [...prompts, [name, text] as const].map(([name, text]) => [join(dir, name), text] as const)
    const refused = (file: string) => (cause: unknown) =>
      failed(`${file} cannot be written: ${reasonOf(cause)}`, { target: file, cause })
    for (const [file] of files) {
      const found = yield* Effect.mapError(ifThere(fs.stat(file)), refused(file))
      if (Option.isNone(found)) continue
      return yield* usage(`${file} is there already`, { target: file, fix: "move it away, or name another --dir" })
    }
    yield* Effect.forEach(files, ([file, text]) => Effect.mapError(write(file, text), refused(file)), { discard: true })
    const names = files.map(([file]) => file)
    if (json) return yield* Console.log(JSON.stringify({ workflow: join(dir, name), files: names }, null, 2))
    yield* Console.log(`wrote ${names.join(", ")}`)
    yield* Console.log(`run it with: stepwright run --workflow ${join(dir, name)} FILE`)
  })
).pipe(
  Command.withDescription(
    "Write the ready workflow as a file that defines it, with its prompts as files beside it. Nothing that is there is written over."
  ),
  Command.withShortDescription("Write the ready workflow as files to change"),
  Command.withExamples(({ commandPath }) => [
    { command: commandPath.join(" "), description: "Into the working folder" },
    {
      command: `${commandPath.join(" ")} --dir pipeline`,
      description: "Into another, for `run --workflow pipeline/workflow.yaml`"
    }
  ])
)
