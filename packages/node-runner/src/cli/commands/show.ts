import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { Journal } from "@stepwright/core/Journal"
import { Message } from "@stepwright/core/LlmRequest"
import { resultAt } from "@stepwright/core/WorkflowState"
import { usage } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import type { Words } from "../base/words.ts"
import * as gates from "../gate/gates.ts"
import * as followed from "../run/followed.ts"
import * as flags from "../run/flags.ts"
import * as stepPath from "../path/stepPath.ts"
import { command } from "../module/workflowModule.ts"
import { repliesOf } from "../view/event.ts"
import * as moment from "../view/moment.ts"

const config = (words: Words) => ({
  ...flags.runAndPath(words),
  prompt: flags.toggle("prompt", "Show the messages of its last call of a model instead"),
  reply: flags.toggle("reply", "Show the model's last reply as it came instead"),
  at: flags.at,
  events: flags.toggle("events", "List what happened, numbered: in the whole run, or at PATH"),
  json: flags.json
})

export const show = (words: Words) =>
  Command.make(
    "show",
    config(words),
    Effect.fnUntraced(function* ({ at, events: isList, json, prompt, reply, ...rest }) {
      const asked = { "--prompt": prompt, "--reply": reply, "--events": isList }
      const [flag, other] = Struct.keys(asked).filter((name) => asked[name])
      if (other !== undefined) {
        return yield* usage(`${flag} and ${other} are two things`, { target: other, fix: "ask for one of them" })
      }
      const isOfRun = isList || (at !== undefined && flag === undefined)
      const { path: given, run } = yield* isOfRun ? followed.runAndMaybePath(rest) : followed.runAndPath(rest)
      const then = yield* moment.of(run, at)
      if (isList) return yield* Console.log(yield* moment.list(then, given, json))
      if (given === undefined) return yield* Console.log(yield* moment.whole(then, json))
      const { events, state } = then
      const print = (path: string, found: Readonly<Record<string, unknown>>, text: string) =>
        Console.log(json ? JSON.stringify({ run, path, ...(at !== undefined && { at }), ...found }, null, 2) : text)
      if (given === "input") return yield* print(given, { output: state.input }, format.output(state.input))
      const path = stepPath.resolve(given, undefined, then.latest)
      const record = state.records[path]
      if (record === undefined) {
        const { records } = then.latest
        return yield* records[path] === undefined
          ? stepPath.unknown(path, run, Object.keys(records))
          : usage(`${path} had not started by event ${at}`, { target: path })
      }
      if (!prompt && !reply) {
        const output = gates.isOpen(record) ? undefined : resultAt(state, path)?.output
        if (output !== undefined) return yield* print(path, { output }, format.output(output))
        if (gates.isOpen(record)) {
          const fix = `decide it with \`${gates.command(yield* command, run, path)}\``
          return yield* usage(`${path} waits for a decision`, { target: path, fix })
        }
        const { error, replies } = record
        const failed = error?.fingerprint === undefined ? "" : `: it failed, which was taken over: ${error.message}`
        const texts = replies === 0 ? "" : "; --reply shows what the model said last, --prompt what it was asked"
        return yield* usage(`${path} has no result${failed}${texts}`, { target: path })
      }
      if (record.asked !== undefined) {
        const [gate] = yield* gates.of(state, [path], undefined)
        if (reply) return yield* usage(`${path} is a gate: it asks a person, no model`, { target: path })
        if (gate?.question !== undefined) {
          return yield* print(path, { prompt: gate.question }, format.output(gate.question))
        }
      }
      const journal = yield* Journal
      const replies = repliesOf(events)
      const replied = replies.get(record.same ?? path) ?? replies.get(path)
      if (replied === undefined) {
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
      "Print the recorded result of a step: text as it is, else JSON. The path `input` shows the run's input. With --at as it was at any moment of the run, which --events lists."
    ),
    Command.withShortDescription("Print a step's result, prompt or reply"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} latest ${words.artifactPath}`, description: "What a step made" },
      {
        command: `${commandPath.join(" ")} latest ${words.firstPath} --reply`,
        description: "What the model said, word by word"
      },
      { command: `${commandPath.join(" ")} latest ${words.firstPath} --prompt`, description: "What it was asked" },
      { command: `${commandPath.join(" ")} latest input`, description: "The run's input" },
      { command: `${commandPath.join(" ")} latest --events`, description: "What happened, numbered" },
      { command: `${commandPath.join(" ")} latest --at 5`, description: "The run as it was after its fifth event" }
    ])
  )

const decodeMessages = Schema.decodeEffect(Schema.fromJsonString(Schema.Array(Message)))
