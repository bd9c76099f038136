// How a server of the Model Context Protocol is reached: the same tools and resources over two ways.

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpServer from "effect/ai/McpServer"
import { systemError } from "effect/PlatformError"
import * as Stdio from "effect/Stdio"
import * as NodeSink from "@effect/platform-node/NodeSink"
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as output from "../base/output.ts"
import { bearer } from "../http/access.ts"
import { listen, type Where } from "../http/listen.ts"
import * as messages from "./messages.ts"
import { extension, type Tasks, withTasks } from "./taskProtocol.ts"

/** What is served: tools and resources that are registered with a server. */
export interface Served<E, R> {
  readonly name: string
  readonly version: string
  readonly instructions: string
  readonly registrations: Layer.Layer<never, E, R>
  /** Where calls go on after their answer. */
  readonly tasks?: Tasks | undefined
}

/** What a server says of itself, and the protocols that it speaks. */
const optionsOf = <E, R>({ tasks, ...self }: Served<E, R>) => ({
  ...self,
  ...(tasks !== undefined && { extensions: { [extension]: {} } }),
  protocols: [
    tasks === undefined ? McpProtocol.v2026_07_28 : withTasks(tasks),
    McpProtocol.v2025_11_25,
    McpProtocol.v2025_06_18
  ] as const
})

/** Standard input and output for messages alone, a line each: one that is none is answered here. */
const spoken = Layer.effect(
  Stdio.Stdio,
  Effect.gen(function* () {
    const stdio = yield* Stdio.Stdio
    const out = output.spoken()
    const stdout: Stdio.Stdio["stdout"] = () =>
      NodeSink.fromWritable({
        evaluate: () => out,
        endOnDone: false,
        onError: (cause) => systemError({ _tag: "Unknown", module: "Stdio", method: "stdout", cause })
      })
    const refuse = (answer: object) => Effect.sync(() => void out.write(`${JSON.stringify(answer)}\n`))
    return { ...stdio, stdout, stdin: messages.of(stdio.stdin, refuse) }
  })
).pipe(Layer.provide(NodeStdio.layer))

/** Serves over standard input and output, until the input ends. */
export const overStdio = Effect.fnUntraced(function* <E, R>(self: Served<E, R>) {
  const server = McpServer.layerStdio(optionsOf(self))
  const served = yield* Effect.forkChild(Effect.provide(Layer.launch(server), spoken))
  const exit = yield* Fiber.await(served)
  // it ends itself by an interruption when there is no more input
  if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.failCause(exit.cause)
})

/** The path of the one address that it has over HTTP. */
const path = "/mcp"

/** Serves over HTTP whoever has the token, until it is interrupted; `ready` is told where. */
export const overHttp = <E, R, E2, R2>(
  self: Served<E, R>,
  { token, ...where }: Where & { readonly token: string },
  ready: (url: string) => Effect.Effect<unknown, E2, R2>
) => {
  const routes = McpServer.layerHttp({ ...optionsOf(self), path, allowSessionTermination: true })
  return listen(where, Layer.provide(routes, bearer(token).layer), (url) => ready(`${url}${path}`))
}
