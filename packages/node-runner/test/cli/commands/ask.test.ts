import { createServer, type ServerResponse } from "node:http"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { until } from "../../support/folder.ts"
import { chunk, lastChunks } from "../../support/modelServer.ts"
import { place } from "../../support/place.ts"

/** A server that streams what a test tells it to, request for request. */
const streaming = async (answer: (response: ServerResponse, count: number) => void) => {
  let count = 0
  const server = createServer((request, response) => {
    request.resume()
    count++
    answer(response, count)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  const env = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `http://127.0.0.1:${address.port}/v1`, OPENAI_MODEL: "m" }
  return { here: place([], env), env, asked: () => count }
}

const begin = (response: ServerResponse) => response.writeHead(200, { "content-type": "text/event-stream" })

describe("ask", () => {
  it("prints the text of a reply as it comes, and the same text in the end", async () => {
    let open: ServerResponse | undefined
    const { here } = await streaming((response) => {
      open = begin(response)
      open.write(chunk("One, "))
    })
    const started = here.start("ask", "Count.")
    await until(() => started.written.stdout === "One, ", started)
    open?.write(chunk("two, "))
    await until(() => started.written.stdout === "One, two, ", started)
    open?.end([chunk("three."), ...lastChunks()].join(""))
    const { status, stderr, stdout } = await started.ended
    assert.deepStrictEqual([status, stdout, stderr], [0, "One, two, three.\n", "model: 10 + 5 tokens\n"])
  })

  it("says that a reply broke off, with status 1, and asks for no other that would not fit what is printed", async () => {
    const { asked, here } = await streaming((response) => {
      begin(response).write(chunk("One, "), () => response.socket?.destroy())
    })
    const { status, stderr, stdout } = await here.stepwright("ask", "Count.")
    assert.deepStrictEqual([status, stdout, asked()], [1, "One, \n", 1])
    assert.match(stderr, /^stepwright: the reply broke off, what is printed is not all of it: \S/)
  })

  it("says what a server says in the midst of a reply", async () => {
    const error = { error: { message: "no more of this", code: "invalid_value" } }
    let open: ServerResponse | undefined
    const { here } = await streaming((response) => {
      open = begin(response)
      open.write(chunk("One, "))
    })
    const started = here.start("ask", "Count.")
    await until(() => started.written.stdout !== "", started)
    open?.end(`data: ${JSON.stringify(error)}\n\n`)
    const { status, stderr, stdout } = await started.ended
    assert.deepStrictEqual([status, stdout], [1, "One, \n"])
    assert.match(stderr, /the reply broke off, what is printed is not all of it: .*no more of this/)
  })

  it("asks again, without a word, while nothing is printed", async () => {
    const { asked, here } = await streaming((response, count) => {
      if (count === 1) response.writeHead(503).end()
      else begin(response).end([chunk("One."), ...lastChunks()].join(""))
    })
    const { status, stderr, stdout } = await here.stepwright("ask", "Count.")
    assert.deepStrictEqual([status, stdout, stderr, asked()], [0, "One.\n", "model: 10 + 5 tokens\n", 2])
  })

  it("says that a reply was cut off by its length", async () => {
    const { here } = await streaming((response) => {
      begin(response).end([chunk("One, "), ...lastChunks("model", "MAX_TOKENS")].join(""))
    })
    const { status, stderr, stdout } = await here.stepwright("ask", "Count.")
    assert.deepStrictEqual([status, stdout], [0, "One, \n"])
    assert.match(stderr, /cut off at the output limit: give it more with --max-output-tokens/)
  })

  it("names the model where the server knows no such model", async () => {
    const { here } = await streaming((response) => {
      const error = { message: "The model `m` does not exist", code: "model_not_found" }
      response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ error }))
    })
    const { stderr } = await here.stepwright("ask", "Count.")
    assert.match(stderr, /check the name of the model: OPENAI_MODEL, or --model/)
    assert.notMatch(stderr, /OPENAI_BASE_URL/)
  })

  it("prints what a cassette answers, once", async () => {
    const { asked, here } = await streaming((response) => {
      begin(response).end([chunk("One, "), chunk("two."), ...lastChunks()].join(""))
    })
    const recorded = await here.stepwright("ask", "Count.", "--record", "tape.json")
    assert.deepStrictEqual([recorded.status, recorded.stdout], [0, "One, two.\n"])
    const replayed = await here.stepwright("ask", "Count.", "--replay", "tape.json")
    assert.deepStrictEqual([replayed.status, replayed.stdout, asked()], [0, "One, two.\n", 1])
  })

  for (const finish of ["length", "stop"]) {
    it(`says in its document that a reply ended by ${finish}`, async () => {
      const { here } = await streaming((response) => {
        const message = { role: "assistant", content: "One, " }
        const body = { id: "1", model: "m", choices: [{ index: 0, message, finish_reason: finish }] }
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body))
      })
      const { stderr, stdout } = await here.stepwright("ask", "Count.", "--json")
      assert.strictEqual(JSON.parse(stdout).finishReason, finish, stderr)
    })
  }

  it("says once that it waits, and for what, where a server asks for some seconds", async () => {
    const { asked, here } = await streaming((response, count) => {
      if (count === 1) response.writeHead(429, { "retry-after": "3" }).end()
      else begin(response).end([chunk("One."), ...lastChunks()].join(""))
    })
    const { status, stderr, stdout } = await here.stepwright("ask", "Count.")
    assert.deepStrictEqual([status, stdout, asked()], [0, "One.\n", 2])
    assert.match(stderr, /^warning: .*429.*; asks again in [34]s$/m)
    assert.strictEqual(stderr.split("asks again").length, 2, stderr)
  })

  for (const [seconds, span] of [
    ["100000", "1d 3h"],
    ["5000", "1h 23m"]
  ] as const) {
    it(`says how long a server asks to wait where ${seconds} seconds are too long`, async () => {
      const { here } = await streaming((response) => response.writeHead(429, { "retry-after": seconds }).end())
      const { status, stderr } = await here.stepwright("ask", "Count.")
      assert.strictEqual(status, 1)
      assert.include(stderr, span)
    })
  }

  it("speaks of no run", async () => {
    const { here } = await streaming((response) => response.writeHead(402).end())
    const { status, stderr } = await here.stepwright("ask", "Count.")
    assert.strictEqual(status, 1)
    assert.match(stderr, /top up the account/)
    assert.notMatch(stderr, /resume/)
  })

  it("says that a server speaks http where it is asked by https", async () => {
    const { env, here } = await streaming((response) => response.writeHead(200).end())
    const secure = here.withEnv({ ...env, OPENAI_BASE_URL: env.OPENAI_BASE_URL.replace("http:", "https:") })
    const { status, stderr } = await secure.stepwright("ask", "Count.")
    assert.strictEqual(status, 1)
    assert.match(stderr, /speaks http, not https.*OPENAI_BASE_URL/)
    assert.notMatch(stderr, /ssl|openssl|:\w+:error/i)
  })
})
