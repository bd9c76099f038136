import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import { problemIn } from "../act/problems.ts"
import * as services from "../act/services.ts"
import { Who, whoBy } from "../gate/who.ts"
import type { Where } from "../http/listen.ts"
import * as resources from "./resources.ts"
import { OnlyLooks } from "./standing.ts"
import { begun, takesTasks, type Tasks } from "./taskProtocol.ts"
import * as runsAsTasks from "./tasks.ts"
import { type Answer, isAsking } from "./tool.ts"
import * as tools from "./tools.ts"
import { overHttp, overStdio } from "./transports.ts"

export interface Options extends services.Options {
  readonly isReadOnly: boolean
  readonly version: string
}

const instructions = `Runs of workflows that ask language models, each step recorded: what is recorded is never paid for twice.
Start one with its start_ tool, then call runs_status with its id and waitSeconds until it is no longer RUNNING. Where it
waits for a decision, it is a person's to make: "next" says whether runs_resume asks them, or you do. Every answer says in
"next" what to do; every error says what is wrong. Starting costs money: do not start again what failed before you know why.`

const textOf = (data: object) => [{ type: "text" as const, text: JSON.stringify(data, null, 2) }]

const answered = (data: object, meta?: Readonly<Record<string, unknown>>) =>
  new McpSchema.CallToolResult({ content: textOf(data), structuredContent: data, ...(meta && { _meta: meta }) })

/** What a tool answers, as the protocol says it: a run that was begun is a task, where the client takes one. */
const resultOf = Effect.fnUntraced(function* (answer: Answer, tasks: Tasks | undefined) {
  if (isAsking(answer)) return answer
  const { run } = answer
  const isTask = tasks !== undefined && typeof run === "string" && (yield* takesTasks)
  const task = isTask ? yield* tasks.get(run) : undefined
  return answered(answer, task && begun(task))
})

/** What went wrong is text alone: clients compare data with what a tool says that it answers. */
const failed = (cause: Cause.Cause<unknown>) =>
  new McpSchema.CallToolResult({ content: textOf({ error: problemIn(cause) }), isError: true })

/** The tools of the workflows that are offered, and what can be read of runs. */
const registered = (isReadOnly: boolean, tasks: Tasks | undefined) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const server = yield* McpServer.McpServer
      const services = yield* Effect.context<never>()
      yield* resources.register
      for (const { begins, description, handle, input, isReadOnly: looks, name, output, title } of yield* tools.all(
        isReadOnly
      )) {
        yield* server.addTool({
          tool: new McpSchema.Tool({
            name,
            title,
            description,
            inputSchema: input,
            outputSchema: output,
            annotations: { readOnlyHint: looks ?? false, destructiveHint: false, openWorldHint: looks !== true }
          } as never),
          annotations: services,
          // what the tools need besides what a request brings was there when they were made
          services,
          handle: (given) =>
            (handle(given) as Effect.Effect<Answer, unknown, McpSchema.McpRequestContext>).pipe(
              Effect.flatMap((answer) => resultOf(answer, begins === true ? tasks : undefined)),
              Effect.catchCause((cause) =>
                Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.succeed(failed(cause))
              ),
              Effect.provideService(Who, whoBy("MCP")),
              Effect.provideService(OnlyLooks, isReadOnly)
            )
        })
      }
    })
  )

const served = Effect.fnUntraced(function* ({ isReadOnly, version }: Options) {
  const tasks = isReadOnly ? undefined : yield* runsAsTasks.make
  return { name: "stepwright", version, instructions, registrations: registered(isReadOnly, tasks), tasks }
})

/** Serves workflows to a model over standard input and output, until the input ends. */
export const serve = (options: Options) =>
  Effect.provide(Effect.flatMap(served(options), overStdio), services.layer(options))

/** The same over HTTP, to whoever has the token; `ready` is told where. */
export const listen = <E, R>(
  options: Options & Where & { readonly token: string },
  ready: (url: string) => Effect.Effect<unknown, E, R>
) =>
  Effect.provide(
    Effect.flatMap(served(options), (server) => overHttp(server, options, ready)),
    services.layer(options)
  )
