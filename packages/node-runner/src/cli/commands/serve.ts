import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { offering, startsAMinute } from "../act/flags.ts"
import type { Words } from "../base/words.ts"
import { defaults, listening } from "../http/flags.ts"

export const serve = (words: Words) =>
  Command.make(
    "serve",
    { ...offering(words), ...listening },
    Effect.fnUntraced(function* ({ host, json, maxUsd, readOnly, tokenFile, workflows, ...given }) {
      // what serves is loaded where something is
      const [{ serve }, access] = yield* Effect.promise(() =>
        Promise.all([import("../serve/server.ts"), import("../http/access.ts")])
      )
      const { port = defaults.port, starts = startsAMinute } = given
      const { file, token } = yield* access.accessOf({ host, tokenFile })
      const limits = { isReadOnly: readOnly, maxUsd, starts }
      const said = (url: string) => ({
        serves: `serves ${url}/api, described at ${url}/openapi.json`,
        call: `curl -H "Authorization: Bearer $(cat ${file})" ${url}/api/runs`
      })
      return yield* serve(
        { host, port, workflows, token, ...limits },
        access.tell({ host, json, file, said, ...limits })
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
