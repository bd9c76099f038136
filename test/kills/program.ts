// The run of `mortal`, whose model is a server elsewhere. It is begun or gone on with, to its end.
import { writeSync } from "node:fs"
import { request } from "node:http"
import process from "node:process"
import { Effect } from "effect"
import { AttemptSink, Engine, LlmClient, type LlmRequest } from "@stepwright/core"
import * as NodeHasher from "@stepwright/node-runner/NodeHasher"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"
import { id as run, workflow } from "../support/mortal.ts"

const [directory, port] = process.argv.slice(2)
const tell = (kind: string, value: unknown) => void writeSync(1, `${kind} ${JSON.stringify(value)}\n`)

const post = (body: object) =>
  Effect.callback<string>((resume) => {
    const asked = request({ host: "127.0.0.1", port, method: "POST" }, (response) => {
      let text = ""
      response.on("data", (chunk) => (text += String(chunk)))
      response.on("end", () => resume(Effect.succeed(text)))
    })
    asked.end(JSON.stringify(body))
  })

const model = LlmClient.layer(({ messages, metadata: { path, turn }, ...asked }: LlmRequest.LlmRequest) =>
  Effect.gen(function* () {
    const { started } = yield* AttemptSink.AttemptSink
    const usage = { input: 10, output: 5 }
    const ended = yield* started({ ...asked, messages, metadata: { path, turn, run, step: "" } })
    const text = yield* post({ path, turn, prompt: messages[0]?.content })
    yield* ended({ model: "model", usage })
    return { text, finishReason: "stop", usage } as const
  })
)

const program = Effect.gen(function* () {
  const isThere = (yield* NodeJournal.runs(directory!)).includes(run)
  let state = yield* isThere
    ? Engine.load(workflow, run)
    : Engine.initialize(workflow, { items: ["a", "b", "twice", "c"] }, { run })
  for (;;) {
    const outcome = yield* Engine.run(workflow, state, { onEvent: (event) => tell("told", event) })
    if (outcome.undecided.length === 0) return tell("state", outcome.state)
    state = yield* Engine.decide(workflow, outcome.state, "approval", { text: "yes" })
  }
})

await Effect.runPromise(
  program.pipe(Effect.provide([model, NodeHasher.layer, NodeJournal.layer({ directory: directory! })]))
)
