import { spawn } from "node:child_process"
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { overHttp } from "../packages/node-runner/src/cli/mcp/transports.ts"
import { fixtures } from "../packages/node-runner/test/support/mcpFixtures.ts"
import { tasks, taskTools } from "../packages/node-runner/test/support/mcpTasks.ts"
import { place } from "./support/cli.ts"
import { listening } from "./support/mcp.ts"

const command = join(
  dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json")),
  "dist/index.js"
)

/** A door to a server that brings the token along, for a program that has no way to say it. */
const doorTo = async (url: string, token: string) => {
  const { host, pathname, port } = new URL(url)
  const door = createServer((asked, answer) => {
    // the names that it is called by are those of the server, or foreign
    const own = (value: string | undefined) => value?.replace(`:${(door.address() as AddressInfo).port}`, `:${port}`)
    const { origin, ...others } = asked.headers
    const headers = {
      ...others,
      host: own(asked.headers.host) ?? host,
      ...(origin !== undefined && { origin: own(origin) ?? origin }),
      authorization: `Bearer ${token}`
    }
    const { method } = asked
    const sent = request({ host: "127.0.0.1", port, path: asked.url, method, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 500, answered.headers)
      answered.pipe(answer)
    })
    sent.on("error", () => answer.destroy())
    answer.on("close", () => sent.destroy())
    asked.pipe(sent)
  })
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://localhost:${(door.address() as AddressInfo).port}${pathname}`,
    close: () => {
      door.closeAllConnections()
      door.close()
    }
  }
}

/** Has the package run what it has for a version of the protocol: how many checks passed and failed, by scenario. */
const scenarios = (url: string, ...which: ReadonlyArray<string>) =>
  new Promise<ReadonlyMap<string, string>>((resolve) => {
    const child = spawn(process.execPath, [command, "server", "--url", url, "--suite", "all", ...which])
    let out = ""
    child.stdout.on("data", (data) => (out += String(data)))
    child.on("close", () => {
      const found = [...out.matchAll(/^(?:✓|✗) (\S+): (\d+ passed, \d+ failed)/gmu)]
      const [, passed, failed] = /^Passed: (\d+)\/\d+, (\d+) failed/mu.exec(out) ?? []
      const only = passed === undefined ? [] : [[which.at(-1)!, `${passed} passed, ${failed} failed`] as const]
      resolve(new Map([...found.map(([, name, counts]) => [name!, counts!] as const), ...only]))
    })
  })

const failedIn = (found: ReadonlyMap<string, string>) =>
  [...found].filter(([, counts]) => !counts.endsWith(" 0 failed")).map(([name]) => name)

const passedIn = (found: ReadonlyMap<string, string>) =>
  [...found].filter(([, counts]) => counts.endsWith(" 0 failed")).map(([name]) => name)

const versions = ["2025-11-25", "2026-07-28"] as const

/** The scenarios that take a server as it is. */
const ownScenarios = {
  "2025-11-25": [
    "server-initialize",
    "server-session-lifecycle",
    "logging-set-level",
    "ping",
    "tools-list",
    "server-sse-polling",
    "server-sse-multiple-streams",
    "resources-list",
    "prompts-list",
    "dns-rebinding-protection"
  ],
  "2026-07-28": [
    "tools-list",
    "server-sse-multiple-streams",
    "resources-list",
    "sep-2164-resource-not-found",
    "dns-rebinding-protection",
    "http-header-validation",
    "input-required-result-missing-input-response",
    "input-required-result-unsupported-methods",
    "input-required-result-ignore-extra-params",
    "input-required-result-validate-input"
  ]
}

const noSubscriptions = "over HTTP there is no stream but that of a request, and the server says `subscribe: false`"

/** What does not pass with all fixtures there, and why. */
const known: Readonly<Record<(typeof versions)[number], Readonly<Record<string, string>>>> = {
  "2025-11-25": { "resources-subscribe": noSubscriptions, "resources-unsubscribe": noSubscriptions },
  "2026-07-28": {}
}

/** The scenarios of the extension for tasks; there is one more, for notifications of them, which has no checks so far. */
const ofTasks = [
  "tasks-lifecycle",
  "tasks-capability-negotiation",
  "tasks-wire-fields",
  "tasks-request-state-removal",
  "tasks-mrtr-input",
  "tasks-request-headers",
  "tasks-dispatch-and-envelope",
  "tasks-required-task-error",
  "tasks-mrtr-composition"
]

describe("@modelcontextprotocol/conformance", () => {
  describe("against `stepwright mcp --http`", () => {
    let door: Awaited<ReturnType<typeof doorTo>>
    let stop: () => void
    beforeAll(async () => {
      const here = place(["approved.ts"])
      const { server, token, url } = await listening(here, "--workflow", "approved.ts#approved")
      stop = () => void server.process.kill("SIGTERM")
      door = await doorTo(url, token)
    })
    afterAll(() => {
      door.close()
      stop()
    })

    it.each(versions)("passes what needs no tool of its own: %s", async (version) => {
      const passed = passedIn(await scenarios(door.url, "--spec-version", version))
      assert.deepStrictEqual(
        ownScenarios[version].filter((name) => !passed.includes(name)),
        []
      )
    })
  })

  describe("against a server of its fixtures", () => {
    let door: Awaited<ReturnType<typeof doorTo>>
    let server: Fiber.Fiber<unknown, unknown>
    beforeAll(async () => {
      const token = "a-token-of-this-test-alone"
      const registrations = Layer.merge(fixtures, taskTools)
      const served = { name: "fixtures", version: "1", instructions: "", registrations, tasks }
      const url = Deferred.makeUnsafe<string>()
      const ready = (at: string) => Deferred.succeed(url, at)
      server = Effect.runFork(overHttp(served, { host: "127.0.0.1", port: 0, token }, ready))
      door = await doorTo(await Effect.runPromise(Deferred.await(url)), token)
    })
    afterAll(async () => {
      door.close()
      await Effect.runPromise(Fiber.interrupt(server))
    })

    it.each(versions)("passes all, but for what is listed: %s", async (version) => {
      const found = await scenarios(door.url, "--spec-version", version)
      assert.isAbove(found.size, 30)
      assert.deepStrictEqual(failedIn(found), Object.keys(known[version]))
    })

    it.each(ofTasks)("passes %s", async (name) => {
      assert.match((await scenarios(door.url, "--scenario", name)).get(name) ?? "", /^[1-9]\d* passed, 0 failed$/u)
    })
  })
})
