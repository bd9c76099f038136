import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import * as answering from "../../internal/services/answering.ts"
import { isMisconfigured } from "../../internal/services/models.ts"
import { configuration, failed } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import { checkFlags } from "../run/checkFlags.ts"
import * as flags from "../run/flags.ts"
import { checkModels, explained } from "../run/setUp.ts"

export const ask = Command.make(
  "ask",
  {
    text: Argument.String("TEXT").pipe(Argument.withDescription("The prompt")),
    ...flags.answerer
  },
  Effect.fnUntraced(function* ({ text, ...told }) {
    yield* checkFlags(told)
    yield* checkModels(flags.settingsOf(told), ["default"])
    const reply = yield* Effect.flatMap(LlmClient, ({ generate }) =>
      generate({
        model: "default",
        messages: [{ role: "user", content: text }],
        format: { type: "text" },
        parameters: {},
        metadata: { run: "", path: "ask", step: "ask", turn: 1 }
      })
    ).pipe(
      Effect.provide(answering.layer(flags.settingsOf(told))),
      Effect.mapError(explained(flags.settingsOf(told))),
      Effect.catchTag("LlmError", (error) =>
        Effect.fail((isMisconfigured(error.reason) ? configuration : failed)(error.message, error))
      )
    )
    yield* Console.error(`${reply.model ?? "the model"}: ${format.tokens(reply.usage)}`)
    yield* Console.log(reply.text)
  })
).pipe(
  Command.withDescription("Send one prompt through the configured model and print its reply, to check a set-up"),
  Command.withShortDescription("Send one prompt, to check a set-up"),
  Command.withExamples(({ commandPath }) => [
    { command: `OPENAI_API_KEY=… ${commandPath.join(" ")} "Say hello"`, description: "Key, server and model work" }
  ])
)
