import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { MinimumLogLevel } from "effect/References"
import { lookOnly } from "../../internal/disk/lookOnly.ts"
import { end, exitStatus } from "../base/exitStatus.ts"
import * as output from "../base/output.ts"
import { paint, type Screen } from "../base/terminal.ts"
import { Configuration } from "../config/configuration.ts"
import { beginning } from "../doctor/beginning.ts"
import { files } from "../doctor/files.ts"
import type { Finding, Section } from "../doctor/finding.ts"
import { installation } from "../doctor/installation.ts"
import * as models from "../doctor/models.ts"
import { sandboxes } from "../doctor/sandboxes.ts"
import { store } from "../doctor/store.ts"
import { terminal } from "../doctor/terminal.ts"
import * as flags from "../run/flags.ts"
import type { Words } from "../base/words.ts"

/** One question after the other: what one does to the machine is nothing to the others. */
const looked = Effect.gen(function* () {
  const { configuration, ...ofFiles } = yield* files
  const others = Effect.all([models.named, sandboxes, store, terminal, beginning])
  const configured = Effect.provideService(others, Configuration, configuration)
  return [yield* installation, yield* models.keys, ofFiles, ...(yield* configured)] as ReadonlyArray<Section>
}).pipe(
  Effect.updateService(FileSystem.FileSystem, lookOnly),
  // what is wrong is among the findings
  Effect.provideService(MinimumLogLevel, "None")
)

export const doctor = (words: Words) =>
  Command.make(
    "doctor",
    { json: flags.json },
    Effect.fnUntraced(function* ({ json }) {
      const sections = yield* looked
      const findings = sections.flatMap(({ findings, section }) => findings.map((found) => ({ section, ...found })))
      const ready = findings.every(({ standing }) => standing !== "problem")
      if (json) yield* Console.log(JSON.stringify({ ready, findings }, null, 2))
      else yield* output.report(sections.map((section) => page(section, output.stdout())).join("\n"))
      return yield* end(ready ? exitStatus.done : exitStatus.configuration)
    })
  ).pipe(
    Command.withDescription(
      `Look at all that a run needs: Node and packages, keys (whether there is one), configuration, models, sandboxes, runs. Nothing is asked or changed, and no code of a project runs. The status is 0 where ${words.meant} could begin and test, else 3.`
    ),
    Command.withShortDescription("Say whether a run could begin here, and what is missing"),
    Command.withExamples(({ commandPath }) => [
      { command: commandPath.join(" "), description: "What is here, and what to do about what is not" },
      { command: `${commandPath.join(" ")} --json`, description: "The same for a script, or for a report of a fault" }
    ])
  )

/** A sign, the same in ASCII, and a colour. */
const marks = {
  ok: ["✔", "+", "green"],
  note: ["!", "!", "yellow"],
  problem: ["✘", "x", "red"]
} as const

const width = 26

/** A section: a line for each finding, and below it what follows from that. */
const page = ({ findings, section }: Section, { hasColour, isAscii }: Screen): string => {
  const painted = (brush: Parameters<typeof paint>[0], text: string) => (hasColour ? paint(brush, text) : text)
  const lines = findings.flatMap(({ found, name, standing, ...more }: Finding) => {
    const [sign, ascii, colour] = marks[standing]
    const below = [more.means, more.fix].filter((part) => part !== undefined).join(": ")
    const [first = "", ...rest] = [...found.split("\n"), ...(below === "" ? [] : [below])]
    const line = `  ${painted(colour, isAscii ? ascii : sign)} ${name.padEnd(width)}${first}`
    return [line, ...rest.map((text) => `${" ".repeat(width + 4)}${text}`)]
  })
  return [painted("bold", section), ...lines].join("\n")
}
