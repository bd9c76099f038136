import { Buffer } from "node:buffer"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as WorkflowState from "@stepwright/core/WorkflowState"
import { ifThere } from "../../internal/disk/ifThere.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { writeWhole } from "../../internal/disk/writeWhole.ts"
import { visible } from "../../internal/files/visible.ts"
import { failed, usage } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"

/** How large a page may be unless it is said: what mail takes. **Units** megabytes */
const standardMb = 20

const command = Command.make(
  "export",
  {
    run: flags.run,
    html: Flag.String("html").pipe(
      Flag.withMetavar("F"),
      Flag.withDescription(
        "Write the run as a page, a file that needs no server and no network: with its prompts, replies, outputs and delivered files, less secrets"
      ),
      Flag.optional
    ),
    texts: Flag.Boolean("texts").pipe(
      Flag.withDescription(
        "With --html: what was asked and answered (default); with --no-texts only how the run went, with names, figures and errors"
      ),
      Flag.withDefault(true)
    ),
    maxMb: flags.count(
      "max-mb",
      1,
      `With --html: leave the largest texts out of a file that is larger, and name them (default: ${standardMb})`
    ),
    json: flags.json
  },
  Effect.fnUntraced(function* ({ html, json, maxMb, run: reference, texts }) {
    const run = yield* runFolder.find(reference)
    if (Option.isSome(html)) return yield* writePage(run, { file: html.value, texts, maxMb: maxMb ?? standardMb, json })
    if (!texts || maxMb !== undefined) {
      const target = texts ? "--max-mb" : "--no-texts"
      return yield* usage(`${target} is for a page`, { target, fix: "name its file with --html" })
    }
    yield* Console.log(WorkflowState.toJson(yield* runFolder.state(run)))
  })
).pipe(
  Command.withDescription(
    "Print the state of a run as JSON; with --html write the run as a page, one file that opens in any browser. Before it is written, it is told what kinds of text are in it."
  ),
  Command.withShortDescription("Print a run as JSON, or write it as a page"),
  Command.withExamples(({ commandPath }) => [
    {
      command: `${commandPath.join(" ")} latest > state.json`,
      description: "To keep, to look into, to `import` elsewhere"
    },
    { command: `${commandPath.join(" ")} latest --html run.html`, description: "A page to send to somebody" },
    {
      command: `${commandPath.join(" ")} latest --html run.html --no-texts`,
      description: "The same without what was asked and answered"
    }
  ])
)

interface Page {
  readonly file: string
  readonly texts: boolean
  readonly maxMb: number
  readonly json: boolean
}

const writePage = Effect.fnUntraced(function* (reference: string, { file, json, maxMb, texts }: Page) {
  const fs = yield* FileSystem.FileSystem
  const refused = (cause: unknown) => failed(`${file} cannot be written: ${reasonOf(cause)}`, { target: file, cause })
  const checkNew = Effect.flatMap(Effect.mapError(ifThere(fs.stat(file)), refused), (found) =>
    Option.isNone(found)
      ? Effect.void
      : Effect.fail(usage(`${file} is there already`, { target: file, fix: "move it away, or name another one" }))
  )
  if (file.trim() === "") return yield* usage("--html names nothing", { target: "--html", fix: "name a file" })
  yield* checkNew
  // what makes pages is loaded where one is made
  const [{ code, make }, held] = yield* Effect.promise(() =>
    Promise.all([import("../page/make.ts"), import("../page/held.ts")])
  )
  const { holds, html, redacted, run, tooLarge, without } = yield* make(yield* code, reference, {
    hasTexts: texts,
    most: maxMb * 1_000_000
  })
  const say = (line: string) => Console.error(visible(line))
  yield* say(`the page of run ${run} holds${holds.length === 0 ? " no texts" : ":"}`)
  for (const holding of holds) yield* say(`  ${held.inWords(holding)}`)
  for (const holding of without) yield* say(`left out by --no-texts: ${held.inWords(holding)}`)
  for (const one of tooLarge) yield* say(`left out, as it is too large (--max-mb ${maxMb}): ${held.named(one)}`)
  if (redacted > 0) yield* say(`secrets were found in ${format.count(redacted, "place")}, and are replaced by <secret>`)
  yield* checkNew
  yield* Effect.mapError(writeWhole(file, html), refused)
  const bytes = Buffer.byteLength(html)
  if (json) return yield* Console.log(JSON.stringify({ run, file, bytes, holds, without, tooLarge, redacted }, null, 2))
  yield* Console.log(`wrote ${file}, ${format.bytes(bytes)}`)
})

export { command as export }
