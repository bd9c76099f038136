import { cpSync, readdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { until } from "../../support/folder.ts"
import { serve } from "../../support/modelServer.ts"
import { place } from "../../support/place.ts"

const outline = JSON.stringify({ title: "Effect", points: ["one", "two"] })
const topic = JSON.stringify({ topic: "Effect", words: 3 })
const run = ["run", "--workflow", "article.ts#article", "--input", topic]
const answer = (prompt: string) => (prompt.startsWith("Outline") ? outline : "An article.")

describe("a workflow that asks a model, from the command line", () => {
  it("asks the server that the environment names, and records what another run replays without a key", async () => {
    const server = await serve(answer)
    const here = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
    const recorded = await here.stepwright(...run, "--model", "big", "--record", "tapes/article", "--json")
    assert.strictEqual(recorded.status, 0, recorded.stderr)
    const result = JSON.parse(recorded.stdout)
    assert.match(recorded.stderr, /^timestamp=.*message=signing/m)
    assert.strictEqual(result.output.signed, "An article. (the house)")
    assert.deepStrictEqual([result.status, result.replies, result.tokens.input], ["COMPLETED", 2, 20])
    assert.deepStrictEqual(
      server.asked.map(({ key, model }) => [model, key]),
      [
        ["big", "Bearer sk-test-1234"],
        ["big", "Bearer sk-test-1234"]
      ]
    )
    const folder = `.stepwright/runs/${result.run}`
    const replies = readdirSync(here.path("tapes/article")).map((name) => `tapes/article/${name}`)
    assert.deepStrictEqual(
      replies.map((name) => name.replace(/@[\da-f]{12}/u, "")),
      ["tapes/article/draft.json", "tapes/article/outline.json"]
    )
    for (const file of [...replies, `${folder}/run.json`, `${folder}/events.jsonl`]) {
      assert.notInclude(here.read(file), "sk-test-1234")
    }

    const elsewhere = place(["article.ts"])
    cpSync(here.path("tapes/article"), elsewhere.path("article"), { recursive: true })
    const replayed = await elsewhere.stepwright(...run, "--replay", "article")
    assert.strictEqual(replayed.status, 0, replayed.stderr)
    assert.match(
      replayed.stdout,
      /^COMPLETED in .*: 3 steps run, 0 reused, 2 replies and 20 \+ 10 tokens in all\nsigned:\nAn article/
    )
    assert.match(replayed.stderr, /^run \S+: article\noutline: started\noutline: done \(.*1 reply, 10 \+ 5 tokens\)\n/)
    assert.strictEqual(server.asked.length, 2)
    assert.strictEqual((await elsewhere.stepwright("show", "latest", "draft")).stdout, "An article.\n")
    assert.strictEqual((await elsewhere.stepwright("show", "latest", "outline", "--reply")).stdout, `${outline}\n`)
    assert.deepStrictEqual(
      JSON.parse((await elsewhere.stepwright("show", "latest", "input")).stdout),
      JSON.parse(topic)
    )
    const codeOnly = await elsewhere.stepwright("show", "latest", "signed", "--prompt")
    assert.match(codeOnly.stderr, /no model was asked at signed/)
  })

  it("asks the provider that the model is named with, by that provider's key and address", async () => {
    const server = await serve(answer)
    const here = place(["article.ts"], { ANTHROPIC_API_KEY: "sk-ant-1234", ANTHROPIC_BASE_URL: server.anthropicUrl })
    const done = await here.stepwright(...run, "--model", "anthropic/claude-big", "--json")
    assert.strictEqual(done.status, 0, done.stderr)
    assert.deepStrictEqual(
      server.asked.map(({ key, model }) => [model, key?.includes("sk-ant-1234")]),
      [
        ["claude-big", true],
        ["claude-big", true]
      ]
    )
    const said = await here.stepwright("ask", "hello", "--model", "anthropic/claude-small")
    assert.deepStrictEqual([said.stdout, server.asked.at(-1)?.model], ["An article.\n", "claude-small"])

    const keyless = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234" })
    const missing = await keyless.stepwright(...run, "--model", "anthropic/claude-big")
    assert.strictEqual(missing.status, 3)
    assert.match(missing.stderr, /no API key: set ANTHROPIC_API_KEY/)
  })

  it("asks for a step the model that it names, of another provider too", async () => {
    const server = await serve(answer)
    const here = place(["article.ts"], { ANTHROPIC_API_KEY: "sk-ant-1234", ANTHROPIC_BASE_URL: server.anthropicUrl })
    here.write(
      "two.ts",
      `import { Workflow } from "@stepwright/core"
import { Effect } from "effect"
import { article, layer } from "./article.ts"
export { layer }
const models = { outline: { model: "claude-small" }, draft: { model: "anthropic/claude-big" } }
export const two = Effect.runSync(Workflow.configure(article, { steps: models }))
`
    )
    const two = ["run", "--workflow", "two.ts#two", "--input", topic]
    const names = () => server.asked.map(({ model }) => model)
    const asked = await here.stepwright(...two, "--provider", "anthropic")
    assert.strictEqual(asked.status, 0, asked.stderr)
    // where an address is set, names with a slash are those of the server
    assert.deepStrictEqual(names(), ["claude-small", "anthropic/claude-big"])

    const open = place(["article.ts"], {
      ANTHROPIC_API_KEY: "sk-ant-1234",
      ANTHROPIC_BASE_URL: server.anthropicUrl,
      OPENAI_API_KEY: "sk-test-1234"
    })
    open.write("two.ts", here.read("two.ts").replace("claude-small", "anthropic/claude-small"))
    const named = await open.stepwright(...two)
    assert.strictEqual(named.status, 0, named.stderr)
    assert.deepStrictEqual(names().slice(2), ["claude-small", "claude-big"])
  })

  it("takes the name of a server's model as it is where the provider is given", async () => {
    const server = await serve(answer)
    const here = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
    const done = await here.stepwright(...run, "--provider", "openai", "--model", "anthropic/claude-big")
    assert.strictEqual(done.status, 0, done.stderr)
    assert.strictEqual(server.asked[0]?.model, "anthropic/claude-big")
    // a run of before has a model and no provider, and means the same by it
    const folder = `.stepwright/runs/${/run (\S+): /.exec(done.stderr)?.[1]}`
    const settings = JSON.parse(here.read(`${folder}/run.json`))
    assert.deepStrictEqual([settings.provider, settings.model], ["openai", "anthropic/claude-big"])
    here.write(`${folder}/run.json`, JSON.stringify({ ...settings, provider: undefined }))
    assert.strictEqual((await here.stepwright("trust", "--yes")).status, 0)
    const again = await here.stepwright("step", "latest", "outline", "--force")
    assert.strictEqual(again.status, 0, again.stderr)
    assert.strictEqual(server.asked.at(-1)?.model, "anthropic/claude-big")
  })

  it("is suspended with status 4 at a cap of calls, and goes on with a larger one", async () => {
    const server = await serve(answer)
    const here = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
    const capped = await here.stepwright(...run, "--max-calls", "1")
    assert.strictEqual(capped.status, 4)
    assert.match(capped.stderr, /suspended at draft: budget exceeded: maxCalls is 1, and 1 call was made/)
    const hint = /go on with `stepwright (resume \S+ --max-calls 2)`/.exec(capped.stderr)?.[1]
    assert.isDefined(hint)
    const still = await here.stepwright("resume", "--json")
    assert.strictEqual(still.status, 4)
    assert.include(JSON.parse(still.stdout).error, { severity: "error", target: "draft", fix: `stepwright ${hint}` })
    const done = await here.stepwright(...hint!.split(" "))
    assert.strictEqual(done.status, 0)
    assert.strictEqual(server.asked.length, 2)

    const poor = await here.stepwright(...run, "--no-cache", "--max-tokens", "1")
    assert.strictEqual(poor.status, 4)
    const tokens = /go on with `stepwright (resume \S+ --max-tokens \d+)`/.exec(poor.stderr)?.[1]
    const further = await here.stepwright(...tokens!.split(" "))
    assert.strictEqual(JSON.parse((await here.stepwright("status", "--json")).stdout).steps[0].status, "done")
    assert.include([0, 4], further.status)
  })

  it("puts caps and recordings around a client that the module brings along", async () => {
    const here = place(["article.ts"])
    here.write(
      "own.ts",
      `import { appendFileSync } from "node:fs"
import { Effect, Layer } from "effect"
import { LlmClient } from "@stepwright/core"
import { article, layer as house } from "./article.ts"
export { article }
const own = LlmClient.layer(({ metadata }) => Effect.sync(() => {
  appendFileSync("asked.txt", metadata.path + "\\n")
  const text = metadata.path === "outline" ? ${JSON.stringify(outline)} : "An article."
  return { text, finishReason: "stop", usage: { input: 1, output: 1 } }
}))
export const layer = Layer.merge(house, own)
`
    )
    const own = ["run", "--workflow", "own.ts#article", "--input", topic]
    const asked = () => here.read("asked.txt").trim().split("\n")
    const capped = await here.stepwright(...own, "--max-calls", "1")
    assert.strictEqual(capped.status, 4, capped.stderr)
    assert.deepStrictEqual(asked(), ["outline"])
    const recorded = await here.stepwright(...own, "--record", "own")
    assert.strictEqual(recorded.status, 0, recorded.stderr)
    assert.strictEqual(readdirSync(here.path("own")).length, 2)
    assert.strictEqual(asked().length, 3)
    const replayed = await here.stepwright(...own, "--replay", "own")
    assert.strictEqual(replayed.status, 0, replayed.stderr)
    assert.strictEqual(asked().length, 3)
  })

  it("counts calls that failed over the processes of a run too", async () => {
    const server = await serve(() => ({ status: 404, error: { message: "no such model", code: "model_not_found" } }))
    const here = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
    const failed = await here.stepwright(...run, "--max-calls", "1")
    assert.strictEqual(failed.status, 1)
    const capped = await here.stepwright("resume", "latest")
    assert.strictEqual(capped.status, 4)
    assert.match(capped.stderr, /maxCalls is 1, and 1 call was made/)
    assert.strictEqual(server.asked.length, 1)
  })

  it("counts in USD by a table of prices, stops at a cap in USD, and takes none without a price", async () => {
    const server = await serve(answer)
    const here = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
    const big = [...run, "--model", "big"]
    const unknown = await here.stepwright(...big, "--max-usd", "1")
    assert.deepStrictEqual([unknown.status, here.exists(".stepwright")], [3, false])
    assert.match(unknown.stderr, /^stepwright: no price is known for big: add it to the table of prices/)

    const prices = { date: "2026-11-01", models: { big: { input: 1000, output: 2000 } } }
    here.write("prices.json", JSON.stringify(prices, null, 2))
    const capped = await here.stepwright(...big, "--prices", "prices.json", "--max-usd", "1", "--json")
    assert.deepStrictEqual([capped.status, JSON.parse(capped.stdout).usd], [4, 0])
    assert.match(capped.stderr, /suspended at outline: budget exceeded: maxUsd is \$1.00, \$0.00 is spent/)
    const hint = /go on with `stepwright (resume \S+ --max-usd [\d.]+)`/.exec(capped.stderr)?.[1]
    const done = await here.stepwright(...hint!.split(" "))
    assert.strictEqual(done.status, 0, done.stderr)
    assert.match(done.stdout, /2 replies and 20 \+ 10 tokens in all, \$0\.04\n/)
    assert.match((await here.stepwright("status")).stdout, /2 replies, 20 \+ 10 tokens, \$0\.04\n/)

    here.write("prices.json", JSON.stringify({ ...prices, models: {} }, null, 2))
    assert.match((await here.stepwright("status")).stdout, /20 \+ 10 tokens, cost unknown\n/)
    here.write("prices.json", '{\n  "date": "today"\n}')
    const broken = await here.stepwright("resume", "latest")
    assert.strictEqual(broken.status, 3)
    assert.match(broken.stderr, /the prices in prices.json cannot be used: .*line 2/)
  })

  it("asks as the command line says, also when a run goes on", async () => {
    const server = await serve((prompt, count) =>
      count === 2 ? { status: 400, error: { message: "no" } } : answer(prompt)
    )
    const here = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
    const bodies = () =>
      server.asked.map(({ body }) => [
        body["temperature"],
        body["max_tokens"] ?? body["max_completion_tokens"],
        body["reasoning_effort"],
        (body["response_format"] as { readonly type?: string } | undefined)?.type
      ])
    const flags = ["--model", "big", "--temperature", "0.5", "--max-output-tokens", "99", "--structured-output", "json"]
    const failed = await here.stepwright(...run, ...flags)
    assert.strictEqual(failed.status, 1, failed.stderr)
    const done = await here.stepwright("resume")
    assert.strictEqual(done.status, 0, done.stderr)
    const asText = [0.5, 99, undefined, undefined]
    assert.deepStrictEqual(bodies(), [[0.5, 99, undefined, "json_object"], asText, asText])

    const other = ["--structured-output", "instructions", "--temperature", "1"]
    const once = await here.stepwright("step", "outline", "--force", ...other)
    assert.strictEqual(once.status, 0, once.stderr)
    assert.deepStrictEqual(bodies().at(-1), [1, 99, undefined, undefined])
    const changed = await here.stepwright("resume", "--temperature", "0", "--max-output-tokens", "7")
    assert.strictEqual(changed.status, 0, changed.stderr)
    assert.strictEqual((await here.stepwright("step", "outline", "--force")).status, 0)
    assert.deepStrictEqual(bodies().at(-1), [0, 7, undefined, "json_object"])
    const asked = await here.stepwright("ask", "hello", "--model", "gpt-5.1", "--reasoning", "low")
    assert.strictEqual(asked.status, 0, asked.stderr)
    assert.strictEqual(bodies().at(-1)![2], "low")
  })

  it("says which model it asks where nobody named one", async () => {
    const server = await serve(answer)
    const here = place(["article.ts"], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url })
    const said = /^asks gpt-5\.1 \(the default; set OPENAI_MODEL or --model\)$/m
    const asked = await here.stepwright("ask", "hello")
    assert.match(asked.stderr, said)
    assert.match(
      (await here.stepwright("ask", "hello", "--provider", "anthropic", "--json")).stderr,
      /ANTHROPIC_API_KEY/
    )
    assert.notMatch((await here.stepwright("ask", "hello", "--model", "big")).stderr, /default/)
    here.write("doc.md", "A document.")
    assert.match((await here.stepwright("run", "doc.md", "--max-calls", "1")).stderr, said)
  })

  it("fails with status 1 where the model's replies cannot be used, and says which step", async () => {
    const server = await serve(() => "no JSON at all")
    const here = place(["article.ts"], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
    const { status, stderr, stdout } = await here.stepwright(...run, "--json")
    assert.strictEqual(status, 1)
    assert.strictEqual(JSON.parse(stdout).status, "FAILED")
    assert.strictEqual(JSON.parse(stdout).error.path, "outline")
    assert.match(stderr, /failed at outline: /)
    assert.notMatch(stderr, /^ +at /m)
    const shown = await here.stepwright("status")
    assert.match(shown.stdout, /✘ outline +.*3 replies/)
    const reply = await here.stepwright("show", "latest", "outline", "--reply")
    assert.deepStrictEqual([reply.status, reply.stdout], [0, "no JSON at all\n"])
    const prompt = await here.stepwright("show", "latest", "outline", "--prompt")
    assert.match(prompt.stdout, /^\[user\]\nOutline Effect\.(.|\n)*\n\n\[assistant\]\nno JSON at all\n\n\[user\]\n/)
    const none = await here.stepwright("show", "latest", "outline")
    assert.deepStrictEqual([none.status, none.stdout], [2, ""])
    assert.match(none.stderr, /outline has no result: it failed: [^]*\n--reply shows what the model said last/)
  })

  it("ends with status 3 without a key, before anything ran, and where the server refuses the key", async () => {
    const here = place(["article.ts"])
    here.write("doc.md", "A document.")
    const missing = await here.stepwright("run", "doc.md")
    assert.strictEqual(missing.status, 3)
    assert.match(missing.stderr, /^stepwright: no API key: set OPENAI_API_KEY/)
    const nowhere = place(["article.ts"], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "localhost:80" })
    nowhere.write("doc.md", "A document.")
    for (const args of [["run", "doc.md"], ["ask", "hello"], run]) {
      // oxlint-disable-next-line no-await-in-loop -- one process at a time, so that none waits for the others
      const { status, stderr } = await nowhere.stepwright(...args)
      assert.strictEqual(status, 3, stderr)
      assert.match(stderr, /OPENAI_BASE_URL is no http or https address/)
    }
    const login = place([], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://user:hunter2@127.0.0.1:1/v1" })
    const withLogin = await login.stepwright("ask", "hello")
    assert.strictEqual(withLogin.status, 3, withLogin.stderr)
    assert.match(withLogin.stderr, /OPENAI_BASE_URL .* without a user name and a password/)
    assert.notInclude(withLogin.stderr, "hunter2")
    assert.isFalse(here.exists(".stepwright"))
    const needless = await here.stepwright("run", "--workflow", "article.ts#untitled", "--input", '"a text"')
    assert.strictEqual(needless.status, 0, needless.stderr)
    assert.match(needless.stdout, /a text \(the house\)/)

    const server = await serve(() => ({ status: 401, error: { message: "bad key", code: "invalid_api_key" } }))
    const refused = place([], { OPENAI_API_KEY: "sk-test-1234", OPENAI_BASE_URL: server.url })
    const asked = await refused.stepwright("ask", "hello")
    assert.strictEqual(asked.status, 3)
    assert.notInclude(asked.stderr, "sk-test-1234")
  })

  it("sends one prompt with ask", async () => {
    const server = await serve((prompt) => `you said ${prompt}`)
    const here = place([], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "small" })
    const { status, stderr, stdout } = await here.stepwright("ask", "hello")
    assert.deepStrictEqual([status, stdout, stderr], [0, "you said hello\n", "small: 10 + 5 tokens\n"])
  })

  it("lets whoever reads a folder be the model", async () => {
    const here = place(["article.ts"])
    const started = here.start(...run, "--relay", "mailbox")
    const reply = async (step: string, text: string) => {
      const line = () =>
        /(\S*)\.request\.md/.exec(here.exists("mailbox/WAITING.md") ? here.read("mailbox/WAITING.md") : "")
      await until(() => line()?.[1]?.includes(step) === true, started)
      here.write(`mailbox/${line()![1]!.replace(/^.*[(`]/, "")}.reply.md`, text)
    }
    await reply("outline", outline)
    await reply("draft", "By hand.")
    const { status, stderr, stdout } = await started.ended
    assert.strictEqual(status, 0)
    assert.include(stderr, "requests to answer: mailbox/WAITING.md")
    assert.include(stdout, "By hand. (the house)")
    const again = await here.stepwright("resume", "latest")
    assert.strictEqual(again.status, 0)
    assert.notInclude(again.stderr, "requests to answer")
  })
})
