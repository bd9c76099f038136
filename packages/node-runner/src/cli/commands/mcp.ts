import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { offering, startsAMinute } from "../act/flags.ts"
import { usage } from "../base/cliError.ts"
import { version } from "../base/version.ts"
import type { Words } from "../base/words.ts"
import { defaults, listening } from "../http/flags.ts"
import * as flags from "../run/flags.ts"

const config = (words: Words) => ({
  ...offering(words),
  http: flags.toggle("http", "Serve over HTTP, to clients that are not started together with it"),
  ...listening
})

export const mcp = (words: Words) =>
  Command.make(
    "mcp",
    config(words),
    Effect.fnUntraced(function* ({ host, http, json, maxUsd, readOnly, tokenFile, workflows, ...given }) {
      const { port = defaults.port, starts = startsAMinute } = given
      const limits = { isReadOnly: readOnly, maxUsd, starts }
      const options = { workflows, version: version(), ...limits }
      // what serves is loaded where something is
      const server = yield* Effect.promise(() => import("../mcp/server.ts"))
      if (http) {
        const access = yield* Effect.promise(() => import("../http/access.ts"))
        const { file, token } = yield* access.accessOf({ host, tokenFile })
        const said = (url: string) => ({
          serves: `serves ${url}`,
          call: `clients send it as the header Authorization: Bearer $(cat ${file})`
        })
        return yield* server.listen(
          { ...options, host, port, token },
          access.tell({ host, json, file, said, ...limits })
        )
      }
      const ofHttp = [
        host !== defaults.host && "--host",
        given.port !== undefined && "--port",
        Option.isSome(tokenFile) && "--token-file",
        json && "--json"
      ].find((flag) => flag !== false)
      if (ofHttp !== undefined)
        return yield* usage(`${ofHttp} is for a server over HTTP`, { target: ofHttp, fix: "add --http" })
      return yield* server.serve(options)
    })
  ).pipe(
    Command.withDescription(
      "Serve workflows to a language model, by the Model Context Protocol: a tool that starts each, and others that look, decide and go on. A client starts it as a program of its own, and speaks with it over standard input and output; with --http it is reached at an address."
    ),
    Command.withShortDescription("Serve workflows to a language model (MCP)"),
    Command.withExamples(({ commandPath }) => [
      { command: `${commandPath.join(" ")} --max-usd 5`, description: "For five dollars at most" },
      ...(words.isOpen
        ? [
            {
              command: `${commandPath.join(" ")} --workflow article.ts#article`,
              description: "A workflow of your own"
            }
          ]
        : []),
      { command: `${commandPath.join(" ")} --http`, description: "At an address, for clients with the token" },
      { command: `${commandPath.join(" ")} --read-only`, description: "To look at runs only" }
    ])
  )
