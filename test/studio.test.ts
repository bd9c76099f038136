import { existsSync, readFileSync } from "node:fs"
import { dirname, isAbsolute, join } from "node:path"
import { spawnSync } from "node:child_process"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { firstLine, place, type Place, type Started } from "./support/cli.ts"

const root = dirname(import.meta.dirname)

interface Opened {
  readonly server: Started
  readonly url: string
  readonly code: string
  readonly token: string
}

const opened = async (here: Place, ...flags: ReadonlyArray<string>): Promise<Opened> => {
  const server = here.start("studio", "--workflow", "approved.ts#approved", "--json", ...flags)
  const { page, tokenFile, url }: Readonly<Record<string, string>> = JSON.parse(await firstLine(server))
  const token = readFileSync(isAbsolute(tokenFile!) ? tokenFile! : here.path(tokenFile!), "utf8").trim()
  return { server, url: url!, token, code: page!.split("#code=")[1]! }
}

const own = { "x-stepwright": "page", "content-type": "application/json" }

/** Shows a code as the page does; gives the cookie. */
const visit = async ({ url }: Opened, code: string, headers: Readonly<Record<string, string>> = own) => {
  const answer = await fetch(`${url}/visit`, { method: "POST", headers, body: JSON.stringify({ code }) })
  return { status: answer.status, cookie: answer.headers.get("set-cookie") ?? "" }
}

describe("the studio", () => {
  let here: Place
  let studio: Opened
  let cookie: string
  const ask = async (path: string, init: RequestInit = {}, at = studio) => {
    const answer = await fetch(`${at.url}${path}`, { ...init, headers: { cookie, ...init.headers } })
    const text = await answer.text()
    const isJson = answer.headers.get("content-type")?.includes("json") === true
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined }
  }

  beforeAll(async () => {
    if (!existsSync(join(root, "packages/studio/dist/page/index.html"))) {
      spawnSync("npm", ["run", "build", "--silent", "--prefix", "packages/studio"], { cwd: root })
    }
    here = place(["approved.ts"])
    studio = await opened(here, "--port", "0")
    const said = await visit(studio, studio.code)
    assert.strictEqual(said.status, 204)
    assert.match(said.cookie, /; Path=\/; HttpOnly; SameSite=Strict$/)
    cookie = said.cookie.split(";", 1)[0]!
  })
  afterAll(async () => {
    studio.server.process.kill("SIGTERM")
    await studio.server.ended
  })

  it("is a page at every address, under a policy that lets it ask nobody else", async () => {
    const { headers, text } = await ask("/runs/latest/tree/a%252Fb")
    assert.include(text, '<div id="page">')
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'; script-src 'self'; /)
    assert.notInclude(headers.get("content-security-policy") ?? "", "unsafe")
    const scripts = [...text.matchAll(/(?:src|href)="([^"]+)"/gu)].map(([, path]) => path!)
    assert.isAbove(scripts.length, 1)
    const answers = await Promise.all(scripts.map((path) => ask(path)))
    for (const { headers, status } of answers) {
      assert.strictEqual(status, 200)
      assert.match(headers.get("content-type") ?? "", /^(?:text\/(?:javascript|css)|image\/svg)/)
    }
    const others = ["/assets/none.js", "/assets/..%2findex.html", "/assets/../../package.json", "/api/none"]
    const found = await Promise.all(others.map((path) => ask(path)))
    for (const { text } of found) assert.notInclude(text, '"name"')
    assert.deepStrictEqual(
      found.map(({ status }) => status),
      [404, 404, 200, 404]
    )
  })

  it("lets a page in by a code that works once, and by nothing else", async () => {
    assert.strictEqual((await ask("/api/server")).body.isReadOnly, false)
    const again = [
      await visit(studio, studio.code),
      await visit(studio, ""),
      await visit(studio, studio.code, { "content-type": "application/json" })
    ]
    assert.deepStrictEqual(
      again.map(({ cookie, status }) => [status, cookie]),
      again.map(() => [403, ""])
    )
    const made = ["", `${cookie}x`, cookie.replace(/=.*/u, "=a.b"), cookie.replace(/\d+/u, "1")]
    const answers = await Promise.all(made.map((cookie) => ask("/api/runs", { headers: { cookie } })))
    assert.deepStrictEqual(
      answers.map(({ status }) => status),
      made.map(() => 401)
    )
  })

  it("changes nothing that is asked without the header of its page, or from elsewhere", async () => {
    const body = JSON.stringify({ workflow: "approved", input: { topic: "rain" } })
    const start = (headers: Readonly<Record<string, string>>) => ask("/api/runs", { method: "POST", body, headers })
    const json = { "content-type": "application/json" }
    assert.strictEqual((await start(json)).status, 403)
    assert.strictEqual((await start({ ...own, origin: "http://evil.example" })).status, 403)
    assert.deepStrictEqual((await ask("/api/runs")).body, [])
    const { body: begun, status } = await start({ ...own, origin: studio.url })
    assert.deepStrictEqual([status, begun.status], [201, "RUNNING"])
  })

  it("knows its page again once it was started anew", async () => {
    studio.server.process.kill("SIGKILL")
    await studio.server.ended
    studio = await opened(here, "--port", new URL(studio.url).port, "--read-only")
    assert.strictEqual((await ask("/api/server")).body.isReadOnly, true)
    const { body, status } = await ask("/api/runs/latest/cancel", { method: "POST", headers: own })
    assert.deepStrictEqual([status, body.code], [403, "ReadOnly"])
  })
})
