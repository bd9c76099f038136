import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { hostname, networkInterfaces } from "node:os"
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import type { ServeError } from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { failed } from "../base/cliError.ts"
import * as guard from "./guard.ts"

export interface Where {
  readonly host: string
  readonly port: number
}

/** The most of a request's body. */
const mostBody = ByteSize.mebibytes(8)

/** How long a request may take to come, and how many connections there may be. **Units** milliseconds */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  maxHeaderSize: 16 * 1024,
  connectionsCheckingInterval: 5000
}
const mostConnections = 500

const isServeError = (error: unknown): error is ServeError => Predicate.isTagged(error, "ServeError")

export const isLoopback = (host: string) => host === "127.0.0.1" || host === "localhost" || host === "::1"

const inUrl = (host: string) => (host.includes(":") ? `[${host}]` : host).toLowerCase()

/** What a server may be called by that listens there: at all addresses of the machine, by any of them. */
const namesOf = (host: string): ReadonlySet<string> => {
  const loopback = ["localhost", "127.0.0.1", "[::1]"]
  if (isLoopback(host)) return new Set(loopback)
  if (host !== "0.0.0.0" && host !== "::") return new Set([inUrl(host)])
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => inUrl(address)))
  return new Set([...loopback, hostname().toLowerCase(), ...addresses])
}

/** Answers by routes until it is interrupted, whoever the guard lets in; `ready` is told where. */
export const listen = <E, R, E2, R2>(
  { host, port }: Where,
  routes: Layer.Layer<never, E, R>,
  ready: (url: string) => Effect.Effect<unknown, E2, R2>
) =>
  Effect.gen(function* () {
    const server = createServer(limits)
    server.maxConnections = mostConnections
    const hosts = namesOf(host)
    const addressOf = () => ({ hosts, port: (server.address() as AddressInfo | null)?.port ?? port })
    const guarded = Layer.merge(routes, guard.layer(addressOf))
    const app = HttpRouter.serve(guarded, { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provideMerge(NodeHttpServer.layer(() => server, { host, port, gracefulShutdownTimeout: "2 seconds" }))
    )
    yield* Effect.provideService(Layer.build(app), HttpIncomingMessage.MaxBodySize, mostBody)
    yield* ready(`http://${isLoopback(host) ? "127.0.0.1" : inUrl(host)}:${addressOf().port}`)
    return yield* Effect.never
  }).pipe(
    Effect.scoped,
    Effect.catchIf(isServeError, (error) => {
      const target = `${inUrl(host)}:${port}`
      return Effect.fail(
        failed(`the server cannot listen at ${target}: ${reasonOf(error.cause)}`, {
          target,
          fix: "choose another --port, or 0 for any that is free",
          cause: error
        })
      )
    })
  )
