import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"

/** Tells the client how far a call is, where it asked to be told. */
export type Progress = (progress: number, message: string) => Effect.Effect<void>

/** Where the client did not ask, nothing. */
export const progress: Effect.Effect<Progress | undefined, never, McpSchema.McpRequestContext | McpServer.McpServer> =
  Effect.gen(function* () {
    const { notifications } = yield* McpServer.McpServer
    const context = yield* McpSchema.McpRequestContext
    const client = yield* Effect.serviceOption(McpSchema.McpServerClient)
    const metadata: Readonly<Record<string, unknown>> = Option.getOrElse(client, () => context).requestMetadata ?? {}
    const { progressToken } = metadata
    if (typeof progressToken !== "string" && typeof progressToken !== "number") return undefined
    // to whom a notification goes is known by the request that it belongs to
    return (progress, message) =>
      notifications["notifications/progress"]({ progressToken, progress, message }).pipe(
        Effect.ignore,
        Effect.provideService(McpSchema.McpRequestContext, context)
      )
  })
