import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { usage } from "../base/cliError.ts"
import type { Words } from "../base/words.ts"
import { offering, startsAMinute, told } from "../act/flags.ts"
import * as flags from "../run/flags.ts"

const defaults = { host: "127.0.0.1", port: 4141 }

const config = (words: Words) => ({
  ...offering(words),
  host: Flag.String("host").pipe(
    Flag.withMetavar("ADDRESS"),
    Flag.withDescription(`Where to listen; another one than ${defaults.host} takes a --token-file of your own`),
    Flag.withDefault(defaults.host)
  ),
  port: flags.count("port", 0, `Where to listen; 0 is any that is free (default: ${defaults.port})`),
  tokenFile: Flag.String("token-file").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("A token of your own, in a file that only you can read; without it one is made for you"),
    Flag.optional
  ),
  json: flags.json
})

export const serve = (words: Words) =>
  Command.make(
    "serve",
    config(words),
    Effect.fnUntraced(function* ({ host, json, maxUsd, readOnly, tokenFile, workflows, ...given }) {
      // what serves is loaded where something is
      const [{ serve }, { tokenOf }] = yield* Effect.promise(() =>
        Promise.all([import("../serve/server.ts"), import("../serve/token.ts")])
      )
      const isOutside = host !== defaults.host && host !== "localhost" && host !== "::1"
      if (isOutside && Option.isNone(tokenFile)) {
        return yield* usage(`others may reach ${host}`, {
          target: "--host",
          fix: "choose a token and name its file with --token-file"
        })
      }
      const { file, token } = yield* tokenOf(tokenFile)
      const { port = defaults.port, starts = startsAMinute } = given
      return yield* serve({ host, port, workflows, token, isReadOnly: readOnly, maxUsd, starts }, (url) =>
        Effect.gen(function* () {
          const plain = "this is plain HTTP: whoever can listen on the way reads the token"
          if (isOutside) yield* Console.error(plain)
          if (json) return yield* Console.log(JSON.stringify({ url, tokenFile: file }))
          yield* Console.log(`serves ${url}/api, described at ${url}/openapi.json`)
          yield* Console.error(
            `the token is in ${file}: curl -H "Authorization: Bearer $(cat ${file})" ${url}/api/runs`
          )
          yield* Console.error(told({ readOnly, maxUsd, starts }))
        })
      )
    })
  ).pipe(
    Command.withDescription(
      "Serve workflows over HTTP: start, watch, change and decide runs from other programs. Whoever asks needs the token; the workflows are named here, and by no request."
    ),
    Command.withShortDescription("Serve workflows over HTTP"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} --max-usd 5`, description: "For five dollars at most" },
      ...(words.isOpen
        ? [
            {
              command: `${commandPath.join(" ")} --workflow article.ts#article --port 0 --json`,
              description: "A workflow of your own, for a script"
            }
          ]
        : []),
      { command: `${commandPath.join(" ")} --read-only`, description: "To look at runs only" }
    ])
  )
