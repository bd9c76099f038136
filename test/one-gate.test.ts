import { readFileSync } from "node:fs"
import { isAbsolute } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Engine, WorkflowState } from "@stepwright/core"
import { NodeJournal } from "@stepwright/node-runner"
import { approved } from "./fixtures/approved.ts"
import { firstLine, place } from "./support/cli.ts"
import { clients, listening, type Person, saying } from "./support/mcp.ts"

const decision = { isGood: true, note: "as it is" }

/** A state, but for what differs from run to run: its id, its times, who decided. */
const settled = (state: string): unknown =>
  JSON.parse(state, (key, value: unknown) =>
    ["run", "at", "createdAt", "updatedAt", "durationMillis", "who"].includes(key) ? undefined : value
  )

describe("a gate", () => {
  it("leaves the same state whether it is decided by command, over HTTP, from a page, by a model's tool, in a form or in code", async () => {
    const here = place(["approved.ts"])
    const directory = here.path(".stepwright/runs")
    const inCode = <A, E>(work: Effect.Effect<A, E>) =>
      Effect.runPromise(Effect.scoped(Effect.provide(work, Layer.fresh(NodeJournal.layer({ directory })))))
    const begun = () =>
      inCode(
        Effect.map(
          Effect.flatMap(Engine.initialize(approved, { topic: "rain" }), (state) => Engine.run(approved, state)),
          ({ state }) => state.run
        )
      )
    const [byCommand, byHttp, byPage] = [await begun(), await begun(), await begun()]
    const [byTool, byCode] = [await begun(), await begun()]
    const byForm = { "2026-07-28": await begun(), "2025-11-25": await begun() }

    const decided = await here.stepwright(
      "decide",
      "--workflow",
      "approved.ts#approved",
      byCommand,
      "approval",
      JSON.stringify(decision)
    )
    assert.strictEqual(decided.status, 0, decided.stderr)

    const server = here.start("studio", "--workflow", "approved.ts#approved", "--port", "0", "--json")
    const { page, tokenFile, url }: Readonly<Record<"page" | "tokenFile" | "url", string>> = JSON.parse(
      await firstLine(server)
    )
    const post = async (path: string, headers: Readonly<Record<string, string>>, body: unknown) => {
      const all = { "content-type": "application/json", ...headers }
      const answer = await fetch(`${url}${path}`, { method: "POST", headers: all, body: JSON.stringify(body) })
      assert.isTrue(answer.ok, path)
      return answer
    }
    const token = readFileSync(isAbsolute(tokenFile) ? tokenFile : here.path(tokenFile), "utf8").trim()
    const answer = { path: "approval", decision }
    await post(`/api/runs/${byHttp}/decide`, { authorization: `Bearer ${token}` }, answer)
    const own = { "x-stepwright": "page" }
    const { headers } = await post("/visit", own, { code: page.split("#code=")[1] })
    const cookie = headers.get("set-cookie")!.split(";", 1)[0]!
    await post(`/api/runs/${byPage}/decide`, { ...own, cookie }, answer)
    server.process.kill("SIGTERM")

    const tools = await listening(here, "--workflow", "approved.ts#approved")
    const model = await clients["2026-07-28"](tools)
    await model.call("runs_decide", { run: byTool, path: "approval", decision })
    await model.close()
    const asked: Array<string> = []
    const inForm = async (version: keyof typeof byForm, ...answers: Array<ReturnType<Person>>) => {
      const { asked: those, person } = saying(...answers)
      const shown = await clients[version](tools, person)
      for (const { action } of answers) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const { declined, undecided } = await shown.call("runs_decide", { run: byForm[version], path: "approval" })
        const expected = action === "accept" ? [undefined, []] : [true, ["approval"]]
        assert.deepStrictEqual([declined, undecided], expected)
      }
      asked.push(...those)
      await shown.close()
    }
    // who declines leaves all as it was
    await inForm("2026-07-28", { action: "decline" }, { action: "accept", content: decision })
    await inForm("2025-11-25", { action: "accept", content: decision })
    assert.deepStrictEqual(new Set(asked), new Set(["approval waits for a decision:\n  rain"]))
    tools.server.process.kill("SIGTERM")

    await inCode(
      Effect.flatMap(Engine.load(approved, byCode), (state) => Engine.decide(approved, state, "approval", decision))
    )

    await Promise.all([server.ended, tools.server.ended])
    const states = await Promise.all(
      [byCommand, byHttp, byPage, byTool, byForm["2026-07-28"], byForm["2025-11-25"], byCode].map((run) =>
        inCode(
          Effect.map(
            Effect.flatMap(Engine.load(approved, run), (state) => Engine.run(approved, state)),
            ({ state }) => WorkflowState.toJson(state)
          )
        )
      )
    )
    const [first, ...others] = states.map(settled)
    assert.deepInclude(first, { status: "COMPLETED" })
    for (const other of others) assert.deepStrictEqual(other, first)
    const who = states.map((state): unknown => JSON.parse(state).records.approval.result.who)
    assert.deepStrictEqual(
      who.map((name) => (typeof name === "string" ? name.replace(/^.* /u, "") : name)),
      ["(command)", "(HTTP)", "(page)", "(MCP)", "(MCP)", "(MCP)", undefined]
    )
  })
})
