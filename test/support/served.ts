import { readFileSync } from "node:fs"
import { isAbsolute } from "node:path"
import { assert } from "@effect/vitest"
import { firstLine, type Place, type Started } from "./cli.ts"

export interface Served {
  readonly here: Place
  readonly server: Started
  readonly url: string
  readonly token: string
  readonly tokenFile: string
}

/** A server in a folder of its own. */
export const served = async (
  here: Place,
  workflows: ReadonlyArray<string>,
  ...flags: ReadonlyArray<string>
): Promise<Served> => {
  const named = workflows.flatMap((workflow) => ["--workflow", workflow])
  const server = here.start("serve", ...named, "--port", "0", "--json", ...flags)
  const said: { readonly url: string; readonly tokenFile: string } = JSON.parse(await firstLine(server))
  const tokenFile = isAbsolute(said.tokenFile) ? said.tokenFile : here.path(said.tokenFile)
  return { here, server, url: said.url, token: readFileSync(tokenFile, "utf8").trim(), tokenFile }
}

export const asking =
  ({ token, url }: Pick<Served, "token" | "url">) =>
  async (method: "GET" | "POST", path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) })
    })
    const text = await response.text()
    const isJson = response.headers.get("content-type")?.includes("json") === true
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
  }

export interface Happened {
  readonly id: string | undefined
  readonly event: string
  readonly data: { readonly number?: number; readonly event?: { readonly _tag: string; readonly path?: string } }
}

/** What happens to a run until it rests. */
export const happenings = async (
  { token, url }: Served,
  run: string,
  after?: string
): Promise<ReadonlyArray<Happened>> => {
  const stop = new AbortController()
  const response = await fetch(`${url}/api/runs/${run}/events`, {
    signal: stop.signal,
    headers: { authorization: `Bearer ${token}`, ...(after !== undefined && { "last-event-id": after }) }
  })
  assert.strictEqual(response.status, 200)
  const found: Array<Happened> = []
  let text = ""
  for await (const bytes of response.body!) {
    text += Buffer.from(bytes).toString()
    const parts = text.split("\n\n")
    text = parts.pop()!
    for (const part of parts) {
      const fields = new Map(part.split("\n").map((line) => line.split(/: (.*)/su, 2) as [string, string]))
      found.push({ id: fields.get("id"), event: fields.get("event")!, data: JSON.parse(fields.get("data")!) })
    }
    if (found.at(-1)?.event === "rest") break
  }
  stop.abort()
  return found
}
