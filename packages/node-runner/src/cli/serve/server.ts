import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { hostname, networkInterfaces } from "node:os"
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import type { ServeError } from "effect/http/HttpServerError"
import * as Predicate from "effect/Predicate"
import * as Layer from "effect/Layer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as ServerApi from "../../ServerApi.ts"
import { reasonOf } from "../../internal/disk/systemError.ts"
import { failed } from "../base/cliError.ts"
import * as guard from "./guard.ts"
import * as handlers from "./handlers.ts"
import * as page from "./page.ts"
import { cookieName } from "./visits.ts"
import * as services from "../act/services.ts"

export interface Options extends services.Options {
  readonly host: string
  readonly port: number
  readonly token: string
  readonly isReadOnly: boolean
  /** The page, where there is to be one. */
  readonly page?: page.Page
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

const isLoopback = (host: string) => host === "127.0.0.1" || host === "localhost" || host === "::1"

const inUrl = (host: string) => (host.includes(":") ? `[${host}]` : host).toLowerCase()

/** What a server may be called by that listens there: at all addresses of the machine, by any of them. */
const namesOf = (host: string): ReadonlySet<string> => {
  const loopback = ["localhost", "127.0.0.1", "[::1]"]
  if (isLoopback(host)) return new Set(loopback)
  if (host !== "0.0.0.0" && host !== "::") return new Set([inUrl(host)])
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => inUrl(address)))
  return new Set([...loopback, hostname().toLowerCase(), ...addresses])
}

/** Serves workflows until it is interrupted; `ready` is told where. */
export const serve = Effect.fnUntraced(function* <E, R>(
  options: Options,
  ready: (url: string) => Effect.Effect<unknown, E, R>
) {
  const { host, isReadOnly, page: shownPage, port, token } = options
  const server = createServer(limits)
  server.maxConnections = mostConnections
  const shown = inUrl(host)
  const hosts = namesOf(host)
  const addressOf = () => ({ hosts, port: (server.address() as AddressInfo | null)?.port ?? port })
  const portOf = () => addressOf().port
  const isOfPage: handlers.Access["isOfPage"] = ({ cookies }) =>
    shownPage?.visits.isAdmitted(cookies[cookieName(portOf())] ?? "") === true
  const routes = HttpApiBuilder.layer(ServerApi.api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide(handlers.layer(options)),
    Layer.provide([handlers.authorization({ isOfPage, isReadOnly, token }), handlers.readable]),
    Layer.merge(shownPage === undefined ? Layer.empty : page.layer(shownPage, portOf)),
    Layer.merge(guard.layer(addressOf))
  )
  const app = HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(() => server, { host, port, gracefulShutdownTimeout: "2 seconds" }))
  )
  return yield* Effect.scoped(
    Effect.gen(function* () {
      yield* Effect.provideService(Layer.build(app), HttpIncomingMessage.MaxBodySize, mostBody)
      yield* ready(`http://${isLoopback(host) ? "127.0.0.1" : shown}:${portOf()}`)
      return yield* Effect.never
    })
  ).pipe(
    Effect.provide(services.layer(options)),
    Effect.catchIf(isServeError, (error) => {
      const target = `${shown}:${port}`
      return Effect.fail(
        failed(`the server cannot listen at ${target}: ${reasonOf(error.cause)}`, {
          target,
          fix: "choose another --port, or 0 for any that is free",
          cause: error
        })
      )
    })
  )
})
