import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Struct from "effect/Struct"
import { defined } from "../base/defined.ts"
import * as output from "../base/output.ts"
import type { Words } from "../base/words.ts"
import { Configuration } from "../config/configuration.ts"
import { sourced } from "../config/sourced.ts"
import { said } from "../config/effective.ts"
import * as models from "../config/models.ts"
import * as rows from "../config/rows.ts"
import type { Shown } from "../config/shown.ts"
import * as steps from "../config/steps.ts"
import * as checked from "../module/checked.ts"
import * as flags from "../run/flags.ts"

const config = (words: Words) => ({
  ...flags.answering,
  out: flags.out,
  workflow: flags.workflow(words),
  json: flags.json
})

const command = (words: Words) =>
  Command.make(
    "config",
    config(words),
    Effect.fnUntraced(function* ({ json, ...told }) {
      const self = yield* Configuration
      yield* checked.check(self, told.workflow)
      const all = [
        ...(yield* models.shown(self, flags.settingsOf(Struct.pick(told, ["model", "provider", "structuredOutput"])))),
        ...(yield* settings(told)),
        ...steps.shown(self)
      ]
      const { isTrusted, needs, project, user } = self
      if (json) {
        const files = {
          project:
            project === undefined
              ? null
              : {
                  file: project.name,
                  trusted: isTrusted,
                  needs: needs.map(Struct.pick(["line", "column", "keys", "detail"]))
                },
          user: user?.name ?? null
        }
        return yield* Console.log(
          JSON.stringify({ ...files, store: self.store, values: all.map(Struct.omit(["text"])) }, null, 2)
        )
      }
      const width = (of: (shown: Shown) => string) => Math.max(...all.map((shown) => of(shown).length))
      const [names, values] = [width(({ name }) => name), Math.min(48, width(valueOf))]
      for (const shown of all) {
        const value = valueOf(shown)
        yield* output.report(`${shown.name.padEnd(names)}  ${value.padEnd(values)}  ${shown.at}`)
      }
      if (needs.length > 0 && project !== undefined) {
        yield* Console.error(`${project.name} is not trusted, and is not used before that: see \`stepwright trust\``)
      }
    })
  ).pipe(
    Command.withDescription(
      "Show every setting with what says so: a flag, a variable, a file with line and column, or nobody. Keys are never shown, only whether a variable has one."
    ),
    Command.withShortDescription("Show every setting and where it comes from"),
    Command.withExamples(({ commandPath }) => [
      { command: commandPath.join(" "), description: "What a run here would be told" },
      { command: `${commandPath.join(" ")} --max-usd 2 --json`, description: "With a flag, for a script" }
    ])
  )

const valueOf = ({ text, value }: Shown): string =>
  text ?? (typeof value === "string" ? value.replaceAll(/\s+/gu, " ") : JSON.stringify(value))

const settings = Effect.fnUntraced(function* (told: Partial<flags.Told> & { readonly out?: string | undefined }) {
  const self = yield* Configuration
  const given: Readonly<Record<string, unknown>> = defined(told)
  const answers = new Map(yield* said(flags.settingsOf(Struct.omit(told, ["out"]))))
  const shown: Array<Shown> = []
  for (const name of Struct.keys(rows.rows)) {
    const row: rows.Row = rows.rows[name]
    const isBeside = name === "out" || name === "workflow" || name === "store" || name === "cache"
    const found = isBeside ? yield* sourced(self, name) : answers.get(name)
    const flag = row.flag === undefined || given[name] === undefined ? undefined : row.flag
    shown.push({
      name: row.keys.join("."),
      ...(flag !== undefined
        ? { value: given[name], source: "flag" as const, at: flag }
        : (found ?? { value: row.standard, source: "default" as const, at: "default" }))
    })
  }
  return shown
})

export { command as config }
