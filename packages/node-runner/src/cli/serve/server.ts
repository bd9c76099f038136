import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import * as ServerApi from "../../ServerApi.ts"
import * as services from "../act/services.ts"
import { listen, type Where } from "../http/listen.ts"
import * as handlers from "./handlers.ts"
import * as page from "./page.ts"

export interface Options extends services.Options, Where {
  readonly token: string
  readonly isReadOnly: boolean
  /** The page, where there is to be one. */
  readonly page?: page.Page
}

/** Serves workflows until it is interrupted; `ready` is told where. */
export const serve = <E, R>(options: Options, ready: (url: string) => Effect.Effect<unknown, E, R>) => {
  const { isReadOnly, page: shown, token } = options
  const isOfPage = shown === undefined ? () => false : page.isVisitor(shown)
  const routes = HttpApiBuilder.layer(ServerApi.api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide(handlers.layer(options)),
    Layer.provide([handlers.authorization({ isOfPage, isReadOnly, token }), handlers.readable]),
    Layer.merge(shown === undefined ? Layer.empty : page.layer(shown))
  )
  return Effect.provide(listen(options, routes, ready), services.layer(options))
}
