import { cpSync, mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { CliOutput, Command } from "effect/cli"
import { general } from "../../../src/cli/base/words.ts"
import * as stepwright from "../../../src/cli/commands/stepwright.ts"
import { call, inFolder, withPrograms } from "../../support/commandLine.ts"
import { inProject } from "../../support/configured.ts"
import { asking } from "../../support/asking.ts"

import { delivered } from "../../support/delivered.ts"
import { saying } from "../../support/saying.ts"

/** A call of each command that does what it is for, and what its document then has. */
const calls: Readonly<Record<string, readonly [args: ReadonlyArray<string>, has: ReadonlyArray<string>]>> = {
  run: [["doc.md"], ["run", "status", "output"]],
  resume: [[], ["run", "status", "output"]],
  step: [
    ["first", "--force"],
    ["run", "path", "output", "executed"]
  ],
  set: [
    ["first", "doc.md"],
    ["run", "path", "pending"]
  ],
  fork: [["first"], ["run", "origin", "workflow", "path"]],
  plan: [[], ["0"]],
  status: [[], ["run", "status", "steps"]],
  show: [["first"], ["run", "path", "output"]],
  list: [[], ["0"]],
  cancel: [[], ["run", "status", "cancelled"]],
  schema: [["state"], ["$schema", "$defs"]],
  init: [[], ["workflow", "files"]],
  gc: [[], ["dryRun", "runs", "leftovers"]],
  repair: [[], ["run", "events", "lost", "kept"]],
  export: [[], ["run", "records"]],
  import: [["state.json"], ["run", "origin", "workflow"]],
  graph: [[], ["run", "workflow", "mermaid"]],
  verify: [["code"], ["tests", "doubts"]],
  "cassette prune": [
    ["tape", "--run", "latest"],
    ["folder", "removed", "kept"]
  ],
  "cassette migrate": [["old.json"], ["folder", "replies"]],
  config: [[], ["project", "user", "store", "values"]],
  trust: [["--yes"], ["file", "trusted"]],
  doctor: [[], ["ready", "findings"]],
  ask: [["hello"], ["model", "reply", "tokens"]],
  decide: [
    ["GATED", "approval", "yes"],
    ["run", "path", "decision", "pending", "undecided"]
  ],
  move: [
    ["--to", "folder"],
    ["run", "moved", "to"]
  ],
  rm: [["GATED", "--yes"], ["removed"]],
  change: [
    ["made", "PRD.md"],
    ["run", "origin", "passages", "criteria", "edited", "missing"]
  ]
}

const oldCassette = join(import.meta.dirname, "../../../../../test/before/cassettes/by-hand.json")

const namesOf = Effect.gen(function* () {
  const names: Array<string> = []
  yield* Command.runWith(yield* stepwright.make("stepwright", general), { version: "1.0.0" })(["--help"]).pipe(
    Effect.provideService(CliOutput.Presenter, {
      present: (event) =>
        Effect.sync(() => {
          if (event._tag !== "Help") return
          names.push(...event.helpDoc.subcommands!.flatMap(({ commands }) => commands.map(({ name }) => name)))
        })
    }),
    Effect.provide(NodeServices.layer)
  )
  return names
})

const document = (out: string): unknown => {
  assert.match(out, /^[{[]/u, "no document")
  return JSON.parse(out)
}

/** With a model's server in the environment. */
const withServer = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.promise(async () => {
      const server = createServer((request, response) => {
        request.resume().on("end", () => {
          const message = { role: "assistant", content: "hello back" }
          response
            .writeHead(200, { "content-type": "application/json" })
            .end(JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, message, finish_reason: "stop" }] }))
        })
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const address = server.address()
      if (address === null || typeof address === "string") throw new Error("the server has no port")
      return { server, url: `http://127.0.0.1:${address.port}/v1` }
    }),
    ({ url }) =>
      Effect.provideService(
        work,
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromUnknown({ OPENAI_API_KEY: "k", OPENAI_BASE_URL: url })
      ),
    ({ server }) => Effect.sync(() => void server.close())
  )

describe("--json", () => {
  it.effect("gives one document for every command", () =>
    Effect.gen(function* () {
      const called = new Set(Object.keys(calls).map((name) => name.split(" ")[0]!))
      // that of a watch is a line for each plan, a server says in one where it is, and a model is told in its protocol; a worker
      // tells what it does in lines, and who asks for workers has a database
      const others = new Set(["watch", "serve", "studio", "mcp", "worker", "workers"])
      const names = (yield* namesOf).filter((name) => !others.has(name))
      assert.deepStrictEqual(names.toSorted(), [...called].toSorted())
      writeFileSync("doc.md", "Say it.")
      writeFileSync("stepwright.yaml", "concurrency: 4\n")
      mkdirSync("code")
      mkdirSync("tape")
      cpSync(oldCassette, "old.json")
      const test =
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertTrue(True)\n"
      writeFileSync("code/test_a.py", test)
      yield* delivered()
      writeFileSync("PRD.md", "It says more.")
      const gated = JSON.parse((yield* call(["run", "doc.md", "--json"], asking)).out).run
      for (const [name, [args, has]] of Object.entries(calls)) {
        const bound = name === "decide" ? asking : ["change", "init"].includes(name) ? undefined : saying()
        if (name === "import") writeFileSync("state.json", (yield* call(["export"], bound)).out)
        const { err, out, status } = yield* call(
          [...name.split(" "), ...args.map((word) => (word === "GATED" ? gated : word)), "--json"],
          bound
        )
        assert.strictEqual(status, 0, `${name}: ${err}`)
        const printed = document(out)
        assert.containsAllKeys(printed, has, name)
      }
    }).pipe(withServer, withPrograms, (work) => inProject({}, work))
  )

  it.effect("gives one document for every error, with prose on standard error", () =>
    Effect.gen(function* () {
      const bound = saying()
      for (const name of Object.keys(calls)) {
        for (const args of [
          ["--frobnicate", "--json"],
          ["nowhere", "no/such", "none.json", "more", "--json"]
        ]) {
          const { err, out, status } = yield* call([...name.split(" "), ...args], bound)
          assert.strictEqual(status, 2, `${name} ${args.join(" ")}: ${err}`)
          const { error } = document(out) as { readonly error: Readonly<Record<string, unknown>> }
          assert.hasAllKeys(error, ["severity", "code", "message", "target", "fix"])
          assert.deepStrictEqual([error["severity"], error["code"]], ["error", "Usage"])
          assert.match(err, /^stepwright: /)
          assert.isString(error["message"])
        }
      }
    }).pipe(inFolder)
  )

  it.effect("names what an error is about, and what to do", () =>
    Effect.gen(function* () {
      const error = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
        const { out } = yield* call([...args, "--json"], saying())
        const { error } = document(out) as { readonly error: Readonly<Record<string, string>> }
        return error
      })
      assert.strictEqual((yield* error("run", "none.md"))["target"], "none.md")
      assert.strictEqual((yield* error("run", "none.md", "--max-usd", "-1"))["target"], "--max-usd")
      const flag = yield* error("run", "--max-cals", "1")
      assert.strictEqual(flag["target"], "--max-cals")
      assert.include(flag["fix"], "--max-calls")
      writeFileSync("doc.md", "Say it.")
      yield* call(["run", "doc.md"], saying())
      const path = yield* error("step", "latest", "firts")
      assert.strictEqual(path["target"], "firts")
      assert.include(path["fix"], "first")
      assert.include((yield* error("show", "nowhere", "first"))["fix"], "runs")
    }).pipe(inFolder)
  )
})
