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
import type { Event } from "../watch/inbox.ts"

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
        const { work } = yield* Effect.promise(() => import("../watch/worker.ts"))
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
      const [{ make: filesOf }, { start }, { follow }, { make: keysOf }, { asJson, asText }] = yield* Effect.promise(
        () =>
          Promise.all([
            import("../watch/files.ts"),
            import("../watch/load.ts"),
            import("../watch/follow.ts"),
            import("../watch/keys.ts"),
            import("../watch/show.ts")
          ])
      )
      const interrupt = yield* Interrupt
      interrupt.isQuiet = true
      const inbox = yield* Queue.unbounded<Event>()
      if (!hasTerminal) {
        yield* Effect.acquireRelease(
          Effect.sync(() => {
            const listen = () => Queue.offerUnsafe(inbox, { _tag: "Unheard" })
            return process.stdout.on("error", listen).off.bind(process.stdout, "error", listen)
          }),
          (stop) => Effect.sync(stop)
        )
      }
      yield* follow({
        inbox,
        watched: yield* filesOf(inbox),
        keys: hasTerminal ? yield* keysOf(inbox) : undefined,
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
