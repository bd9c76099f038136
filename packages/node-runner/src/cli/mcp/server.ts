import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import { problemIn } from "../act/problems.ts"
import * as services from "../act/services.ts"
import { Who, whoBy } from "../gate/who.ts"
import type { Where } from "../http/listen.ts"
import * as tools from "./tools.ts"
import { overHttp, overStdio } from "./transports.ts"

export interface Options extends services.Options {
  readonly isReadOnly: boolean
  readonly version: string
}

const instructions = `Runs of workflows that ask language models, each step recorded: what is recorded is never paid for twice.
Start one with its start_ tool, then call runs_status with its id and waitSeconds until it is no longer RUNNING. Where it
waits for a decision, ask the person, call runs_decide with what they say, then runs_resume. Every answer says in "next"
what to do; every error says what is wrong. Starting costs money: do not start again what failed before you know why.`

const answer = (structured: object, isError = false) =>
  new McpSchema.CallToolResult({
    content: [{ type: "text", text: JSON.stringify(structured, null, 2) }],
    structuredContent: structured,
    isError
  })

/** The tools of the workflows that are offered. */
const registered = (isReadOnly: boolean) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const server = yield* McpServer.McpServer
      const context = yield* Effect.context<never>()
      for (const { description, handle, input, isReadOnly: looks, name, title } of yield* tools.all(isReadOnly)) {
        yield* server.addTool({
          tool: new McpSchema.Tool({
            name,
            title,
            description,
            inputSchema: input,
            annotations: { readOnlyHint: looks, destructiveHint: false, openWorldHint: !looks }
          } as never),
          annotations: context,
          handle: (given) =>
            // what the tools need was there when they were made
            (Effect.provideContext(handle(given), context) as Effect.Effect<object, unknown>).pipe(
              Effect.map((structured) => answer(structured)),
              Effect.catchCause((cause) =>
                Cause.hasInterruptsOnly(cause)
                  ? Effect.interrupt
                  : Effect.succeed(answer({ error: problemIn(cause) }, true))
              ),
              Effect.provideService(Who, whoBy("MCP"))
            )
        })
      }
    })
  )

const served = ({ isReadOnly, version }: Options) => ({
  name: "stepwright",
  version,
  instructions,
  registrations: registered(isReadOnly)
})

/** Serves workflows to a model over standard input and output, until the input ends. */
export const serve = (options: Options) => Effect.provide(overStdio(served(options)), services.layer(options))

/** The same over HTTP, to whoever has the token; `ready` is told where. */
export const listen = <E, R>(
  options: Options & Where & { readonly token: string },
  ready: (url: string) => Effect.Effect<unknown, E, R>
) => Effect.provide(overHttp(served(options), options, ready), services.layer(options))
