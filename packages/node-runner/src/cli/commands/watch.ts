import process from "node:process"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Engine from "@stepwright/core/Engine"
import { usage } from "../base/cliError.ts"
import { Interrupt } from "../base/interrupt.ts"
import * as textFile from "../base/textFile.ts"
import type { Words } from "../base/words.ts"
import * as consent from "../gate/consent.ts"
import * as flags from "../run/flags.ts"
import { Employer } from "../watch/employer.ts"
import * as watchedFiles from "../watch/files.ts"
import { follow } from "../watch/follow.ts"
import type { Event } from "../watch/inbox.ts"
import * as keys from "../watch/keys.ts"
import { start } from "../watch/load.ts"
import { asJson, asText } from "../watch/show.ts"
import { work } from "../watch/worker.ts"

const config = (words: Words) => ({
  files: Argument.String("FILE").pipe(Argument.withDescription(words.file), Argument.variadic()),
  ...flags.besides(words),
  review: flags.review(words),
  mutants: flags.mutants(words),
  workflow: flags.workflow(words),
  input: flags.input,
  run: flags.watchedRun,
  out: flags.out,
  ...flags.answering,
  maxUsd: Flag.withDescription(
    flags.answering.maxUsd,
    "Run by itself what is to run, until the session cost this much"
  ),
  noInput: flags.noInput,
  yes: flags.yes,
  json: Flag.withDescription(flags.json, "Print each plan as a line of JSON, and run nothing")
})

export const watch = (words: Words) =>
  Command.make(
    "watch",
    config(words),
    Effect.fnUntraced(function* ({ design, files, input, json, noInput, run, samples, workflow, yes, ...rest }) {
      const { mutants, out, review, ...answering } = rest
      const employer = yield* Employer
      if (employer !== undefined) {
        const given = { files, design, samples, input, told: { mutants, review } }
        return yield* work(
          { isBegun: run !== undefined, workflow, given, out, answering, manner: { json: false, noInput, yes } },
          employer
        )
      }
      if ([...files, ...design, input].includes(textFile.standardInput)) {
        const target = textFile.standardInput
        return yield* usage("standard input cannot be watched", { target, fix: "name a file" })
      }
      const id = run ?? (yield* Engine.newRunId)
      const hasTerminal = yield* consent.canAsk({ json })
      if (!hasTerminal && rest.maxUsd !== undefined) {
        yield* Console.error("without a terminal plans are printed, and nothing runs: --max-usd is of no use")
      }
      const interrupt = yield* Interrupt
      interrupt.isQuiet = true
      const inbox = yield* Queue.unbounded<Event>()
      if (!hasTerminal) {
        const listen = () => Queue.offerUnsafe(inbox, { _tag: "Unheard" })
        process.stdout.on("error", listen)
        yield* Effect.addFinalizer(() => Effect.sync(() => process.stdout.off("error", listen)))
      }
      yield* follow({
        inbox,
        watched: yield* watchedFiles.make(inbox),
        keys: hasTerminal ? yield* keys.make(inbox) : undefined,
        show: hasTerminal ? asText : asJson,
        start: (known = id) => start({ run: known, hasTerminal }, inbox),
        maxUsd: rest.maxUsd
      })
    }, Effect.scoped)
  ).pipe(
    Command.withDescription(
      "Watch documents, prompt files, configuration and all modules of a workflow, and say what would run after each change, and why. Enter runs it; with --max-usd it runs by itself, until the session cost so much. Without a terminal each plan is a line of JSON, and nothing runs."
    ),
    Command.withShortDescription("Plan, and run, at each change of a file"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} ${words.input}`, description: "Enter runs what a change calls for" },
      {
        command: `${commandPath.join(" ")} ${words.input} --max-usd 2`,
        description: "By itself, for two dollars at most"
      },
      { command: `${commandPath.join(" ")} --run latest`, description: "Go on with the run that was used last" }
    ])
  )
