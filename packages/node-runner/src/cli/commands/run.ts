import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import type { Words } from "../base/words.ts"
import * as consent from "../gate/consent.ts"
import { noticing } from "../live/lines.ts"
import { atBeginning, effective } from "../config/effective.ts"
import { begun, workflowOf } from "../go/begun.ts"
import { checkFlags, checkPython, formOf } from "../run/checkFlags.ts"
import * as flags from "../run/flags.ts"
import * as input from "../run/input.ts"
import * as onCluster from "../go/onCluster.ts"
import { runAndReport } from "../go/runAndReport.ts"

const config = (words: Words) => ({
  files: Argument.String("FILE").pipe(
    Argument.withDescription(`${words.file}; - is standard input`),
    Argument.variadic()
  ),
  ...flags.besides(words),
  review: flags.review(words),
  mutants: flags.mutants(words),
  workflow: flags.workflow(words),
  input: flags.input,
  out: flags.out,
  ...flags.answering,
  otlp: flags.otlp,
  on: flags.on,
  detach: flags.detach,
  build: flags.build,
  noInput: flags.noInput,
  yes: flags.yes,
  json: flags.json,
  jsonEvents: flags.jsonEvents
})

export const run = (words: Words) =>
  Command.make(
    "run",
    config(words),
    Effect.fnUntraced(function* ({
      design,
      build,
      detach,
      files,
      input: given,
      json,
      jsonEvents,
      noInput,
      on,
      otlp: _,
      samples,
      workflow,
      yes,
      ...others
    }) {
      const { mutants, out: into, review, ...rest } = others
      const manner = { ...(yield* formOf({ json, jsonEvents })), noInput, yes }
      yield* flags.checkDetach(detach, on === "cluster")
      yield* checkFlags({ ...rest, out: into })
      const told = flags.settingsOf(rest)
      const answering = yield* effective(told)
      const out = yield* atBeginning("out", into)
      yield* checkFlags({ ...answering, out })
      yield* consent.check(answering.install, manner)
      // what a worker finds is for it to say
      if (on === undefined) yield* checkPython(answering.python)
      const loaded = yield* workflowOf(workflow)
      const value = yield* input.decode(loaded.workflow.input, {
        files,
        design,
        samples,
        input: given,
        told: { mutants, review }
      })
      const run = yield* Engine.newRunId
      if (on === "cluster") {
        const session = yield* onCluster.submitted({ run, loaded, input: value, told, out, build })
        return yield* detach
          ? onCluster.leave(session, manner, build)
          : onCluster.followAndReport(session, manner, build)
      }
      const { ready, session } = yield* begun({ run, loaded, input: value, told, out, files }).pipe(
        noticing(manner.lines)
      )
      yield* runAndReport(session, ready, manner)
    }, Effect.scoped)
  ).pipe(
    Command.provide(({ otlp }) => flags.sending(otlp)),
    Command.withDescription(words.run),
    Command.withShortDescription("Start a run"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} ${words.input}`, description: words.result },
      ...(words.isOpen
        ? [
            {
              command: `${commandPath.join(" ")} --workflow article.ts#article --input '{"topic": "Effect"}'`,
              description: "A workflow that a module exports"
            }
          ]
        : []),
      { command: `${commandPath.join(" ")} ${words.input} --max-usd 2`, description: "For two dollars at most" },
      {
        command: `${commandPath.join(" ")} ${words.input} --relay mailbox`,
        description: "Answer the requests yourself"
      },
      {
        command: `${commandPath.join(" ")} ${words.input} --max-tokens 200000 --json`,
        description: "With a cap, for a script"
      },
      {
        command: `${commandPath.join(" ")} ${words.input} --on cluster`,
        description: "By a worker of a cluster, and follow it; Ctrl-C leaves it alone"
      },
      { command: `${commandPath.join(" ")} ${words.input} --on cluster --detach`, description: "Its id, at once" },
      {
        command: `${commandPath.join(" ")} ${words.input} --json-events`,
        description: "What happens, as it happens, for a program"
      }
    ])
  )
