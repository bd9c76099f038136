import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as processes from "../../../../../test/support/cli.ts"
import { collect, type Collector, type Span } from "../../support/collector.ts"
import { type Finished, until } from "../../support/folder.ts"
import { type ModelServer, serve } from "../../support/modelServer.ts"
import { place } from "../../support/place.ts"

const outline = JSON.stringify({ title: "Effect", points: ["one", "two"] })
const topic = JSON.stringify({ topic: "Effect", words: 3 })
const run = ["run", "--workflow", "article.ts#article", "--input", topic]
const answer = (prompt: string) => (prompt.startsWith("Outline") ? outline : "An article.")
const account = (url: string) => ({ OPENAI_API_KEY: "sk-test-0123456789abcdefghij", OPENAI_BASE_URL: url })

const tree = (spans: ReadonlyArray<Span>) => {
  const nameOf = (id: string) => spans.find((span) => span.id === id)?.name ?? id
  return spans.map(({ name, parent }) => [name, nameOf(parent)]).toSorted()
}

const sumOf = (collector: Collector, name: string) =>
  collector
    .points()
    .filter((point) => point.name === `gen_ai.client.inference.usage.${name}`)
    .reduce((sum, point) => sum + point.sum, 0)

describe("--otlp", () => {
  it("sends a collector what a run did: a span a step in that of the run, one a request, and its tokens", async () => {
    const [server, collector] = [await serve(answer), await collect()]
    const here = place(["article.ts"], account(server.url))
    const done = await here.stepwright(...run, "--model", "big", "--otlp", collector.url, "--json")
    assert.strictEqual(done.status, 0, done.stderr)
    const result = JSON.parse(done.stdout)
    const spans = collector.spans()
    assert.deepStrictEqual(tree(spans), [
      ["chat big", "draft"],
      ["chat big", "outline"],
      ["draft", "invoke_workflow article"],
      ["invoke_workflow article", ""],
      ["outline", "invoke_workflow article"],
      ["signed", "invoke_workflow article"]
    ])
    assert.strictEqual(new Set(spans.map(({ trace }) => trace)).size, 1)
    const chats = spans.filter(({ name }) => name === "chat big")
    assert.deepInclude(chats[0]!.attributes, {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "big",
      "gen_ai.response.model": "big",
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5
    })
    // a client's span
    assert.deepStrictEqual(
      chats.map(({ kind }) => kind),
      [3, 3]
    )
    for (const { attributes } of spans.filter(({ kind }) => kind === 1)) {
      assert.strictEqual(attributes["stepwright.run"], result.run)
    }
    const { input, output } = result.tokens
    assert.deepStrictEqual([sumOf(collector, "input_tokens"), sumOf(collector, "output_tokens")], [input, output])
    const duration = collector.points().find(({ name }) => name === "gen_ai.client.inference.duration")
    assert.deepStrictEqual([duration?.unit, collector.service()], ["s", "stepwright"])
    // no prompt, no reply, no key
    for (const text of ["Outline", "An article", "two", "sk-test"]) assert.notInclude(collector.raw(), text)
    // the address is this process's affair, and may hold a token
    assert.notInclude(here.read(`.stepwright/runs/${result.run}/run.json`), "otlp")
  })

  it("gives each request of a step that asks again its span, and says how a step failed, without its words", async () => {
    const [server, collector] = [await serve(() => "no JSON at all"), await collect()]
    const here = place(["article.ts"], account(server.url))
    const failed = await here.stepwright(...run, "--model", "big", "--otlp", collector.url, "--json")
    assert.strictEqual(failed.status, 1)
    const spans = collector.spans()
    const chats = spans.filter(({ name }) => name === "chat big")
    assert.strictEqual(chats.length, server.asked.length)
    assert.strictEqual(sumOf(collector, "input_tokens"), 10 * server.asked.length)
    const outline = spans.find(({ name }) => name === "outline")
    assert.deepStrictEqual([outline?.status.code, outline?.attributes["error.type"]], [2, "StepOutputError"])
    assert.notInclude(collector.raw(), "no JSON at all")
  })

  it("counts a request that failed, and one that was made again", async () => {
    const flaky = (prompt: string, count: number) =>
      count === 1 ? { status: 503, error: { message: "secret words", code: "server_error" } } : answer(prompt)
    const [server, collector] = [await serve(flaky), await collect()]
    const here = place(["article.ts"], account(server.url))
    const done = await here.stepwright(...run, "--model", "big", "--otlp", collector.url)
    assert.strictEqual(done.status, 0, done.stderr)
    const chats = collector.spans().filter(({ name }) => name === "chat big")
    const ends = chats.map(({ attributes, status }) => `${status.code} ${attributes["error.type"]}`)
    assert.deepStrictEqual(ends.toSorted(), ["1 undefined", "1 undefined", "2 ProviderUnavailable"])
    assert.notInclude(collector.raw(), "secret words")
  })

  it("is read from OpenTelemetry's variables too, with their headers and names, and sends no more than they say", async () => {
    const [server, collector] = [await serve(answer), await collect()]
    const here = place(["article.ts"], {
      ...account(server.url),
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-team=blue%20one",
      OTEL_SERVICE_NAME: "articles",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true"
    })
    const done = await here.stepwright(...run, "--model", "big")
    assert.strictEqual(done.status, 0, done.stderr)
    assert.deepStrictEqual([...new Set(collector.paths)], ["/v1/traces"])
    assert.deepStrictEqual([collector.headers[0]?.["x-team"], collector.service()], ["blue one", "articles"])
    const said = collector.spans().map(({ attributes }) => attributes["gen_ai.output.messages"])
    assert.include(said.join(), "An article.")
    assert.notInclude(collector.raw(), "sk-test")

    const off = place(["article.ts"], {
      ...account(server.url),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SDK_DISABLED: "true"
    })
    const before = collector.paths.length
    assert.strictEqual((await off.stepwright(...run)).status, 0)
    assert.strictEqual((await here.stepwright("status")).status, 0)
    assert.strictEqual(collector.paths.length, before)
  })

  it("refuses an address that is none, before anything is done", async () => {
    for (const [address, env, status] of [
      ["localhost:4318", {}, 2],
      ["http://user:hunter2@127.0.0.1:4318", {}, 2],
      [undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: "nowhere" }, 3],
      [undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT: "soon" }, 3]
    ] as const) {
      const there = place(["article.ts"], env)
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const refused = await there.stepwright(...run, ...(address === undefined ? [] : ["--otlp", address]))
      assert.strictEqual(refused.status, status, refused.stderr)
      assert.match(refused.stderr, address === undefined ? /OTEL_EXPORTER_OTLP_/ : /--otlp/)
      assert.notInclude(refused.stderr, "hunter2")
      assert.isFalse(there.exists(".stepwright"))
    }
  })

  describe("with a collector that does not do its part", () => {
    const broken: ReadonlyArray<[what: string, start: () => Promise<{ readonly url: string }>, said: RegExp]> = [
      ["never answers", () => collect(() => {}), /did not reach the collector at http:\S+: it did not answer in time$/],
      [
        "refuses every connection",
        async () => {
          const collector = await collect()
          collector.close()
          return collector
        },
        /did not reach the collector at http:/
      ],
      ["hangs up", () => collect((response) => response.destroy()), /did not reach the collector/],
      [
        "answers with an error",
        () => collect((response) => void response.writeHead(400).end("<html>no</html>")),
        /did not reach the collector at http:\S+: it answered with 400$/
      ],
      ["is overloaded", () => collect((response) => void response.writeHead(503).end()), /it answered with 503$/],
      [
        "dies in the midst",
        () => collect((response, count) => (count === 1 ? response.writeHead(200).end() : response.destroy())),
        /did not reach the collector/
      ]
    ]
    const outcome = (stdout: string) => {
      const { durationMillis: _, run: __, steps: ___, ...rest } = JSON.parse(stdout)
      return rest
    }
    let server: ModelServer
    let plain: Finished
    beforeAll(async () => {
      server = await serve(answer)
      plain = await place(["article.ts"], account(server.url)).stepwright(...run, "--json")
    })
    for (const [what, start, said] of broken) {
      it(`ends as it would without one that ${what}, and says one line`, async () => {
        const { url } = await start()
        const told = await place(["article.ts"], account(server.url)).stepwright(...run, "--json", "--otlp", url)
        assert.strictEqual(told.status, plain.status)
        assert.deepStrictEqual(outcome(told.stdout), outcome(plain.stdout))
        const lines = told.stderr.trimEnd().split("\n")
        assert.strictEqual(lines.filter((line) => line.includes("collector")).length, 1, told.stderr)
        assert.match(lines.at(-1) ?? "", said)
        assert.strictEqual(lines.length, plain.stderr.trimEnd().split("\n").length + 1)
      })
    }

    it("keeps the status of a run that fails, and of one that is interrupted", async () => {
      const silent = await collect(() => {})
      const failing = await serve(() => ({ status: 404, error: { message: "no such model", code: "model_not_found" } }))
      const failed = await place(["article.ts"], account(failing.url)).stepwright(...run, "--otlp", silent.url)
      assert.strictEqual(failed.status, 1, failed.stderr)

      const hanging = await serve(() => new Promise<never>(() => {}))
      const here = processes.place(["article.ts"], account(hanging.url))
      const started = here.start(...run, "--otlp", silent.url)
      await until(() => hanging.asked.length > 0, started)
      started.process.kill("SIGINT")
      assert.strictEqual((await started.ended).status, 130)
    })
  })
})
