import { readFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { isAbsolute } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { OpenApi } from "effect/http-api"
import { ServerApi } from "@stepwright/node-runner"
import { firstLine, place, type Place, type Started } from "./support/cli.ts"

// one request follows the other
/* oxlint-disable no-await-in-loop */

/** Twelve steps of 80 ms, each of which writes a line when it has run. */
const module = `import { appendFileSync } from "node:fs"
import { Effect, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"

const Topic = Schema.Struct({ topic: Schema.String })
const work = Step.effect("work", {
  input: Schema.Int,
  output: Schema.Int,
  run: (n) => Effect.delay(Effect.sync(() => (appendFileSync("ran.txt", \`\${n}\\n\`), n * n)), "80 millis")
})
export const twelve = Workflow.make("twelve", { input: Topic }).pipe(
  Workflow.let("numbers", () => Array.from({ length: 12 }, (_, i) => i)),
  Workflow.forEach("squares", work, { items: "numbers", key: String, input: "item", concurrency: 1 }),
  Workflow.gate("approval", { question: Schema.Array(Schema.Int), input: "squares", decision: Schema.Boolean })
)
`

interface Served {
  readonly server: Started
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const served = async (here: Place, port = "0"): Promise<Served> => {
  const server = here.start("studio", "--workflow", "w.ts#twelve", "--port", port, "--json", "--max-starts", "1000")
  const { tokenFile = "", url = "" }: Readonly<Record<string, string>> = JSON.parse(await firstLine(server))
  const token = readFileSync(isAbsolute(tokenFile) ? tokenFile : here.path(tokenFile), "utf8").trim()
  return { server, url, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } }
}

const ask = async ({ headers, url }: Served, method: "GET" | "POST", path: string, body?: unknown) => {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) })
  })
  const text = await answer.text()
  const isJson = answer.headers.get("content-type")?.includes("json") === true
  return { status: answer.status, text, body: isJson ? JSON.parse(text) : undefined }
}

/** How much memory a server has. **Units** MB */
const memory = ({ server }: Served): number =>
  Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))?.[1]) / 1024

describe("the studio's server", () => {
  it("answers while a thousand connections say half of what they want, and ten send 10 MB each", async () => {
    const here = place()
    here.write("w.ts", module)
    const one = await served(here)
    for (let i = 0; i < 20; i++) await ask(one, "GET", "/api/runs")
    const before = memory(one)
    const port = Number(new URL(one.url).port)
    const sockets: Array<Socket> = []
    for (let i = 0; i < 1000; i++) {
      const socket = connect(port, "127.0.0.1")
      socket.on("error", () => undefined)
      socket.write(`POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 1000000\r\nX: `)
      sockets.push(socket)
    }
    // as many as it holds are there; those who take long to say what they want are hung up on
    let answered = 0
    for (let tries = 0; answered === 0 && tries < 600; tries++) {
      answered = await ask(one, "GET", "/api/runs").then(
        ({ status }) => status,
        () => 0
      )
      if (answered === 0) await new Promise((resolve) => void setTimeout(resolve, 100))
    }
    assert.strictEqual(answered, 200)
    for (const socket of sockets) socket.destroy()
    const body = { workflow: "twelve", input: { topic: "x".repeat(10_000_000) } }
    const large = await Promise.all(Array.from({ length: 10 }, () => ask(one, "POST", "/api/runs", body)))
    assert.deepStrictEqual(
      large.map(({ status }) => status),
      large.map(() => 413)
    )
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
    const odd = await fetch(`${one.url}/api/runs`, { method: "POST", headers: one.headers, body: deep })
    assert.strictEqual(odd.status, 400)
    assert.strictEqual((await ask(one, "GET", "/api/runs")).status, 200)
    const more = memory(one) - before
    console.log(`${more.toFixed(0)} MB more than ${before.toFixed(0)} MB after that`)
    assert.isBelow(more, 100)
    one.server.process.kill("SIGTERM")
    await one.server.ended
  })

  it("lets no parameter out of the store", async () => {
    const here = place()
    here.write("w.ts", module)
    here.write("secret.txt", "a secret")
    const one = await served(here)
    const ways = [
      "..%2f..%2fsecret.txt",
      "..%5c..%5csecret.txt",
      "%2e%2e%2f%2e%2e%2fsecret.txt",
      "%00",
      "....%2f%2fsecret.txt"
    ]
    const { paths } = OpenApi.fromApi(ServerApi.api)
    const asked = Object.entries(paths).flatMap(([path, { get }]) =>
      ways.flatMap((way) => {
        const query = (get?.parameters ?? [])
          .filter(({ in: where }) => where === "query")
          .map(({ name }) => `${name}=${way}`)
        return get === undefined ? [] : [`${path.replaceAll(/\{\w+\}/gu, way)}?${query.join("&")}`]
      })
    )
    assert.isAbove(asked.length, 40)
    for (const path of asked) {
      const { status, text } = await ask(one, "GET", path)
      assert.notInclude(text, "a secret", path)
      assert.isBelow(status, 500, path)
    }
    one.server.process.kill("SIGTERM")
    await one.server.ended
  })

  it("loses nothing when it is killed, and agrees with another one and with commands", async () => {
    const here = place()
    here.write("w.ts", module)
    here.write("ran.txt", "")
    const two = [await served(here), await served(here)]
    const { body: begun } = await ask(two[0]!, "POST", "/api/runs", { workflow: "twelve", input: { topic: "rain" } })
    const { run } = begun as { readonly run: string }
    const done = async (at: Served): Promise<number> => {
      const { body } = await ask(at, "GET", `/api/runs/${run}`)
      return body.steps.filter(({ status }: { readonly status: string }) => status === "done").length
    }
    let kills = 0
    for (let known = 0; known < 12;) {
      const [worker, other] = [two[kills % 2]!, two[(kills + 1) % 2]!]
      const until = Math.min(12, known + 1 + (kills % 3))
      while ((await done(other)) < until) await new Promise((resolve) => void setTimeout(resolve, 20))
      worker.server.process.kill("SIGKILL")
      await worker.server.ended
      known = await done(other)
      assert.isAtLeast(known, until)
      two[kills % 2] = await served(here, new URL(worker.url).port)
      assert.strictEqual(await done(two[kills % 2]!), known)
      kills++
      assert.strictEqual((await ask(other, "POST", `/api/runs/${run}/resume`, {})).status, 202)
      // whoever works on it holds it
      const { status } = await ask(two[(kills + 1) % 2]!, "POST", `/api/runs/${run}/resume`, {})
      if (known < 12) assert.strictEqual(status, 409)
    }
    const [one, other] = two as [Served, Served]
    const gates = async (at: Served) => (await ask(at, "GET", `/api/runs/${run}/gates`)).body
    while ((await gates(one)).length === 0 || (await ask(one, "GET", `/api/runs/${run}`)).body.status === "RUNNING") {
      await new Promise((resolve) => void setTimeout(resolve, 20))
    }
    assert.deepStrictEqual(await gates(other), await gates(one))
    await ask(one, "POST", `/api/runs/${run}/decide`, { path: "approval", decision: true })
    const { status } = await here.stepwright("resume", run)
    assert.strictEqual(status, 0)
    const [first, second] = [await ask(one, "GET", `/api/runs/${run}`), await ask(other, "GET", `/api/runs/${run}`)]
    const { stdout } = await here.stepwright("status", run, "--json")
    assert.deepStrictEqual(first.body, second.body)
    assert.deepStrictEqual(first.body, JSON.parse(stdout))
    assert.strictEqual(first.body.status, "COMPLETED")
    const ran = readFileSync(here.path("ran.txt"), "utf8").trim().split("\n")
    console.log(`${kills} kills: 12 steps ran ${ran.length} times`)
    // what was in flight when a process ended, and no more
    assert.isAtMost(ran.length, 12 + kills)
    assert.strictEqual(new Set(ran).size, 12)
    for (const { server } of [one, other]) {
      server.process.kill("SIGTERM")
      await server.ended
    }
  })
})
