import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { offering } from "../act/flags.ts"
import type { Words } from "../base/words.ts"
import { atBeginning } from "../config/effective.ts"
import * as flags from "../run/flags.ts"

const config = (words: Words) => ({
  workflows: Flag.withDescription(
    offering(words).workflows,
    "A workflow that it works on; may be given several times (default: as `run` has it)"
  ),
  slots: flags.count("slots", 1, "How many runs it works on at a time (default: 8)"),
  build: flags.build,
  drain: flags.amount("drain", "SECONDS", "How long it lets its runs end once it is to end (default: 10)"),
  embedded: flags.toggle(
    "embedded",
    "With a PostgreSQL of this folder alone, in .stepwright/postgres, while a worker is there: for development"
  ),
  out: Flag.withDescription(flags.out, "Folder below which each run has one for its files (default: out)"),
  ...flags.answering,
  otlp: flags.otlp,
  yes: Flag.withDescription(flags.yes, "With --install, or --embedded as root: do not ask"),
  json: Flag.withDescription(flags.json, "Print what it does as a line of JSON each")
})

export const worker = (words: Words) =>
  Command.make(
    "worker",
    config(words),
    Effect.fnUntraced(function* ({ build, drain, embedded, json, otlp: _, out, slots, workflows, yes, ...told }) {
      // what works is loaded where something does
      const { work } = yield* Effect.promise(() => import("../work/worker.ts"))
      return yield* work({
        told: flags.settingsOf(told),
        out: (yield* atBeginning("out", out)) ?? "out",
        drain: drain === undefined ? undefined : `${drain} seconds`,
        build,
        embedded,
        json,
        slots,
        workflows,
        yes
      })
    })
  ).pipe(
    Command.provide(({ otlp }) => flags.sending(otlp)),
    Command.withDescription(
      "Work on runs that wait in the database that STEPWRIGHT_DATABASE_URL names, of the workflows that are named here. Of a run's own settings its caps and its model count. Ctrl-C or SIGTERM: it takes no more, lets its runs end for a while, and hands over the rest; once more ends it at once."
    ),
    Command.withShortDescription("Work on runs of a cluster"),
    Command.withExamples(({ commandPath }) => [
      ...(words.isOpen
        ? [
            {
              command: `${commandPath.join(" ")} --workflow article.ts#article --slots 20`,
              description: "A workflow of your own, twenty runs at a time"
            }
          ]
        : []),
      {
        command: `${commandPath.join(" ")} --embedded`,
        description: "With a database of this folder, for development"
      },
      { command: `${commandPath.join(" ")} --max-usd 2`, description: "Two dollars for each run at most" },
      {
        command: `${commandPath.join(" ")} --drain 600 --json`,
        description: "As a service: ten minutes for its runs to end"
      }
    ])
  )
