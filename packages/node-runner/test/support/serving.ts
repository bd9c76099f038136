import { writeFileSync } from "node:fs"
import { Console, Deferred, Effect } from "effect"
import { general } from "../../src/cli/base/words.ts"
import * as commandLine from "../../src/cli/commandLine.ts"
import { Bound } from "../../src/cli/module/workflowModule.ts"
import { asking } from "./asking.ts"

export const token = "a token that nobody guesses"

/** A server of a program of its own, while the scope is open; gives its address. */
export const serving = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  writeFileSync("token", token, { mode: 0o600 })
  const address = yield* Deferred.make<string>()
  const log = (text: string) => void Deferred.doneUnsafe(address, Effect.succeed(JSON.parse(text).url))
  yield* commandLine
    .program("stepwright", general, [...args, "--port", "0", "--token-file", "token", "--json"])
    .pipe(
      Effect.provideService(Bound, asking),
      Effect.provideService(Console.Console, { ...globalThis.console, log }),
      Effect.forkScoped
    )
  return yield* Deferred.await(address)
})

/** What is sent of a run until it rests. */
export const untilRest = async (url: string): Promise<string> => {
  const stop = new AbortController()
  const { body } = await fetch(url, { signal: stop.signal, headers: { authorization: `Bearer ${token}` } })
  let text = ""
  for await (const bytes of body!) {
    text += Buffer.from(bytes).toString()
    if (text.includes("event: rest\n")) break
  }
  stop.abort()
  return text
}

/** What a server answers to a request. */
export const asked = (url: string) => (method: string, path: string, body?: object) =>
  Effect.promise(async () => {
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    return JSON.parse(await answer.text())
  })
