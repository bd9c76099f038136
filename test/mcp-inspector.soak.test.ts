import { spawn } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { launcher, place, type Place } from "./support/cli.ts"
import { type Listening, listening } from "./support/mcp.ts"

const command = join(import.meta.dirname, "../node_modules/.bin/mcp-inspector")

/** What the inspector's command line prints, and how it ends. */
const inspector = (here: Place, ...args: ReadonlyArray<string>) =>
  new Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = spawn(command, ["--cli", ...args], {
      cwd: here.path("."),
      // it keeps a list of servers at home
      env: { ...process.env, HOME: here.path(".") }
    })
    let [stdout, stderr] = ["", ""]
    child.stdout.on("data", (data) => (stdout += String(data)))
    child.stderr.on("data", (data) => (stderr += String(data)))
    child.on("close", (status) => resolve({ status, stdout, stderr }))
  })

const workflow = ["--workflow", "approved.ts#approved"]

const overHttp = async (here: Place) => {
  const server: Listening = await listening(here, ...workflow)
  const to = [server.url, "--header", `Authorization: Bearer ${server.token}`]
  return { to, stop: () => void server.server.process.kill("SIGTERM") }
}

const overStreams = async (here: Place) => {
  const stepwright = { command: process.execPath, args: [launcher, "mcp", ...workflow], cwd: here.path(".") }
  here.write("servers.json", JSON.stringify({ mcpServers: { stepwright } }))
  return { to: ["--config", here.path("servers.json"), "--server", "stepwright"], stop: () => {} }
}

describe("the inspector's command line", () => {
  it.each([
    ["HTTP", "modern", overHttp],
    ["HTTP", "legacy", overHttp],
    ["standard streams", "modern", overStreams],
    ["standard streams", "legacy", overStreams]
  ] as const)("finds no mistake in the tools, calls one and reads of runs: over %s, %s", async (_, era, serve) => {
    const here = place(["approved.ts"])
    const { stop, to } = await serve(here)
    const ask = (...args: ReadonlyArray<string>) => inspector(here, ...to, "--protocol-era", era, ...args)
    const listed = await ask("--method", "tools/list", "--strict")
    assert.strictEqual(listed.status, 0, listed.stderr)
    assert.include(listed.stdout, "start_approved")
    const begun = await ask("--method", "tools/call", "--tool-name", "start_approved", "--tool-arg", "topic=rain")
    assert.strictEqual(begun.status, 0, begun.stderr)
    const { structuredContent } = JSON.parse(begun.stdout)
    // by the protocol of now it takes a task, and has nobody who could decide
    assert.strictEqual(structuredContent.status, era === "modern" ? "SUSPENDED" : "RUNNING")
    const read = await ask("--method", "resources/read", "--uri", `stepwright://runs/${structuredContent.run}/report`)
    assert.include(read.stdout, structuredContent.run)
    stop()
  })
})
