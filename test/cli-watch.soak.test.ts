import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { launcher, place } from "./support/cli.ts"
import { terminal as inTerminal, until } from "./support/terminal.ts"

const module = `import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { tone } from "./lib/tone.ts"

const outline = Step.make("outline", {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make("Outline {{topic}}."),
  variables: (topic) => ({ topic })
})
const sign = Step.effect("sign", {
  input: Schema.String,
  output: Schema.String,
  version: tone,
  run: (text) => Effect.succeed(text + " signed " + tone)
})
export const article = Workflow.make("article", { input: Schema.String }).pipe(
  Workflow.bind("outline", outline, "input"),
  Workflow.bind("sign", sign, "outline")
)
`

/** A model that answers when it is let, and how often it was asked. */
const model = { asked: 0, delay: 0, status: 200 }
const server = createServer((request, response) => {
  request.resume().on("end", () => {
    const count = ++model.asked
    void setTimeout(model.delay).then(() =>
      response.writeHead(model.status, { "content-type": "application/json" }).end(
        JSON.stringify({
          id: `reply-${count}`,
          object: "chat.completion",
          created: 0,
          model: "m",
          choices: [{ index: 0, message: { role: "assistant", content: `Reply ${count}.` }, finish_reason: "stop" }],
          usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 }
        })
      )
    )
  })
})
const address = new Promise<string>((resolve) => {
  server.listen(0, "127.0.0.1", () => {
    const at = server.address()
    resolve(`http://127.0.0.1:${typeof at === "object" ? at?.port : ""}/v1`)
  })
})
afterAll(() => void server.close())

/** A person at a terminal, in a folder of their own. */
const terminal = async (flags: string) => {
  const here = place()
  for (const name of ["lib", "home"]) mkdirSync(here.path(name))
  symlinkSync(join(import.meta.dirname, "../node_modules"), here.path("node_modules"))
  here.write("lib/tone.ts", "export const tone: number = 1\n")
  here.write("article.ts", module)
  here.write("doc.md", "Rain.")
  here.write("prices.json", JSON.stringify({ date: "2026-11-01", models: { m: { input: 10, output: 20 } } }))
  const env = [`HOME=${here.path("home")}`, "OPENAI_API_KEY=k", `OPENAI_BASE_URL=${await address}`, "OPENAI_MODEL=m"]
  const { press, screen, sees, type } = inTerminal(here.path("."), env)
  const command = `${process.execPath} ${launcher} watch doc.md --workflow article.ts --prices prices.json`
  type(`${command} ${flags}; echo ended with $?`)
  await press("Enter")
  return { ...here, command, press, screen, sees, type }
}

describe("a watch in a terminal", () => {
  it("plans at each save, runs on Enter, and has a run ended by Ctrl-C alone", async () => {
    const here = await terminal("")
    await here.sees(/run +outline +it has no result yet\n[^]*Enter runs it; watching \d+ files, h helps/)
    assert.strictEqual(model.asked, 0)
    await here.press("h")
    await here.sees(/Enter runs what is to run/)
    await here.press("Enter")
    await here.sees(/COMPLETED in [^]*signed 1[^]*nothing to run; watching/)
    assert.strictEqual(model.asked, 1)

    // a rename-save, with what it cost last time
    writeFileSync(here.path(".doc.md.swp"), "Snow.")
    renameSync(here.path(".doc.md.swp"), here.path("doc.md"))
    await here.sees(
      /doc\.md changed\nrun +outline +changed: [^]*\$0\.002 last time[^]*Enter runs it \(at least \$0\.002 last time\)/
    )
    // a dependency's change, broken and mended
    here.write("lib/tone.ts", "export const tone: number = ")
    await here.sees(/lib\/tone\.ts changed\narticle\.ts cannot be loaded: lib\/tone\.ts:1:\d+: Expression expected/)
    here.write("lib/tone.ts", "export const tone: number = 2\n")
    await here.sees(/lib\/tone\.ts changed\nrun +outline [^]*Enter runs it/)
    assert.strictEqual(model.asked, 1)

    model.delay = 60_000
    await here.press("Enter")
    await until(() => model.asked === 2)
    await here.press("C-c")
    await here.sees(/CANCELLED|interrupted; go on with/)
    model.delay = 0
    await here.sees(/run +outline [^]*Enter runs it/)
    await here.press("Enter")
    await here.sees(/COMPLETED in [^]*signed 2[^]*nothing to run/)
    await here.press("C-c")
    await here.sees(/ended with 130/)
    // the terminal is as it was
    here.type("echo typed")
    await here.press("Enter")
    await here.sees(/\$ echo typed\ntyped/)
  })

  it("runs by itself within the cap of the session, and what is done no more", async () => {
    model.asked = 0
    const here = await terminal("--max-usd 1 --no-cache")
    await here.sees(/runs now, within \$1\.00[^]*COMPLETED in [^]*nothing to run/)
    assert.strictEqual(model.asked, 1)
    here.write("doc.md", "Snow.")
    await here.sees(
      /doc\.md changed[^]*runs now, within \$1\.00 for this session; so far it cost \$0\.002[^]*COMPLETED in [^]*nothing to run/
    )
    assert.strictEqual(model.asked, 2)
    here.write("doc.md", "Snow.\n")
    await here.sees(/doc\.md changed/)
    await here.press("q")
    await here.sees(/ended with 0/)
  })

  it("goes on with a run, and tries what failed once", async () => {
    const begun = await terminal("")
    await begun.sees(/Enter runs it/)
    await begun.press("Enter")
    await begun.sees(/COMPLETED in [^]*nothing to run/)
    await begun.press("q")
    await begun.sees(/ended with 0/)
    begun.write("doc.md", "Snow.")
    model.asked = 0
    model.status = 400
    begun.type(`${begun.command} --run latest --max-usd 1; echo ended again with $?`)
    await begun.press("Enter")
    await begun.sees(/runs now, within [^]*FAILED in [^]*Enter runs it/)
    assert.strictEqual(model.asked, 1)
    model.status = 200
    await begun.press("p")
    await begun.sees(/Enter runs it/)
    assert.strictEqual(model.asked, 1)
    await begun.press("q")
    await begun.sees(/ended again with 0/)
  })

  it("runs nothing by itself where a price is unknown, and leaves no process when it is killed", async () => {
    model.asked = 0
    const here = await terminal("--max-usd 1 --no-cache --model odd")
    await here.sees(/no price is known for odd[^]*Enter runs it all the same/)
    assert.strictEqual(model.asked, 0)
    await here.press("Enter")
    await here.sees(/COMPLETED in /)
    assert.strictEqual(model.asked, 1)
    await here.sees(/nothing to run/)
    const processes = () =>
      spawnSync("ps", ["-eo", "pid,args"], { encoding: "utf8" })
        .stdout.split("\n")
        .filter((line) => line.includes(`${launcher} watch`) && line.includes("--model odd") && !line.includes("sh -c"))
    const [first] = processes().map((line) => Number(line.trim().split(" ")[0]))
    process.kill(first!, "SIGKILL")
    await until(() => processes().length === 0)
    assert.match(readFileSync(here.path("doc.md"), "utf8"), /Rain/)
  })
})
