// Who is let in by a server that listens, and what its person is told when it does.

import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Headers from "effect/http/Headers"
import * as Option from "effect/Option"
import * as Prices from "@stepwright/llm/Prices"
import { say } from "../act/problems.ts"
import type { Limits } from "../act/purse.ts"
import { configuration, usage } from "../base/cliError.ts"
import { isLoopback } from "./listen.ts"
import { isSame, leastLength, madeToken, tokenFile as own, tokenIn } from "./token.ts"

/** The token that lets in, and its file. */
export interface Access {
  readonly token: string
  readonly file: string
}

/** The access that flags ask for. **Fails with** what is wrong with the file of the token. */
export const accessOf = Effect.fnUntraced(function* ({
  host,
  tokenFile
}: {
  readonly host: string
  readonly tokenFile: Option.Option<string>
}) {
  if (!isLoopback(host) && Option.isNone(tokenFile)) {
    return yield* usage(`others may reach ${host}`, {
      target: "--host",
      fix: "choose a token and name its file with --token-file"
    })
  }
  const file = Option.getOrElse(tokenFile, own)
  const token = yield* Effect.sync(() => (Option.isSome(tokenFile) ? tokenIn(file) : madeToken()))
  if (token === "Open") {
    return yield* configuration(`others can read ${file}`, { target: file, fix: `chmod 600 ${file}` })
  }
  // a header takes no others
  if (token === undefined || token.length < leastLength || !/^[\x20-\x7e]+$/u.test(token)) {
    const fix = `write ${leastLength} characters or more into it, in one line, which nobody guesses`
    return yield* configuration(`there is no token in ${file}`, { target: file, fix })
  }
  return { token, file } satisfies Access
})

/** What is wrong with the token that was sent. */
export const problemOf = (given: string, token: string) =>
  isSame(given, token)
    ? undefined
    : say(
        "Unauthorized",
        given === "" ? "there is no token" : "the token is another one",
        null,
        "send the token of the server, as `Authorization: Bearer TOKEN`"
      )

/** Lets in who has the token; by then the guard has seen where a request comes from. */
export const bearer = (token: string) =>
  HttpRouter.middleware((answer) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const [, given = ""] = /^bearer +(.*)$/iu.exec(request.headers["authorization"] ?? "") ?? []
      const problem = problemOf(given, token)
      if (problem !== undefined) {
        const headers = { "www-authenticate": "Bearer" }
        return Effect.succeed(
          HttpServerResponse.jsonUnsafe({ _tag: problem.code, ...problem }, { status: 401, headers })
        )
      }
      const seen = request.modify({ headers: Headers.removeMany(request.headers, ["origin", "authorization"]) })
      return Effect.provideService(answer, HttpServerRequest.HttpServerRequest, seen)
    })
  )

/** What a server may do. */
export interface Allowance extends Limits {
  readonly isReadOnly: boolean
}

/** The same in words. */
export const allowed = ({ isReadOnly, maxUsd, starts }: Allowance): string => {
  if (isReadOnly) return "nothing is started or changed here (--read-only)"
  const spending = maxUsd === undefined ? "without a limit (--max-usd)" : `up to ${Prices.format(maxUsd)}`
  return `may spend ${spending}, and begin ${starts} runs a minute`
}

/** What a person is told of a server that listens. */
export interface Told extends Allowance {
  readonly host: string
  readonly json: boolean
  readonly file: string
  /** What is served at an address, and how it is called. */
  readonly said: (url: string) => { readonly serves: string; readonly call: string }
}

export const tell =
  ({ file, host, json, said, ...allowance }: Told) =>
  (url: string) =>
    Effect.gen(function* () {
      if (!isLoopback(host)) yield* Console.error("this is plain HTTP: whoever can listen on the way reads the token")
      if (json) return yield* Console.log(JSON.stringify({ url, tokenFile: file }))
      const { call, serves } = said(url)
      yield* Console.log(serves)
      yield* Console.error(`the token is in ${file}: ${call}`)
      yield* Console.error(allowed(allowance))
    })
