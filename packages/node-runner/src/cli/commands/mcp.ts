import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { offering, startsAMinute } from "../act/flags.ts"
import type { Words } from "../base/words.ts"
import { version } from "../base/version.ts"

export const mcp = (words: Words) =>
  Command.make(
    "mcp",
    offering(words),
    Effect.fnUntraced(function* ({ maxUsd, readOnly, starts = startsAMinute, workflows }) {
      // what serves is loaded where something is
      const { serve } = yield* Effect.promise(() => import("../mcp/server.ts"))
      return yield* serve({ workflows, isReadOnly: readOnly, maxUsd, starts, version: version() })
    })
  ).pipe(
    Command.withDescription(
      "Serve workflows to a language model, by the Model Context Protocol over standard input and output: a tool that starts each, and others that look, decide and go on. A client starts it as a program of its own."
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
      { command: `${commandPath.join(" ")} --read-only`, description: "To look at runs only" }
    ])
  )
