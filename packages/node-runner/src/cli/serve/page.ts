// The page, and how it is let in.

import { extname } from "node:path"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { refuse } from "../http/guard.ts"
import type { Visits } from "./visits.ts"

/** What a page of this server may do: what comes with it, and no more. */
export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

export const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml"
}

/** The header that pages of other origins cannot send. */
export const ownHeader = "x-stepwright"

export interface Page {
  /** All that belongs to it, by address. */
  readonly assets: ReadonlyMap<string, Uint8Array>
  readonly visits: Visits
  /** Is told when a page was let in. */
  readonly onVisit: Effect.Effect<void>
}

/** The name of its cookie, by how the server is called: browsers keep those of all ports of a host together. */
const cookieOf = ({ headers: { host = "" } }: HttpServerRequest.HttpServerRequest): string =>
  `stepwright-${/:(\d+)$/u.exec(host)?.[1] ?? "80"}`

/** Whether a request is that of a page that was let in. */
export const isVisitor =
  ({ visits }: Page) =>
  (request: HttpServerRequest.HttpServerRequest): boolean =>
    visits.isAdmitted(request.cookies[cookieOf(request)] ?? "")

const Visit = Schema.Struct({ code: Schema.String })

const notHere = refuse(404, "NotFound", "there is nothing at this address")

/** Every address is the page, but for files of it and what is below `/api/`. */
export const layer = ({ assets, onVisit, visits }: Page) =>
  Layer.merge(
    HttpRouter.add("GET", "*", ({ url }) => {
      const [path = "/"] = url.split("?", 1)
      if (path.startsWith("/api/")) return Effect.succeed(notHere)
      const name = path.startsWith("/assets/") ? path : "/index.html"
      const bytes = assets.get(name)
      if (bytes === undefined) return Effect.succeed(notHere)
      return Effect.succeed(
        HttpServerResponse.uint8Array(bytes, {
          contentType: types[extname(name)] ?? "application/octet-stream",
          headers: { "content-security-policy": policy }
        })
      )
    }),
    HttpRouter.add(
      "POST",
      "/visit",
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const { code } = yield* HttpServerRequest.schemaBodyJson(Visit)
        const cookie = request.headers[ownHeader] === undefined ? undefined : visits.admit(code)
        if (cookie === undefined)
          return refuse(403, "Forbidden", "this address has been used: open the one printed last")
        yield* onVisit
        const response = HttpServerResponse.empty()
        return yield* HttpServerResponse.setCookie(response, cookieOf(request), cookie, {
          httpOnly: true,
          sameSite: "strict",
          path: "/"
        })
      }).pipe(
        Effect.catchTag(["SchemaError", "HttpServerError"], () =>
          Effect.succeed(refuse(400, "Malformed", "there is no code"))
        ),
        Effect.orDie
      )
    )
  )
