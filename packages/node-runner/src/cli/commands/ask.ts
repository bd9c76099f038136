import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as answering from "../../internal/services/answering.ts"
import { isMisconfigured, unnamed } from "../../internal/services/models.ts"
import { configuration, failed, usage } from "../base/cliError.ts"
import * as format from "../base/format.ts"
import * as output from "../base/output.ts"
import { told } from "../base/told.ts"
import * as textFile from "../base/textFile.ts"
import { effective } from "../config/effective.ts"
import { checkFlags } from "../run/checkFlags.ts"
import * as flags from "../run/flags.ts"
import { checkModels, explained } from "../run/setUp.ts"
import { written } from "../view/written.ts"

export const ask = Command.make(
  "ask",
  {
    text: Argument.String("TEXT").pipe(Argument.withDescription("The prompt; - is standard input")),
    ...flags.answerer,
    ...flags.asked,
    json: flags.json,
    otlp: flags.otlp
  },
  Effect.fnUntraced(function* ({ json, otlp: _, text: given, ...rest }) {
    yield* checkFlags({ ...rest, prices: undefined })
    const settings = yield* effective(flags.settingsOf(rest))
    const text = given === textFile.standardInput ? yield* textFile.document(given) : given
    if (text.trim() === "") return yield* usage("the prompt is blank", { target: "TEXT", fix: "say what to ask" })
    yield* checkModels(settings, ["default"])
    if (settings.replay === undefined && settings.relay === undefined) {
      const model = yield* unnamed(settings)
      if (model !== undefined) yield* Console.error(`asks ${model}`)
    }
    const request: LlmRequest = {
      model: "default",
      messages: [{ role: "user", content: text }],
      format: { type: "text" },
      parameters: {},
      metadata: { run: "", path: "ask", step: "ask", turn: 1 }
    }
    const { write } = output.stdout()
    const reply = yield* Effect.flatMap(LlmClient, (client) =>
      json ? client.generate(request) : written(client, request, write)
    ).pipe(
      Effect.provide(answering.layer(settings)),
      explained(settings),
      Effect.catchTag("LlmError", (error) =>
        Effect.fail(
          (isMisconfigured(error.reason) ? configuration : failed)(
            // there is no run to go on with
            told(error).replace(" and resume:", " and ask again:"),
            { cause: error }
          )
        )
      )
    )
    const { finishReason, model, text: said, usage: tokens } = reply
    yield* Console.error([model ?? "the model", ...format.tokens(tokens)].join(": "))
    if (finishReason === "length") {
      yield* Console.error("the reply was cut off at the output limit: give it more with --max-output-tokens")
    }
    if (json) yield* Console.log(JSON.stringify({ model: model ?? null, reply: said, finishReason, tokens }, null, 2))
  })
).pipe(
  Command.provide(({ otlp }) => flags.sending(otlp)),
  Command.withDescription(
    "Send one prompt through the configured model and print its reply as it comes, to check a set-up"
  ),
  Command.withShortDescription("Send one prompt, to check a set-up"),
  Command.withExamples(({ commandPath }) => [
    { command: `OPENAI_API_KEY=KEY ${commandPath.join(" ")} "Say hello"`, description: "Key, server and model work" }
  ])
)
