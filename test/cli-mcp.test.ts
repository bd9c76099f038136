import { execFileSync } from "node:child_process"
import { request } from "node:http"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { launcher, place } from "./support/cli.ts"
import { accept, clients, type Listening, listening, theWholeWay, twoQuestions, workflows } from "./support/mcp.ts"

describe("workflows as tools of a model", () => {
  let server: Listening
  beforeAll(async () => {
    server = await listening(place(["writing.ts"]), ...workflows)
  })
  afterAll(() => {
    server.server.process.kill("SIGTERM")
  })

  it("start, wait for a decision, go on and end, and say at each step what to do next", async () => {
    const client = await clients["2026-07-28"](server)
    assert.strictEqual(client.version, "2026-07-28")
    await theWholeWay(client)
  })

  it("take an answer for what the person saw, and ask again where that is another question by now", async () => {
    const here = server.here
    const asked: Array<string> = []
    let run = ""
    here.write("other.json", '{"title": "Storm"}')
    const client = await clients["2025-11-25"](server, ({ message }) => {
      asked.push(message)
      if (asked.length > 1) return { action: "decline" }
      const set = ["set", run, "outline", "other.json", "--workflow", "writing.ts#article"]
      execFileSync(process.execPath, [launcher, ...set], { cwd: here.path("."), stdio: "ignore" })
      return accept(true)
    })
    run = String((await client.call("start_an_article", { topic: "rain" }))["run"])
    await client.call("runs_status", { run, waitSeconds: 30 })
    await client.call("runs_resume", { run })
    assert.lengthOf(asked, 2)
    assert.include(asked[0], "Rain")
    assert.match(asked[1]!, /^the question has changed meanwhile\n[^]*Storm/u)
    const { undecided } = await client.call("runs_status", { run })
    assert.isNotEmpty(undecided)
    await client.close()
  })

  it("that are tasks want each of their answers, and stay cancelled whatever is answered then", async () => {
    const { answers, cancel, get, names, settled } = await twoQuestions(server)
    await answers(names[0])
    const task = await settled()
    assert.deepStrictEqual([task.status, Object.keys(task.inputRequests)], ["input_required", [names[1]]])
    await cancel()
    await answers()
    await answers(names[1])
    assert.strictEqual((await get()).status, "cancelled")
  })

  it("have a tool each, though their names have no letter that one may have", async () => {
    const client = await clients["2026-07-28"](server)
    const names = (await client.tools()).map(({ name }) => name).filter((name) => name.startsWith("start_"))
    assert.lengthOf(names, workflows.length / 2)
    assert.strictEqual(new Set(names).size, names.length)
    for (const name of names) assert.match(name, /^[\w-]{1,64}$/u)
    await client.close()
  })

  it("are served over HTTP to whoever has the token, under the server's own name, to pages of no other origin", async () => {
    const { host } = new URL(server.url)
    const ask = async (headers: Record<string, string>) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" })
      const { promise, reject, resolve } = Promise.withResolvers<number | undefined>()
      const sent = request(
        server.url,
        { method: "POST", headers: { "content-type": "application/json", ...headers } },
        (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        }
      )
      sent.on("error", reject).end(body)
      return await promise
    }
    const authorization = `Bearer ${server.token}`
    assert.strictEqual(await ask({}), 401)
    assert.strictEqual(await ask({ authorization: "Bearer guessed-guessed-guessed" }), 401)
    assert.strictEqual(await ask({ authorization, host: "evil.example" }), 421)
    assert.strictEqual(await ask({ authorization, origin: "http://evil.example" }), 403)
    // who is let in is told what else is missing
    assert.strictEqual(await ask({ authorization, origin: `http://${host}` }), 406)
  })
})
