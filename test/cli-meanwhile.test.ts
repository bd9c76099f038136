import { readdirSync, readFileSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import { join } from "node:path"
import { afterAll, assert, describe, expect, it } from "@effect/vitest"
import { RunLine } from "@stepwright/node-runner"
import { Ajv2020 } from "ajv/dist/2020.js"
import { place, until } from "./support/cli.ts"
import type { Json } from "./support/schemaTables.ts"

const root = join(import.meta.dirname, "..")
const schema = RunLine.jsonSchema()
const takes = new Ajv2020({ strict: true, strictTuples: false, allowUnionTypes: true }).compile(schema)

/** A model that outlines at once, and writes when it is let. */
const waiting: Array<ServerResponse> = []
const server = createServer((request, response) => {
  let body = ""
  request.on("data", (chunk) => (body += String(chunk)))
  request.on("end", () => {
    if (body.includes("Outline")) answer(response, [JSON.stringify({ title: "Tea", points: ["hot"] })])
    else waiting.push(response)
  })
})
const url = new Promise<string>((resolve) => {
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/v1`)
  })
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Has the model answer in pieces. */
const answer = (response: ServerResponse, pieces: ReadonlyArray<string>) => {
  const chunk = (delta: object, finish_reason: string | null = null) => {
    const choices = [{ index: 0, delta, finish_reason }]
    return `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 0, model: "m", choices })}\n\n`
  }
  const chunks = [...pieces.map((content) => chunk({ content })), chunk({}, "stop"), "data: [DONE]\n\n"]
  response.writeHead(200, { "content-type": "text/event-stream" }).end(chunks.join(""))
}

/** A run whose second step waits for the model. */
const started = async () => {
  const here = place(["article.ts"], { OPENAI_API_KEY: "k", OPENAI_BASE_URL: await url, OPENAI_MODEL: "m" })
  const input = JSON.stringify({ topic: "tea", words: 3 })
  const child = here.start("run", "--workflow", "article.ts#article", "--input", input, "--json-events")
  let written = ""
  child.process.stdout!.on("data", (chunk) => (written += String(chunk)))
  await until(() => waiting.length > 0 && written.includes('"path":"draft","request":1'), child)
  return { here, ...child, lines: () => linesOf(written), reply: waiting.pop()! }
}

const linesOf = (text: string): ReadonlyArray<RunLine.RunLine> =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const json = JSON.parse(line)
      assert.isTrue(takes(json), `${JSON.stringify(takes.errors)} in ${line}`)
      return json
    })

const tagsOf = (lines: ReadonlyArray<RunLine.RunLine>) =>
  lines.map((line) => (line._tag === "Happened" ? line.event._tag : line._tag))

describe("the JSON Schema of a line", () => {
  it("is published with node-runner", () =>
    expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      join(root, "packages/node-runner/schemas/run-line.json")
    ))

  it("describes every kind of line and its fields", () => {
    const { $defs } = schema as { readonly $defs: Readonly<Record<string, Json>> }
    const names = ["Happened", "ReplyDelta", "ReplyDiscarded", "Noticed", "Ended", "RunResult", "StepMade", "NoResult"]
    assert.containsAllKeys($defs, names)
    const silent = names.flatMap((name) => {
      const { description, properties = {} } = $defs[name]!
      const fields = Object.keys(properties).filter((key) => key !== "_tag" && !properties[key]!.description)
      return description ? fields.map((key) => `${name}.${key}`) : [name]
    })
    assert.deepStrictEqual(silent, [])
  })
})

describe("run --json-events", () => {
  it("tells at once what happens, by the Schema, whoever reads slowly", async () => {
    const { ended, here, lines, process, reply } = await started()
    const before = tagsOf(lines())
    assert.deepStrictEqual(before.slice(0, 3), ["RunInitialized", "RunStarted", "StepStarted"])
    assert.deepStrictEqual(before.slice(-2), ["StepStarted", "RequestStarted"])
    process.stdout!.pause()
    const pieces = Array.from({ length: 5000 }, (_, i) => `piece ${i} of a reply that is long, `)
    answer(reply, pieces)
    const [run] = lines().flatMap((line) =>
      line._tag === "Happened" && line.event._tag === "RunInitialized" ? [line.event.run] : []
    )
    const journal = here.path(`.stepwright/runs/${run}/events.jsonl`)
    await until(() => readFileSync(journal, "utf8").includes('"RunEnded"'), { ended })
    // more than a pipe holds is still to be read
    assert.notInclude(tagsOf(lines()), "RunEnded")
    process.stdout!.resume()
    const { status, stdout } = await ended
    assert.strictEqual(status, 0)
    const all = linesOf(stdout)
    const isOfDraft = (line: RunLine.RunLine) => line._tag === "ReplyDelta" && line.path === "draft"
    const text = all
      .filter(isOfDraft)
      .map((line) => ("text" in line ? line.text : ""))
      .join("")
    assert.strictEqual(text, pieces.join(""))
    const last = all.at(-1)
    assert.deepInclude(last?._tag === "Ended" ? last.result : {}, { run, status: "COMPLETED" })
  })

  it("goes on when its reader has gone", async () => {
    const { ended, here, process, reply } = await started()
    process.stdout!.destroy()
    answer(reply, ["said"])
    const { status, stderr } = await ended
    assert.strictEqual(status, 0, stderr)
    const [run] = readdirSync(here.path(".stepwright/runs"))
    const journal = readFileSync(here.path(`.stepwright/runs/${run}/events.jsonl`), "utf8")
    assert.match(journal, /"RunEnded","status":"COMPLETED"/)
  })

  it("has its last line after Ctrl-C", async () => {
    const { ended, process } = await started()
    process.kill("SIGINT")
    const { status, stdout } = await ended
    assert.strictEqual(status, 130)
    const lines = linesOf(stdout)
    assert.deepStrictEqual(tagsOf(lines).slice(-2), ["RunEnded", "Ended"])
    const last = lines.at(-1)
    assert.deepInclude(last?._tag === "Ended" ? last.result : {}, { status: "CANCELLED" })
  })
})

describe("status --watch", () => {
  it("follows a run of another process to its end, and leaves it alone on Ctrl-C", async () => {
    const { ended, here, reply } = await started()
    const watches = [here.start("status", "--watch"), here.start("status", "--watch")] as const
    await Promise.all(
      watches.map((watch) => {
        let seen = ""
        watch.process.stdout!.on("data", (chunk) => (seen += String(chunk)))
        return until(() => seen.includes("draft: running\n"), watch)
      })
    )
    const [left, followed] = watches
    left.process.kill("SIGINT")
    assert.strictEqual((await left.ended).status, 130)
    answer(reply, ["said"])
    assert.strictEqual((await ended).status, 0)
    const { status, stderr, stdout } = await followed.ended
    assert.deepStrictEqual([status, stderr], [0, ""])
    assert.match(stdout, /^run \S+: article\ndraft: running\n[^]*draft: done[^]*\n\S+ {2}article {2}COMPLETED\n/)
  })
})
