// The ready workflow from Node: one Layer gives journal, workspace, sandbox and client. The model's replies come from a
// recording here; without `replay` they come from the server that OPENAI_API_KEY and OPENAI_BASE_URL name.
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Console, Effect } from "effect"
import { Engine } from "@stepwright/core"
import { NodeRunner } from "@stepwright/node-runner"
import { AutomatedCodingWorkflow, Project } from "@stepwright/steps"

const { workflow } = AutomatedCodingWorkflow
const document = await readFile(new URL("inputs/interval-set.md", import.meta.url), "utf8")
const folder = mkdtempSync(join(tmpdir(), "stepwright-"))
const runner = NodeRunner.layer({
  directory: join(folder, "runs"),
  out: join(folder, "out"),
  replay: fileURLToPath(new URL("cassettes/interval-set", import.meta.url))
})

const program = Effect.gen(function* () {
  const begun = yield* Engine.initialize(workflow, Project.ofText(document), { run: "intervals" })
  const { ending, state } = yield* Engine.run(workflow, begun)
  assert.ok(ending._tag === "Completed")
  const { delivery, verification } = ending.output
  yield* Console.log(`${state.status}: ${delivery.files.length} files, ${verification.passed} tests passed`)

  // the journal has every event of it: whoever opens it later goes on from there
  const loaded = yield* Engine.load(workflow, "intervals")
  assert.deepEqual(loaded, state)
})

await Effect.runPromise(Effect.provide(program, runner))
console.log(readdirSync(join(folder, "out"), { recursive: true }).join(" "))
