import { readFile } from "node:fs/promises"
import { createServer, type IncomingMessage, request as ask, type Server, type ServerResponse } from "node:http"
import { extname, join } from "node:path"
import { Workflow } from "@stepwright/core"
import { policy, types } from "../../node-runner/src/cli/serve/page.ts"
import { type Fixture, standingOf } from "./fixtures.ts"

// What `stepwright studio` serves, from runs that are made up or recorded: the same paths, and the same policy.

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Passes what is asked of the API on to a server that wants a token, and answers with the page otherwise. */
export const passOn =
  (server: string, token: string, page: Answer): Answer =>
  (request, response) => {
    if (request.url?.startsWith("/api/") !== true) {
      response.setHeader("content-security-policy", policy)
      return page(request, response)
    }
    const { host: _host, origin: _origin, ...headers } = request.headers
    const options = { method: request.method, headers: { ...headers, authorization: `Bearer ${token}` } }
    const onward = ask(new URL(request.url, server), options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on("error", () => response.destroy())
    response.on("close", () => onward.destroy())
    request.pipe(onward)
  }

/** A run that has come to its `shown`th event. */
interface Shown {
  readonly fixture: Fixture
  shown: number
  /** What there is to send besides events, and to whom. */
  readonly listeners: Set<(sent: string) => void>
  /** How it stands, while it stands so. */
  standing?: { readonly shown: number; readonly json: string }
}

export interface Studio {
  readonly server: Server
  /** Lets so many more events of a run happen. */
  readonly advance: (run: string, events: number) => void
  /** Sends a piece of a reply. */
  readonly say: (run: string, path: string, text: string) => void
  /** Says that what was said of a reply is void. */
  readonly discard: (run: string, path: string) => void
  readonly isOver: (run: string) => boolean
}

interface Options {
  /** How many events of a run have happened at first; all of them for a run that is not named. */
  readonly begun?: Readonly<Record<string, number>>
  /** What answers for the page itself; the built one unless given. */
  readonly page?: Answer
}

/** A server of these runs. */
export const make = (fixtures: ReadonlyArray<Fixture>, { begun = {}, page = servePage }: Options = {}): Studio => {
  const runs = new Map(
    fixtures.map((fixture): [string, Shown] => [
      fixture.run,
      { fixture, shown: begun[fixture.run] ?? fixture.events.length, listeners: new Set() }
    ])
  )
  const standing = (one: Shown) => {
    if (one.standing?.shown !== one.shown) {
      const { fixture, shown } = one
      const json = JSON.stringify(
        fixture.standing ?? standingOf({ ...fixture, events: fixture.events.slice(0, shown) })
      )
      one.standing = { shown, json }
    }
    return one.standing!.json
  }
  const listed = (one: Shown) => {
    const { createdAt, error, replies, run, status, steps, tokens, updatedAt, workflow } = JSON.parse(standing(one))
    const done = steps.filter(({ status }: { readonly status: string }) => status === "done").length
    const waits = status === "SUSPENDED" ? { path: error.path, code: error.code, message: error.message } : null
    return { run, workflow, status, steps: done, replies, tokens, createdAt, updatedAt, waits }
  }
  const answers: ReadonlyArray<
    readonly [RegExp, (one: Shown, rest: string, request: IncomingMessage, response: ServerResponse) => unknown]
  > = [
    [/^$/, (one, _, __, response) => json(response, standing(one))],
    [/^\/plan$/, async ({ fixture }, _, __, response) => json(response, JSON.stringify(await fixture.plan()))],
    [/^\/costs$/, ({ fixture }, _, __, response) => json(response, JSON.stringify(fixture.costs ?? []))],
    [/^\/events$/, (one, _, request, response) => serveEvents(one, request, response)],
    [
      /^\/texts\/(.+)$/,
      async ({ fixture }, hash, __, response) => {
        const text = await fixture.text(hash).catch(() => undefined)
        if (text === undefined) return refuse(response, 404, "there is no such text")
        response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(text)
      }
    ]
  ]
  const server = createServer((request, response) => {
    response.setHeader("content-security-policy", policy)
    response.setHeader("x-content-type-options", "nosniff")
    const { pathname } = new URL(request.url ?? "/", "http://localhost")
    if (!pathname.startsWith("/api/")) return page(request, response)
    if (pathname === "/api/server")
      return json(response, JSON.stringify({ version: "0.0.0", isReadOnly: true, maxUsd: null, maxStarts: 1 }))
    if (pathname === "/api/runs")
      return json(
        response,
        JSON.stringify([...runs.values()].map(listed).toSorted((a, b) => b.updatedAt - a.updatedAt))
      )
    const [, kind, name = "", rest = ""] = /^\/api\/(runs|workflows)\/([^/]+)(.*)$/.exec(pathname) ?? []
    const id = decodeURIComponent(name)
    if (kind === "workflows") {
      const found = fixtures.find(({ workflow }) => workflow.name === id)
      if (found === undefined) return refuse(response, 404, `there is no workflow ${id}`)
      const definition = Workflow.describe(found.workflow)
      return json(response, JSON.stringify({ name: id, version: 1, input: {}, definition, mermaid: "" }))
    }
    const one = runs.get(id)
    if (one === undefined) return refuse(response, 404, `there is no run ${id}`)
    for (const [pattern, answer] of answers) {
      const match = pattern.exec(rest)
      if (match !== null) return answer(one, match[1] ?? "", request, response)
    }
    return refuse(response, 404, "there is nothing of that name")
  })
  const told = (run: string, sent: string) => runs.get(run)?.listeners.forEach((listener) => listener(sent))
  return {
    server,
    advance: (run, events) => {
      const one = runs.get(run)!
      for (let i = 0; i < events && one.shown < one.fixture.events.length; i++) {
        told(run, eventOf(one.fixture, one.shown++))
      }
      if (one.shown === one.fixture.events.length) told(run, rest)
    },
    say: (run, path, text) => told(run, `event: delta\ndata: ${JSON.stringify({ path, turn: 1, text })}\n\n`),
    discard: (run, path) => told(run, `event: discarded\ndata: ${JSON.stringify({ path, turn: 1 })}\n\n`),
    isOver: (run) => runs.get(run)?.shown === runs.get(run)?.fixture.events.length
  }
}

const eventOf = ({ events }: Fixture, index: number) =>
  `id: ${index + 1}\nevent: event\ndata: ${JSON.stringify({ number: index + 1, event: events[index] })}\n\n`

const rest = "event: rest\ndata: {}\n\n"

const serveEvents = (one: Shown, request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { "content-type": "text/event-stream" })
  const after = Number(request.headers["last-event-id"] ?? 0)
  for (let i = after; i < one.shown; i++) response.write(eventOf(one.fixture, i))
  if (one.shown === one.fixture.events.length) response.write(rest)
  const listener = (sent: string) => void response.write(sent)
  one.listeners.add(listener)
  response.on("close", () => one.listeners.delete(listener))
}

const json = (response: ServerResponse, text: string) =>
  void response.writeHead(200, { "content-type": "application/json" }).end(text)

const refuse = (response: ServerResponse, status: number, message: string) => {
  const problem = { _tag: "NotFound", severity: "error", code: "NotFound", message, target: null }
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(problem))
}

/** Serves a page that was built. */
export const pageIn = (folder: string) => async (request: IncomingMessage, response: ServerResponse) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost")
  const name = /^\/assets\/[\w.-]+$/.test(pathname) ? pathname : "/index.html"
  const text = await readFile(join(folder, name)).catch(() => undefined)
  if (text === undefined) return refuse(response, 404, "there is no such file; was the page built?")
  response.writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" }).end(text)
}

export const servePage: Answer = pageIn(join(import.meta.dirname, "../dist/page"))
