import type { Description } from "@stepwright/core/Workflow"
import type * as ServerApi from "@stepwright/node-runner/ServerApi"

// The server encodes what it says by the Schemas of `ServerApi`, and comes with this page in one version: their types are
// taken from there and nothing is decoded twice.

export type Server = typeof ServerApi.Server.Type
export type Workflow = typeof ServerApi.Workflow.Type
export type Begun = typeof ServerApi.Begun.Type
export type Listed = typeof ServerApi.Listed.Type
export type Standing = typeof ServerApi.Standing.Type
export type PlanEntry = typeof ServerApi.PlanEntry.Type
export type Cost = typeof ServerApi.Cost.Type

export type Question = typeof ServerApi.Question.Type
type Json = Question["decision"]
export type Outlook = typeof ServerApi.Outlook.Type
export type WorkflowDetails = Omit<typeof ServerApi.WorkflowDetails.Type, "definition"> & {
  readonly definition: Description
}

type Said = NonNullable<Standing["error"]>

/** What the server says that it cannot do, or that it cannot be asked. */
export class Problem extends Error {
  /** The status of the answer; 0 where there was none. */
  readonly status: number
  readonly fix: string | undefined
  /** What it is called, and what it is about, where the server says so. */
  readonly code: string | undefined
  readonly target: string | undefined
  constructor(status: number, message: string, fix?: string, { code, target }: Partial<Said> = {}) {
    super(message)
    this.status = status
    this.fix = fix
    this.code = code
    this.target = target ?? undefined
  }
}

/** What went wrong, as it is shown. */
export const problemOf = (error: unknown): Problem => (error instanceof Problem ? error : new Problem(0, String(error)))

/** Shows the server the code that the address of the page came with, which works once, for a cookie; it does not stay there. */
export const takeCode = async (): Promise<void> => {
  const [, code] = /^#code=(.+)$/.exec(location.hash) ?? []
  if (code === undefined) return
  history.replaceState(null, "", location.pathname + location.search)
  const headers = { "content-type": "application/json", [own]: "page" }
  // where it does not work, whatever is asked next says so; a page that was let in before needs none
  await fetch("/visit", { method: "POST", headers, body: JSON.stringify({ code }) }).catch(() => undefined)
}

/** The header that pages of other origins cannot send. */
const own = "x-stepwright"

interface Asked {
  readonly method?: "POST"
  readonly body?: string
  readonly keepalive?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** As much of an answer as anybody reads. */
export interface Answer extends Pick<Response, "ok" | "status" | "body"> {
  readonly json: () => Promise<unknown>
  readonly text: () => Promise<string>
}

/** What answers for a path of the server's. */
export type Source = (path: string, init: Asked) => Promise<Answer>

const fromServer: Source = (path, init) => {
  const headers = { ...init.headers, [own]: "page" }
  return fetch(`/api${path}`, { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error
    throw new Problem(0, "The server does not answer.", "Is `stepwright studio` still running?")
  })
}

let source = fromServer

/** From now on this answers in place of the server. */
export const answerBy = (other: Source): void => void (source = other)

/** An answer of the server; one that is no success is thrown as a `Problem`. */
export const ask = async (path: string, init: Asked): Promise<Answer> => {
  const response = await source(path, init)
  if (response.ok) return response
  const said = ((await response.json().catch(() => ({}))) ?? {}) as Partial<Said>
  if (response.status === 401) {
    throw new Problem(
      401,
      "This page is not known to the server.",
      "Open the address that `stepwright studio` printed last; each works once."
    )
  }
  const { fix, message = `The server answered ${response.status}.` } = said
  // what is to be done is told by itself
  const bare = fix !== undefined && message.endsWith(`: ${fix}`) ? message.slice(0, -fix.length - 2) : message
  throw new Problem(response.status, bare, fix, said)
}

export const get = async <A>(path: string, signal?: AbortSignal): Promise<A> => {
  const response = await ask(path, { headers: { accept: "application/json" }, ...(signal && { signal }) })
  return (await response.json()) as A
}

/** Has the server do something; `body` is sent as JSON. */
export const post = async <A>(path: string, body: unknown, signal?: AbortSignal): Promise<A> => {
  const headers = { accept: "application/json", "content-type": "application/json" }
  const text = JSON.stringify(body)
  // whoever leaves the page meanwhile has asked for it all the same; of what is large browsers do not keep that
  const keepalive = text.length < 16_000
  const response = await ask(path, { method: "POST", body: text, keepalive, headers, ...(signal && { signal }) })
  return (await response.json()) as A
}

const part = encodeURIComponent

export const server = (signal?: AbortSignal) => get<Server>("/server", signal)
export const workflows = (signal?: AbortSignal) => get<ReadonlyArray<Workflow>>("/workflows", signal)

export const runs = (signal?: AbortSignal) => get<ReadonlyArray<Listed>>("/runs", signal)
export const standing = (run: string, signal?: AbortSignal) => get<Standing>(`/runs/${part(run)}`, signal)
export const plan = (run: string, signal?: AbortSignal) =>
  get<ReadonlyArray<PlanEntry>>(`/runs/${part(run)}/plan`, signal)
export const costs = (run: string, signal?: AbortSignal) => get<ReadonlyArray<Cost>>(`/runs/${part(run)}/costs`, signal)
export const workflow = (name: string, signal?: AbortSignal) => get<WorkflowDetails>(`/workflows/${part(name)}`, signal)

export const text = async (run: string, hash: string, signal?: AbortSignal): Promise<string> => {
  const response = await ask(`/runs/${part(run)}/texts/${part(hash)}`, { ...(signal && { signal }) })
  return response.text()
}

export const start = (body: { readonly workflow: string; readonly input: Json; readonly maxUsd?: number }) =>
  post<Begun>("/runs", body)

/** What may be done with a run, by the last part of its address. */
const act =
  <Body extends object, A = Begun>(name: string) =>
  (run: string, body: Body) =>
    post<A>(`/runs/${part(run)}/${name}`, body)

export const resume = act<{ readonly maxUsd?: number }>("resume")
export const cancel = act<object>("cancel")
export const step = act<{ readonly path: string; readonly force?: boolean }>("step")
export const decide = act<{ readonly path: string; readonly decision: Json; readonly of: string }, Outlook>("decide")
export const gates = (run: string, signal?: AbortSignal) =>
  get<ReadonlyArray<Question>>(`/runs/${part(run)}/gates`, signal)
