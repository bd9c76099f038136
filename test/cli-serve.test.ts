import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, closeSync, openSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { ServerApi } from "@stepwright/node-runner"
import { serve } from "../packages/node-runner/test/support/modelServer.ts"
import { place } from "./support/cli.ts"
import { asking, happenings, type Served, served } from "./support/served.ts"
import { needs } from "./support/tool.ts"

const workflows = ["w.ts#article", "w.ts#long", "w.ts#noted"]

const module = `import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow, Workspace } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const Topic = Schema.Struct({ topic: Schema.String })
const outline = Step.make("outline", {
  input: Topic,
  output: Schema.Struct({ title: Schema.String }),
  prompt: PromptTemplate.make("Outline {{topic}}"),
  variables: ({ topic }) => ({ topic })
})
const draft = Step.effect("draft", {
  input: Schema.Struct({ title: Schema.String, isGood: Schema.Boolean }),
  output: Schema.String,
  run: ({ isGood, title }) => Effect.succeed(isGood ? title : "nothing")
})
const nap = Step.effect("nap", { input: Topic, output: Schema.String, run: () => Effect.never })

export const article = Workflow.make("article", { input: Topic }).pipe(
  Workflow.bind("outline", outline, "input"),
  Workflow.gate("approval", { question: Schema.String, input: "outline.title", decision: Schema.Boolean }),
  Workflow.bind("draft", draft, { title: "outline.title", isGood: "approval" })
)
export const long = Workflow.make("long", { input: Topic }).pipe(Workflow.bind("nap", nap, "input"))
const deliver = Step.effect("deliver", {
  input: Topic,
  output: Workspace.Delivered,
  produces: "files",
  run: ({ topic }) =>
    Effect.flatMap(Workspace.Workspace, ({ write }) =>
      Effect.map(Effect.orDie(write([{ path: "notes/topic.md", content: topic }])), (files) => ({ files }))
    )
})
export const noted = Workflow.make("noted", { input: Topic }).pipe(Workflow.bind("delivered", deliver, "input"))
export const layer = MockLlm.layer([{ step: "outline", reply: { title: "Rain" } }])
`

/** The commands below a heading of a document. */
const commandsOf = (document: string, heading: string): string => {
  const text = readFileSync(join(import.meta.dirname, "..", document), "utf8")
  const [, commands = ""] = /^[\s\S]*?```sh\n([\s\S]*?)```/u.exec(text.split(`\n## ${heading}\n`)[1] ?? "") ?? []
  assert.include(commands, "curl")
  return commands
}

describe("a server of workflows", () => {
  let all: Served
  let ask: ReturnType<typeof asking>
  /** A run that waits at its gate. */
  let run: string

  beforeAll(async () => {
    const here = place()
    here.write("w.ts", module)
    all = await served(here, workflows)
    ask = asking(all)
    const begun = await ask("POST", "/api/runs", { workflow: "article", input: { topic: "rain" } })
    assert.deepStrictEqual([begun.status, begun.body.status], [201, "RUNNING"])
    run = begun.body.run
    await happenings(all, run)
  })
  afterAll(async () => {
    all.server.process.kill("SIGTERM")
    await all.server.ended
  })

  it("says what it serves, with the shape of inputs", async () => {
    const { body } = await ask("GET", "/api/workflows")
    assert.deepStrictEqual(body, [
      { name: "article", version: 1, source: "w.ts#article" },
      { name: "long", version: 1, source: "w.ts#long" },
      { name: "noted", version: 1, source: "w.ts#noted" }
    ])
    const { body: article } = await ask("GET", "/api/workflows/article")
    assert.deepStrictEqual(article.input.required, ["topic"])
    assert.deepStrictEqual(
      article.definition.nodes.map(({ path }: { readonly path: string }) => path),
      ["outline", "approval", "draft"]
    )
    assert.include(article.mermaid, "flowchart")
  })

  it("tells all that happens to a run, each event with an id that can be gone on after", async () => {
    const found = await happenings(all, run)
    const events = found.filter(({ event }) => event === "event")
    assert.deepStrictEqual(
      events.map(({ data }) => data.number),
      events.map((_, i) => i + 1)
    )
    const { events: count } = (await ask("GET", `/api/runs/${run}/state`)).body
    assert.strictEqual(events.length, count)
    assert.strictEqual(found.at(-1)?.event, "rest")
    const rest = await happenings(all, run, events[2]!.id)
    assert.deepStrictEqual(rest, found.slice(3))
  })

  it("says why nobody can go on after an id that is none of the run's", async () => {
    const after = async (id: string) => {
      const { body, status } = await ask("GET", `/api/runs/${run}/events?after=${encodeURIComponent(id)}`)
      return [status, body.code]
    }
    const [{ id = "" } = {}] = await happenings(all, run)
    assert.deepStrictEqual(await after("12"), [400, "NoPosition"])
    assert.deepStrictEqual(await after(id.replace(run, "another")), [409, "OfAnotherRun"])
    assert.deepStrictEqual(await after(id.replace("/1/", "/1000/")), [410, "TakenBack"])
    assert.deepStrictEqual(await after(`${run}/1/00000000`), [410, "TakenBack"])
  })

  it("decides a gate, records who did and by what, and goes on", async () => {
    const { body: forked } = await ask("POST", `/api/runs/${run}/fork`, { path: "outline" })
    assert.strictEqual(forked.status, "STOPPED")
    assert.strictEqual((await ask("POST", `/api/runs/${forked.run}/resume`, {})).status, 202)
    await happenings(all, forked.run)
    const { body: gates } = await ask("GET", `/api/runs/${forked.run}/gates`)
    const [{ of, ...gate }] = gates
    assert.deepStrictEqual(gate, {
      path: "approval",
      why: "waits for a decision",
      question: "Rain",
      decision: { type: "boolean" }
    })
    // whoever saw another question has not answered this one
    const other = await ask("POST", `/api/runs/${forked.run}/decide`, {
      path: "approval",
      decision: false,
      of: `${of}0`
    })
    assert.deepStrictEqual([other.status, other.body.code], [409, "OtherQuestion"])
    const wrong = await ask("POST", `/api/runs/${forked.run}/decide`, { path: "approval", decision: "yes" })
    assert.strictEqual(wrong.status, 400)
    const { body: outlook } = await ask("POST", `/api/runs/${forked.run}/decide`, {
      path: "approval",
      decision: true,
      of
    })
    assert.deepStrictEqual(outlook, { run: forked.run, pending: ["draft"], perhaps: [], undecided: [] })
    await ask("POST", `/api/runs/${forked.run}/resume`, {})
    await happenings(all, forked.run)
    const { body: state } = await ask("GET", `/api/runs/${forked.run}/state`)
    assert.strictEqual(state.status, "COMPLETED")
    assert.match(state.records.approval.result.who, / \(HTTP\)$/)
    assert.strictEqual(state.records.draft.result.output, "Rain")
    // and the command line agrees
    const { stdout } = await all.here.stepwright("status", forked.run, "--json")
    const { body: standing } = await ask("GET", `/api/runs/${forked.run}`)
    assert.deepStrictEqual(standing, JSON.parse(stdout))
  })

  it("runs a workflow with curl alone, by the commands of the documents", needs("curl"), async () => {
    const commands = commandsOf("docs/38-serving.md", "With curl alone")
      .replace("http://127.0.0.1:4141", all.url)
      .replace("~/.config/stepwright/token", all.tokenFile)
    // to a file: what follows events may outlive the commands
    const said = openSync(all.here.path("said"), "w")
    const shell = spawn("bash", ["-euc", commands], { stdio: ["ignore", said, said] })
    const [status] = await once(shell, "exit")
    closeSync(said)
    const text = readFileSync(all.here.path("said"), "utf8")
    assert.strictEqual(status, 0, text)
    assert.include(text, '"question":"Rain","decision":{"type":"boolean"},"of":"approval#')
    assert.include(text, '"status":"COMPLETED"')
    assert.match(text, /"draft":\{.*"output":"Rain"/u)
  })

  it("sets a result by hand, and says what runs again", async () => {
    const { body: forked } = await ask("POST", `/api/runs/${run}/fork`, { path: "outline", run: "by-hand" })
    const set = await ask("POST", `/api/runs/${forked.run}/set`, { path: "outline", value: { title: "Snow" } })
    assert.deepStrictEqual(set.body, { run: "by-hand", pending: [], perhaps: ["draft"], undecided: ["approval"] })
    const { body: plan } = await ask("GET", "/api/runs/by-hand/plan")
    assert.deepStrictEqual(
      plan.map(({ action, path }: { readonly action: string; readonly path: string }) => [path, action]),
      [
        ["outline", "reuse"],
        ["approval", "decide"],
        ["draft", "perhaps"]
      ]
    )
  })

  it("says what each step that asked a provider cost, and where nobody knows it, of any run", async () => {
    const { here } = all
    here.write("article.ts", readFileSync("test/fixtures/article.ts", "utf8"))
    here.write("prices.json", JSON.stringify({ date: "2026-11-01", models: { big: { input: 1000, output: 2000 } } }))
    // the one that answers last has no price
    const server = await serve((prompt) =>
      prompt.startsWith("Outline")
        ? JSON.stringify({ title: "Rain", points: [] })
        : { text: "It rains.", model: "alien" }
    )
    const asked = here.withEnv({ OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
    const input = JSON.stringify({ topic: "rain", words: 3 })
    const begin = ["run", "--workflow", "article.ts#article", "--input", input]
    const { status, stderr, stdout } = await asked.stepwright(
      ...begin,
      "--model",
      "big",
      "--prices",
      "prices.json",
      "--json"
    )
    assert.strictEqual(status, 0, stderr)
    const { body } = await ask("GET", `/api/runs/${JSON.parse(stdout).run}/costs`)
    // ten tokens in, and five out
    assert.deepStrictEqual(body, [
      { path: "outline", usd: 0.02 },
      { path: "draft", usd: null }
    ])
    assert.deepStrictEqual((await ask("GET", `/api/runs/${run}/costs`)).body, [])
    assert.strictEqual((await ask("GET", "/api/runs/nothing/costs")).status, 404)
  })

  it("gives the text of a file that a run delivered, and of no other", async () => {
    const { body: begun } = await ask("POST", "/api/runs", { workflow: "noted", input: { topic: "rain" } })
    await happenings(all, begun.run)
    const { body: standing } = await ask("GET", `/api/runs/${begun.run}`)
    assert.deepStrictEqual(
      standing.files.map(({ path }: { readonly path: string }) => path),
      ["notes/topic.md"]
    )
    const file = (path: string) => ask("GET", `/api/runs/${begun.run}/file?path=${encodeURIComponent(path)}`)
    assert.deepInclude(await file("notes/topic.md"), { status: 200, body: "rain" })
    const others = await Promise.all(["../../w.ts", "/etc/passwd", "notes", "notes/../notes/topic.md", ""].map(file))
    assert.deepStrictEqual(
      others.map(({ status }) => status),
      [404, 404, 404, 404, 404]
    )
  })

  it("shows a run that another process is at, and cancels it", async () => {
    const other = all.here.start("run", "--workflow", "w.ts#long", "--input", '{"topic": "x"}')
    let live: string | undefined
    while (live === undefined) {
      // oxlint-disable-next-line no-await-in-loop -- looks again and again
      const { body } = await ask("GET", "/api/runs?workflow=long&status=RUNNING")
      live = body[0]?.run
    }
    const following = happenings(all, live)
    const { body: cancelled } = await ask("POST", `/api/runs/${live}/cancel`)
    assert.deepStrictEqual(cancelled, { run: live, status: "CANCELLED" })
    const { status } = await other.ended
    assert.strictEqual(status, 130)
    const found = await following
    assert.deepStrictEqual(
      found.slice(-2).map(({ data, event }) => [event, data.event?._tag]),
      [
        ["event", "RunEnded"],
        ["rest", undefined]
      ]
    )
  })

  it("says what is wrong with what was asked, as commands do", async () => {
    const wrong = async (...asked: Parameters<typeof ask>) => {
      const { body, status } = await ask(...asked)
      return [status, body.code ?? body._tag]
    }
    assert.deepStrictEqual(await wrong("GET", "/api/runs/nobody"), [404, "NotFound"])
    assert.deepStrictEqual(await wrong("GET", "/api/workflows/other"), [404, "NotFound"])
    assert.deepStrictEqual(await wrong("POST", "/api/runs", { workflow: "other", input: {} }), [404, "NotFound"])
    assert.deepStrictEqual(await wrong("POST", "/api/runs", { workflow: "article", input: {} }), [400, "Usage"])
    assert.deepStrictEqual(await wrong("POST", `/api/runs/${run}/step`, { path: "nothing" }), [404, "UnknownPath"])
    assert.deepStrictEqual(await wrong("POST", "/api/runs", { workflow: 7 }), [400, "Malformed"])
    assert.deepStrictEqual(await wrong("POST", "/api/runs", "{"), [400, "Malformed"])
    assert.deepStrictEqual(await wrong("POST", `/api/runs/${run}/resume`, { maxUsd: -1 }), [400, "Malformed"])
    assert.deepStrictEqual(await wrong("GET", "/api/nothing"), [404, "NotFound"])
    const asText = { "content-type": "text/plain" }
    assert.deepStrictEqual(await wrong("POST", "/api/runs", "{}", asText), [415, "NoJson"])
  })

  describe("lets nobody in", () => {
    it("without its token, or with another", async () => {
      const wrong = ["", "Bearer ", `Bearer ${all.token}x`, `Bearer ${all.token.slice(1)}`, "Basic eDp5"]
      const answers = await Promise.all(
        wrong.map((authorization) => ask("GET", "/api/runs", undefined, { authorization }))
      )
      assert.deepStrictEqual(
        answers.map(({ body, status }) => [status, body._tag]),
        wrong.map(() => [401, "Unauthorized"])
      )
    })

    it("who calls it by another name, or from a page of another origin", async () => {
      const port = new URL(all.url).port
      /** `fetch` says its own host. */
      const said = (host: string, more = "") =>
        new Promise<string>((resolve, reject) => {
          const socket = connect(Number(port), "127.0.0.1", () => {
            socket.write(
              `GET /api/runs HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${all.token}\r\n${more}Connection: close\r\n\r\n`
            )
          })
          let text = ""
          socket.on("data", (data) => (text += String(data)))
          socket.on("end", () => resolve(text.split("\r\n", 1)[0]!))
          socket.on("error", reject)
        })
      assert.strictEqual(await said(`localhost:${port}`), "HTTP/1.1 200 OK")
      assert.match(await said("evil.example"), / 421 /)
      assert.match(await said(`evil.example:${port}`), / 421 /)
      assert.match(await said(`127.0.0.1:${port}`, "Origin: http://evil.example\r\n"), / 403 /)
      assert.match(await said(`127.0.0.1:${port}`, `Origin: http://127.0.0.1:${port}\r\n`), / 200 /)
    })

    it("out of the store", async () => {
      const names = ["..%2f..%2fetc", "%2e%2e", "..%5c..", "%00", "a%2fb"]
      const paths = ["", "/state", "/events", `/texts/${"0".repeat(64)}`]
      const answers = await Promise.all(
        names.flatMap((name) => paths.map((path) => ask("GET", `/api/runs/${name}${path}`)))
      )
      for (const { status } of answers) assert.include([400, 404], status)
      const { status } = await ask("GET", `/api/runs/${run}/texts/..%2f..%2frun.json`)
      assert.strictEqual(status, 404)
    })

    it("with more than it takes", async () => {
      const { body, status } = await ask("POST", "/api/runs", {
        workflow: "article",
        input: { topic: "x".repeat(10_000_000) }
      })
      assert.deepStrictEqual([status, body.code], [413, "TooLarge"])
      assert.strictEqual((await ask("GET", "/api/workflows")).status, 200)
    })
  })

  it.live("is asked by a client that its definition makes", () =>
    Effect.gen(function* () {
      const client = yield* HttpApiClient.make(ServerApi.api, {
        baseUrl: all.url,
        transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(all.token))
      })
      const [first] = yield* client.runs.list({ query: { workflow: "article" } })
      assert.isDefined(first)
      const state = yield* client.runs.state({ params: { run } })
      assert.strictEqual(state.records["outline"]?.result?.by, "model")
      const error = yield* Effect.flip(client.runs.get({ params: { run: "nobody" } }))
      assert.strictEqual(error._tag, "NotFound")
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )
})

describe("a server", () => {
  it("that is only read changes nothing; one with a budget begins no more than it lets", async () => {
    const here = place()
    here.write("w.ts", module)
    const read = await served(here, workflows, "--read-only")
    const { body, status } = await asking(read)("POST", "/api/runs", { workflow: "article", input: { topic: "x" } })
    assert.deepStrictEqual([status, body.code], [403, "ReadOnly"])
    const save = { config: {}, dryRun: true }
    assert.strictEqual((await asking(read)("POST", "/api/workflows/article/save", save)).status, 403)
    assert.deepStrictEqual((await asking(read)("GET", "/api/runs")).body, [])
    // a plan of edits is a question: only the run is not there
    assert.strictEqual((await asking(read)("POST", "/api/runs/nobody/plan", {})).status, 404)
    read.server.process.kill("SIGTERM")
    const { status: ended } = await read.server.ended
    assert.strictEqual(ended, 143)

    const few = await served(here, workflows, "--max-starts", "1")
    const start = () => asking(few)("POST", "/api/runs", { workflow: "long", input: { topic: "x" } })
    const [first, second] = [await start(), await start()]
    assert.deepStrictEqual([first.status, second.status, second.body.code], [201, 429, "TooManyStarts"])
    // what is under way when it ends is cancelled, and can be gone on with
    few.server.process.kill("SIGINT")
    await few.server.ended
    const { stdout } = await here.stepwright("status", first.body.run, "--json")
    assert.strictEqual(JSON.parse(stdout).status, "CANCELLED")
  })

  it("listens elsewhere with a token that somebody chose, and says that it is plain HTTP", async () => {
    const here = place()
    here.write("w.ts", module)
    here.write("token", "a token that nobody guesses")
    chmodSync(here.path("token"), 0o600)
    const wide = await served(here, workflows, "--host", "0.0.0.0", "--token-file", "token")
    const { status } = await asking({ ...wide, url: wide.url.replace("0.0.0.0", "127.0.0.1") })("GET", "/api/runs")
    assert.strictEqual(status, 200)
    wide.server.process.kill("SIGTERM")
    assert.include((await wide.server.ended).stderr, "plain HTTP")
  })
})
