// Who is let in before anything of a request is looked at: what a page of somebody else can make a browser send is not.

import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { say } from "../act/problems.ts"

export interface Address {
  /** The names that a request may call the server by. */
  readonly hosts: ReadonlySet<string>
  readonly port: number
}

export const refuse = (status: number, code: string, message: string) =>
  HttpServerResponse.jsonUnsafe({ _tag: code, ...say(code, message, null) }, { status })

/** Refuses requests to another host, and those that a page of another origin makes. */
export const layer = (address: () => Address) =>
  HttpRouter.middleware(
    (answer) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, method, url }) => {
        const { hosts, port } = address()
        const own = [...hosts].flatMap((host) => (port === 80 ? [host, `${host}:80`] : [`${host}:${port}`]))
        const { host = "", origin } = headers
        if (!own.includes(host.toLowerCase())) {
          return Effect.succeed(refuse(421, "Misdirected", `this is no server of ${host || "no host"}`))
        }
        if (origin !== undefined && !own.some((name) => origin.toLowerCase() === `http://${name}`)) {
          return Effect.succeed(refuse(403, "ForeignOrigin", "pages of other origins are not answered"))
        }
        // an answer that says more of itself keeps that
        return answer.pipe(
          Effect.catchIf(isNoRoute, () =>
            Effect.succeed(refuse(404, "NotFound", `there is nothing at ${method} ${url}`))
          ),
          Effect.map((said) => (said.status === 415 ? noJson : said)),
          Effect.map((said) => HttpServerResponse.setHeaders(said, { ...safe, ...said.headers }))
        )
      }),
    { global: true }
  )

const isNoRoute = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

const noJson = refuse(415, "NoJson", "a body is JSON, and says so: content-type: application/json")

/** What a browser is told of every answer. */
const safe = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}
