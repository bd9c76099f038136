import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Journal } from "@stepwright/core/Journal"
import { Message } from "@stepwright/core/LlmRequest"
import { usage } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import type { Words } from "../base/words.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as stepPath from "../run/stepPath.ts"

const config = (words: Words) => ({
  run: flags.run,
  path: flags.path(words),
  prompt: flags.toggle("prompt", "Show the messages of its last call of a model instead"),
  reply: flags.toggle("reply", "Show the model's last reply as it came instead")
})

export const show = (words: Words) =>
  Command.make(
    "show",
    config(words),
    Effect.fnUntraced(function* ({ path: given, prompt, reply, run: reference }) {
      if (prompt && reply) return yield* usage("--prompt and --reply are two texts: ask for one of them")
      const run = yield* runFolder.find(reference)
      const state = yield* runFolder.state(run)
      if (given === "input") return yield* print(state.input)
      const path = stepPath.resolve(given, undefined, state)
      const record = state.records[path]
      if (record === undefined) {
        const known = Object.keys(state.records)
        return yield* usage(
          `run ${run} has no record of "${path}"${known.length === 0 ? ": no step was started yet" : `; it has ${stepPath.some(known)}`}`
        )
      }
      if (!prompt && !reply) {
        if (record.result !== undefined) return yield* print(record.result.output)
        return yield* usage(
          `${path} has no result${record.replies === 0 ? "" : "; --reply shows what the model said last, --prompt what it was asked"}`
        )
      }
      const journal = yield* Journal
      const replied = (yield* journal.load(run)).findLast(
        (event) => event._tag === "StepReplied" && event.path === path
      )
      if (replied?._tag !== "StepReplied") {
        return yield* usage(
          record.requests.started > 0 && record.replies === 0
            ? `no reply came to ${path}: its request failed or was cut off, and only what was answered is kept`
            : record.replies === 0
              ? `no model was asked at ${path}`
              : `the texts of ${path} stayed with run ${state.origin}`
        )
      }
      const text = yield* journal.getText(run, reply ? replied.reply : replied.prompt)
      if (reply) return yield* Console.log(text)
      const messages = yield* Effect.orElseSucceed(decodeMessages(text), () => undefined)
      yield* Console.log(messages?.map(({ content, role }) => `[${role}]\n${content.trimEnd()}`).join("\n\n") ?? text)
    })
  ).pipe(
    Command.withDescription(
      "Print the recorded result of a step: text as it is, else JSON. The path `input` shows the run's input."
    ),
    Command.withShortDescription("Print a step's result, prompt or reply"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest ${words.artifactPath}`, description: "What a step made" },
      {
        command: `${commandPath.join(" ")} latest ${words.firstPath} --reply`,
        description: "What the model said, word by word"
      },
      { command: `${commandPath.join(" ")} latest ${words.firstPath} --prompt`, description: "What it was asked" },
      { command: `${commandPath.join(" ")} latest input`, description: "The run's input" }
    ])
  )

const decodeMessages = Schema.decodeEffect(Schema.fromJsonString(Schema.Array(Message)))

const print = (value: Schema.Json) => Console.log(format.output(value))
