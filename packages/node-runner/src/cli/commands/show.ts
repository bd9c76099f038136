import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Journal } from "@stepwright/core/Journal"
import { Message } from "@stepwright/core/LlmRequest"
import { usage } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import type { Words } from "../base/words.ts"
import * as followed from "../run/followed.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"
import * as stepPath from "../path/stepPath.ts"

const config = (words: Words) => ({
  ...flags.runAndPath(words),
  prompt: flags.toggle("prompt", "Show the messages of its last call of a model instead"),
  reply: flags.toggle("reply", "Show the model's last reply as it came instead"),
  json: flags.json
})

export const show = (words: Words) =>
  Command.make(
    "show",
    config(words),
    Effect.fnUntraced(function* ({ json, prompt, reply, ...rest }) {
      if (prompt && reply) {
        return yield* usage("--prompt and --reply are two texts", { target: "--reply", fix: "ask for one of them" })
      }
      const { path: given, run } = yield* followed.runAndPath(rest)
      const state = yield* runFolder.state(run)
      const print = (path: string, found: Readonly<Record<string, unknown>>, text: string) =>
        Console.log(json ? JSON.stringify({ run, path, ...found }, null, 2) : text)
      if (given === "input") return yield* print(given, { output: state.input }, format.output(state.input))
      const path = stepPath.resolve(given, undefined, state)
      const record = state.records[path]
      if (record === undefined) {
        return yield* stepPath.unknown(path, run, Object.keys(state.records))
      }
      if (!prompt && !reply) {
        const output = record.result?.output
        if (output !== undefined) return yield* print(path, { output }, format.output(output))
        return yield* usage(
          `${path} has no result${record.replies === 0 ? "" : "; --reply shows what the model said last, --prompt what it was asked"}`,
          { target: path }
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
              : `the texts of ${path} stayed with run ${state.origin}`,
          { target: path }
        )
      }
      const text = yield* journal.getText(run, reply ? replied.reply : replied.prompt)
      if (reply) return yield* print(path, { reply: text }, text)
      const messages = yield* Effect.orElseSucceed(decodeMessages(text), () => undefined)
      const shown = messages?.map(({ content, role }) => `[${role}]\n${content.trimEnd()}`).join("\n\n") ?? text
      yield* print(path, { prompt: messages ?? text }, shown)
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
