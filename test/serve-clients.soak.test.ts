// A client that a generator of others made of the OpenAPI document; the commands for `curl` are in cli-serve.test.ts.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { place, type Place, type Started } from "./support/cli.ts"

const root = join(import.meta.dirname, "..")

const module = `import { Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const draft = Step.make("draft", {
  input: Schema.Struct({ topic: Schema.String }),
  output: Schema.String,
  prompt: PromptTemplate.make("Write a line on {{topic}}."),
  variables: ({ topic }) => ({ topic })
})
const publish = Step.make("publish", {
  input: Schema.Struct({ draft: Schema.String, isGood: Schema.Boolean }),
  output: Schema.String,
  prompt: PromptTemplate.make("Is {{isGood}} of: {{draft}}"),
  variables: ({ draft, isGood }) => ({ draft, isGood: String(isGood) })
})
export const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("draft", draft, "input"),
  Workflow.gate("approval", { question: Schema.String, input: "draft", decision: Schema.Boolean }),
  Workflow.bind("published", publish, { draft: "draft", isGood: "approval" })
)
export const layer = MockLlm.layer([
  { step: "draft", reply: "It rains." },
  { step: "publish", reply: "It rains!" }
])
`

const packages = join(root, "packages/node-runner/node_modules")
const generator = join(packages, "@hey-api/openapi-ts/bin/run.js")
const tsc = join(root, "node_modules/typescript/bin/tsc")
const compilerOptions = {
  strict: true,
  noEmit: true,
  target: "es2024",
  lib: ["es2024", "dom", "dom.iterable"],
  module: "nodenext",
  allowImportingTsExtensions: true,
  types: ["node"],
  typeRoots: [join(root, "node_modules/@types")]
}

/** What somebody writes with the client: its types are those of the document. */
const program = `import { runsDecide, runsEvents, runsGates, runsResume, runsStart, runsState } from "./client/index.ts"
import { client } from "./client/client.gen.ts"

const [, , baseUrl = "", auth = ""] = process.argv
client.setConfig({ baseUrl, auth, throwOnError: true })

const { data: begun } = await runsStart({ body: { workflow: "article", input: { topic: "rain" } }, throwOnError: true })
const path = { run: begun.run }

const rested = async () => {
  const { stream } = await runsEvents({ path })
  for await (const happened of stream) if ("run" in (happened as object)) return
}

await rested()
const { data: gates } = await runsGates({ path, throwOnError: true })
await runsDecide({ path, body: { path: gates[0]!.path, decision: true }, throwOnError: true })
await runsResume({ path, body: {}, throwOnError: true })
await rested()
const { data: state } = await runsState({ path, throwOnError: true })
console.log(state.status, state.records["published"]?.result?.output)
process.exit()
`

describe("a client that is not ours", () => {
  let here: Place
  let server: Started
  let url: string

  beforeAll(async () => {
    const made = place()
    here = made.withEnv({ HOME: made.path(".") })
    here.write("article.ts", module)
    server = here.start("serve", "--workflow", "article.ts#article", "--port", "0", "--json")
    url = await new Promise<string>((resolve, reject) => {
      server.process.stdout?.once("data", (data) => resolve(JSON.parse(String(data)).url))
      void server.ended.then(({ stderr }) => reject(new Error(stderr)))
    })
  })
  afterAll(async () => {
    server.process.kill("SIGTERM")
    await server.ended
  })

  it("runs a workflow with a client that a generator made of the document that is served", async () => {
    /** What a program prints, which ends well. */
    const ended = async (...args: ReadonlyArray<string>) => {
      const { status, stderr, stdout } = await here.node(...args)
      assert.strictEqual(status, 0, stdout + stderr)
      return stdout
    }
    here.write(
      "openapi-ts.config.mjs",
      `export default {
        input: "${url}/openapi.json",
        output: { path: "client", importFileExtension: ".ts" },
        plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"]
      }`
    )
    here.write("package.json", '{ "type": "module" }')
    here.write("program.ts", program)
    here.write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["program.ts"] }))
    await ended(generator, "--silent", "--no-log-file")
    await ended(tsc, "-p", here.path("tsconfig.json"))
    const token = readFileSync(here.path(".config/stepwright/token"), "utf8").trim()
    assert.strictEqual(await ended("program.ts", url, token), "COMPLETED It rains!\n")
  })
})
