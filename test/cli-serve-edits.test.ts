import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { place } from "./support/cli.ts"
import { asking, happenings, served, type Served } from "./support/served.ts"

const module = `import { Effect, Schema } from "effect"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const ask = (name: string, prompt: string) => Step.make(name, {
  input: Schema.String,
  output: Schema.String,
  prompt: PromptTemplate.make(prompt),
  variables: (text) => ({ text })
})
const outline = ask("outline", "Outline {{text}}")
const draft = ask("draft", 'Draft "{{text}}" now')
const count = Step.effect("count", {
  input: Schema.String,
  output: Schema.Int,
  run: (text) => Effect.succeed(text.length)
})
export const article = Workflow.make("article", { input: Schema.Struct({ topic: Schema.String }) }).pipe(
  Workflow.bind("outline", outline, "input.topic"),
  Workflow.bind("draft", draft, "outline"),
  Workflow.bind("count", count, "draft")
)
export const catalog = { steps: { outline, draft } }
export const layer = MockLlm.layer(({ messages }) => MockLlm.reply({ text: "[" + messages.at(-1).content + "]" }))
`

const configuration = `# what is set here
workflow: w.ts#article   # the one
steps:
  outline:
    promptFile: prompts/outline.md # its text

  # the second
  draft: { repair: 1 }
`

const note = `# a note
name: note
input: { type: string }
catalog: w.ts
steps:
  - outline: { bind: outline, input: input }   # as it is
  - draft:
      bind: { step: draft, promptFile: prompts/draft.md }
      input: outline
`

describe("edits of a run", () => {
  let all: Served
  let ask: ReturnType<typeof asking>
  /** A run that is done. */
  let run: string

  const actions = (plan: ReadonlyArray<{ readonly action: string; readonly path: string; readonly why: string }>) =>
    plan.map(({ action, path, why }) => `${action} ${path}${why === "" ? "" : `: ${why}`}`)
  const done = async (workflow: string, input: unknown) => {
    const { body } = await ask("POST", "/api/runs", { workflow, input })
    await happenings(all, body.run)
    return body.run as string
  }

  beforeAll(async () => {
    const here = place()
    here.write("w.ts", module)
    here.write("note.yaml", note)
    here.write("stepwright.yaml", configuration)
    mkdirSync(here.path("prompts"))
    here.write("prompts/outline.md", "Sketch {{text}}\r\n")
    here.write("prompts/draft.md", "Write {{text}}\n")
    assert.strictEqual((await here.stepwright("trust", "--yes")).status, 0)
    all = await served(here, ["w.ts#article", "note.yaml"])
    ask = asking(all)
    run = await done("article", { topic: "rain" })
  })
  afterAll(async () => {
    all.server.process.kill("SIGTERM")
    await all.server.ended
  })

  it("are planned without a trace: what would run, and why", async () => {
    const before = (await ask("GET", `/api/runs/${run}/state`)).body
    const plan = async (edits: unknown) => {
      const { body, status } = await ask("POST", `/api/runs/${run}/plan`, edits)
      return status === 200 ? actions(body) : [status, body.code, body.target]
    }
    assert.deepStrictEqual(await plan({}), ["reuse outline", "reuse draft", "reuse count"])
    assert.deepStrictEqual(await plan({ config: { steps: { draft: { prompt: "Say {{text}}" } } } }), [
      "reuse outline",
      "run draft: changed: prompt",
      "perhaps count: reads draft"
    ])
    assert.deepStrictEqual(await plan({ config: { steps: { draft: { parameters: { temperature: 0 } } } } }), [
      "reuse outline",
      "run draft: changed: parameters",
      "perhaps count: reads draft"
    ])
    assert.deepStrictEqual(await plan({ input: { topic: "snow" } }), [
      "run outline: changed: prompt",
      "perhaps draft: reads outline",
      "perhaps count: reads draft"
    ])
    assert.deepStrictEqual(await plan({ outputs: { draft: "mine" } }), [
      "reuse outline",
      "reuse draft",
      "run count: changed: input"
    ])
    assert.deepStrictEqual((await ask("GET", `/api/runs/${run}/state`)).body, before)
  })

  it("that cannot be are told with their place", async () => {
    const wrong = async (edits: unknown) => {
      const { body, status } = await ask("POST", `/api/runs/${run}/plan`, edits)
      return [status, body.target, body.message]
    }
    const [status, target, message] = await wrong({
      config: { steps: { draft: { prompt: "Say\n  {{text}} to {{who}}" } } }
    })
    assert.deepStrictEqual([status, target], [400, "draft"])
    assert.include(message, "line 2, column 15: nothing fills {{who}}")
    assert.include((await wrong({ config: { steps: { draft: { prompt: "Say" } } } }))[2], "{{text}} is missing")
    assert.include((await wrong({ config: { steps: { drafts: { prompt: "Say" } } } }))[2], "no step has this path")
    assert.deepStrictEqual((await wrong({ outputs: { count: "many" } })).slice(0, 2), [400, "count"])
    assert.deepStrictEqual((await wrong({ input: { subject: "snow" } })).slice(0, 1), [400])
    assert.strictEqual((await ask("POST", `/api/runs/${run}/fork`, {})).status, 400)
  })

  it("begin a run that keeps them, for the command line too, and leave the other as it was", async () => {
    const config = { steps: { draft: { prompt: "Say {{text}}" } } }
    const forked = await ask("POST", `/api/runs/${run}/fork`, {
      config,
      input: { topic: "snow" },
      outputs: { outline: "cold" },
      run: "edited"
    })
    assert.deepStrictEqual([forked.status, forked.body], [201, { run: "edited", status: "STOPPED" }])
    const { stdout } = await all.here.stepwright("plan", "edited", "--json")
    assert.deepStrictEqual(actions(JSON.parse(stdout)), [
      "reuse outline",
      "run draft: changed: prompt",
      "perhaps count: reads draft"
    ])
    assert.strictEqual((await all.here.stepwright("resume", "edited")).status, 0)
    const state = (await ask("GET", "/api/runs/edited/state")).body
    assert.strictEqual(state.records.draft.result.output, "[Say cold]")
    const standing = (await ask("GET", "/api/runs/edited")).body
    assert.deepStrictEqual([standing.config, standing.origin, standing.status], [config, run, "COMPLETED"])
    const other = (await ask("GET", `/api/runs/${run}`)).body
    assert.deepStrictEqual([other.config, other.status], [undefined, "COMPLETED"])
    // what is edited further is laid over that
    const further = await ask("POST", "/api/runs/edited/fork", { config: { steps: { draft: { repair: 0 } } } })
    assert.deepStrictEqual((await ask("GET", `/api/runs/${further.body.run}`)).body.config, {
      steps: { draft: { prompt: "Say {{text}}", repair: 0 } }
    })
  })

  it("say where each text stands", async () => {
    assert.deepStrictEqual((await ask("GET", "/api/workflows/article/sources")).body, [
      { path: "outline", text: "prompt", in: "file", file: "prompts/outline.md" },
      { path: "draft", text: "prompt", in: "code", file: "w.ts" }
    ])
    assert.deepStrictEqual((await ask("GET", "/api/workflows/note/sources")).body, [
      { path: "outline", text: "prompt", in: "definition", file: "note.yaml" },
      { path: "draft", text: "prompt", in: "file", file: "prompts/draft.md" }
    ])
  })

  it("are written to the files that are named, once somebody saw how, and to none that changed since", async () => {
    const read = (name: string) => readFileSync(all.here.path(name), "utf8")
    const save = (workflow: string, body: unknown) => ask("POST", `/api/workflows/${workflow}/save`, body)
    const config = {
      steps: {
        outline: { prompt: "Outline {{text}}\nin three points.", model: "openai/small" },
        draft: { prompt: 'Say "{{text}}"', parameters: { temperature: 0.5 } }
      }
    }
    const { body: told } = await save("article", { config, dryRun: true })
    assert.strictEqual(read("stepwright.yaml"), configuration)
    assert.deepStrictEqual(
      told.files.map(({ file }: { readonly file: string }) => file),
      ["prompts/outline.md", "stepwright.yaml"]
    )
    assert.include(told.files[1].diff, "+    model: openai/small\n")
    // what stands in code is offered, and left alone
    assert.strictEqual(told.patches.length, 1)
    assert.deepInclude(told.patches[0], { path: "draft", text: "prompt", file: "w.ts", template: 'Say "{{text}}"' })
    assert.include(told.patches[0].diff, `+const draft = ask("draft", 'Say "{{text}}"')`)
    assert.strictEqual(read("w.ts"), module)

    all.here.write("prompts/outline.md", "Sketch {{text}}, please\r\n")
    const refused = await save("article", { config, of: told.of })
    assert.deepStrictEqual([refused.status, refused.body.code], [409, "Changed"])
    assert.strictEqual(read("stepwright.yaml"), configuration)

    const { body: again } = await save("article", { config, dryRun: true })
    assert.strictEqual((await save("article", { config, of: again.of })).status, 200)
    assert.strictEqual(read("prompts/outline.md"), "Outline {{text}}\r\nin three points.\r\n")
    assert.strictEqual(
      read("stepwright.yaml"),
      configuration
        .replace("# its text\n", "# its text\n    model: openai/small\n")
        .replace("{ repair: 1 }", '{ repair: 1, "parameters": {"temperature":0.5} }')
    )
    // the server goes by what was written, and so does the command line
    const { body: article } = await ask("GET", "/api/workflows/article")
    const [outline, draft] = article.definition.nodes
    assert.strictEqual(outline.step.model.prompt, "Outline {{text}}\nin three points.")
    assert.deepStrictEqual(draft.step.model.parameters, { temperature: 0.5 })
    const { body: plan } = await ask("GET", `/api/runs/${run}/plan`)
    const { stdout } = await all.here.stepwright("plan", run, "--json")
    assert.deepStrictEqual(actions(plan), actions(JSON.parse(stdout)))
    assert.strictEqual(actions(plan)[0], "run outline: changed: prompt")

    const noted = { steps: { outline: { prompt: "Note {{text}}" }, draft: { prompt: "Expand {{text}}" } } }
    const { body: inNote } = await save("note", { config: noted, dryRun: true })
    await save("note", { config: noted, of: inNote.of })
    assert.strictEqual(
      read("note.yaml"),
      note.replace("bind: outline,", 'bind: {"step":"outline","prompt":"Note {{text}}"},')
    )
    assert.strictEqual(read("prompts/draft.md"), "Expand {{text}}\n")
    const noteRun = await done("note", "rain")
    assert.strictEqual(
      (await ask("GET", `/api/runs/${noteRun}/state`)).body.records.draft.result.output,
      "[Expand [Note rain]]"
    )
  })

  it("are written to no file that a request names, nor for a step that is not there", async () => {
    const save = async (config: unknown) => {
      const { body, status } = await ask("POST", "/api/workflows/article/save", { config, dryRun: true })
      return [status, body.code]
    }
    assert.deepStrictEqual(await save({ steps: { "../../etc": { prompt: "x" } } }), [400, "WorkflowConfigError"])
    assert.deepStrictEqual(await save({ steps: { draft: { prompt: "x" } } }), [400, "WorkflowConfigError"])
    assert.deepStrictEqual(await save({ repair: 1 }), [400, "Usage"])
    assert.deepStrictEqual(await save({ steps: { draft: { promptFile: "/etc/passwd" } } }), [400, "Malformed"])
    assert.strictEqual((await ask("POST", "/api/workflows/article/save", { config: {} })).status, 400)
  })

  it("are not what a misspelt field leaves out", async () => {
    const named = async (path: string, body: unknown) => {
      const { body: told, status } = await ask("POST", path, body)
      return [status, /\["(\w+)"\]$/u.exec(told.message)?.[1]]
    }
    const start = { workflow: "article", input: { topic: "rain" } }
    assert.deepStrictEqual(await named("/api/runs", { ...start, maxUSD: 0.01 }), [400, "maxUSD"])
    const steps = { draft: { promt: "x" } }
    assert.deepStrictEqual(await named(`/api/runs/${run}/plan`, { config: { steps } }), [400, "promt"])
    assert.deepStrictEqual(await named(`/api/runs/${run}/fork`, { confg: { steps } }), [400, "confg"])
  })

  it("are written whole and one after the other, and only as text in the project", async () => {
    const save = (body: object) => ask("POST", "/api/workflows/article/save", body)
    const told = async (config: object) => (await save({ config, dryRun: true })).body.of
    const first = { steps: { draft: { parameters: { temperature: 0.1 } } } }
    const second = { steps: { draft: { parameters: { seed: 7 } } } }
    const saves = [
      { config: first, of: await told(first) },
      { config: second, of: await told(second) }
    ]
    const answers = await Promise.all(saves.map(save))
    assert.deepStrictEqual(answers.map(({ status }) => status).toSorted(), [200, 409])

    const prompt = all.here.path("prompts/outline.md")
    const before = readFileSync(prompt, "utf8")
    const noTexts = ["{{text}}\0", "{{text}}\ud800"].map((text) => ({ steps: { outline: { prompt: text } } }))
    for (const { body, status } of await Promise.all(noTexts.map((config) => save({ config, dryRun: true })))) {
      assert.deepStrictEqual([status, body.code], [400, "Usage"])
    }

    const outside = join(mkdtempSync(join(tmpdir(), "outside-")), "victim.md")
    writeFileSync(outside, before)
    rmSync(prompt)
    symlinkSync(outside, prompt)
    const config = { steps: { outline: { prompt: "Written {{text}}" } } }
    const refused = await save({ config, dryRun: true })
    assert.match(refused.body.message, /outside/u)
    rmSync(prompt)
    writeFileSync(prompt, before)
    const of = await told(config)
    rmSync(prompt)
    symlinkSync(outside, prompt)
    assert.match((await save({ config, of })).body.message, /outside/u)
    assert.strictEqual(readFileSync(outside, "utf8"), before)
    rmSync(dirname(outside), { recursive: true })
    rmSync(prompt)
    writeFileSync(prompt, before)
  })
})
