import { assert, describe, it } from "@effect/vitest"
import { serve } from "../../support/modelServer.ts"
import { place } from "../../support/place.ts"

const topic = JSON.stringify({ topic: "Effect", words: 3 })
const run = ["run", "--workflow", "article.ts#article", "--input", topic]

const completion = (content: string, finish_reason = "stop") =>
  JSON.stringify({ choices: [{ index: 0, finish_reason, message: { content } }] })

/** What `ask` and `run` say is wrong. */
const said = async (body: string) => {
  const server = await serve(() => ({ body }))
  const here = place(["article.ts"], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "m" })
  const asked = await here.stepwright("ask", "hello")
  const ran = await here.stepwright(...run)
  assert.deepStrictEqual([asked.status, ran.status], [1, 1], asked.stderr + ran.stderr)
  return {
    ask: /^stepwright: [a-z]+ [a-z]+: (.*)$/m.exec(asked.stderr)?.[1],
    run: /^failed at outline: [a-z]+ [a-z]+: (.*)$/m.exec(ran.stderr)?.[1]
  }
}

describe("a reply that is none", () => {
  const replies: ReadonlyArray<readonly [what: string, body: string, says: RegExp]> = [
    ["an empty object", "{}", /Missing key at \["choices"\]/],
    ["no choices", '{"choices":[]}', /Missing key at \["choices"\]/],
    ["another protocol", '{"output":[]}', /Missing key at \["choices"\]/],
    ["nothing", "", /the response is empty/],
    ["a stream that ends at once", "data: [DONE]\n\n", /Missing key at \["choices"\]/],
    ["a comment and no more", ": ping\n\n", /the response is empty/],
    ["a malformed chunk", 'data: {"choices":[{"delta":3\n\n', /a malformed chunk/],
    ["a chunk of another shape", 'data: {"choices":5}\n\n', /a malformed chunk/],
    ["blank text", completion("  "), /neither content nor refusal/]
  ]
  for (const [what, body, says] of replies) {
    it(`is told alike by ask and run, with what to do, where it is ${what}`, async () => {
      const { ask, run } = await said(body)
      assert.strictEqual(ask, run)
      assert.match(ask!, says)
      assert.notMatch(ask!, /SchemaError/)
      assert.match(ask!, /ask again.*--model|OPENAI_BASE_URL/)
    })
  }
})

describe("advice, from the command line", () => {
  it("names the flag, not the option of a program", async () => {
    const server = await serve(() => ({ body: completion('{"ti', "length") }))
    const here = place(["article.ts"], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "m" })
    const cut = await here.stepwright(...run, "--json")
    assert.strictEqual(cut.status, 1)
    assert.match(cut.stderr, /raise --max-output-tokens/)
    assert.match(JSON.parse(cut.stdout).error.message, /raise --max-output-tokens/)
    const shown = await here.stepwright("status")
    assert.match(shown.stdout, /raise --max-output-tokens/)
    const again = await here.stepwright("step", "outline")
    assert.match(again.stderr, /raise --max-output-tokens/)
    const asJson = JSON.parse((await here.stepwright("step", "outline", "--json")).stdout)
    assert.match(asJson.error.fix, /^stepwright resume \S+ --max-output-tokens N$/)
    const capped = await here.stepwright(...run, "--max-tokens", "1")
    assert.match(capped.stderr, /a smaller --max-output-tokens makes it less/)
    for (const { stderr, stdout } of [cut, shown, again, capped]) assert.notInclude(stderr + stdout, "maxOutputTokens")
  })

  it("goes on with the flag that gets further", async () => {
    const goOn = async (...args: Parameters<typeof goingOn>) => (await goingOn(...args)).replace(/resume \S+/, "resume")
    assert.strictEqual(await goOn({ body: completion('{"ti', "length") }), "resume --max-output-tokens N")
    assert.strictEqual(
      await goOn({ body: completion('{"ti', "length") }, "--max-output-tokens", "100"),
      "resume --max-output-tokens 200"
    )
    const refusal = { body: completion("", "content_filter") }
    assert.strictEqual(await goOn(refusal), "resume --model NAME")
    const long = { message: "maximum context length is 100 tokens", code: "context_length_exceeded" }
    assert.strictEqual(await goOn({ status: 400, error: long }), "resume --model NAME")
    const format = { message: "response_format json_schema is not supported", code: "invalid_value" }
    assert.strictEqual(await goOn({ status: 400, error: format }), "resume --structured-output json")
    const unknown = { message: "The model `m` does not exist", code: "model_not_found" }
    assert.strictEqual(await goOn({ status: 404, error: unknown }), "resume --model NAME")
    assert.strictEqual(await goOn({ body: "{}" }), "resume")
  })

  it("of a replay that lacks a reply is to record it", async () => {
    const server = await serve(() => JSON.stringify({ title: "Effect", points: [] }))
    const here = place(["article.ts"], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "m" })
    await here.stepwright(...run, "--record", "tape", "--max-calls", "1")
    const { stderr } = await here.stepwright(...run, "--replay", "tape")
    assert.match(stderr, /go on with `stepwright resume \S+ --replay tape --record tape`/)
  })
})

/** The command that a failed run is gone on with. */
const goingOn = async (answer: Awaited<ReturnType<Parameters<typeof serve>[0]>>, ...flags: ReadonlyArray<string>) => {
  const server = await serve(() => answer)
  const here = place(["article.ts"], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "m" })
  const { stderr, stdout } = await here.stepwright(...run, ...flags, "--json")
  const [, shown = ""] = /go on with `stepwright (.*)`/.exec(stderr) ?? []
  assert.strictEqual(JSON.parse(stdout).error.fix, `stepwright ${shown}`)
  return shown
}
