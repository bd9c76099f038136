// A run of every kind of event, whose model is a server elsewhere. It is begun or gone on with, to its end.
import { writeSync } from "node:fs"
import { request } from "node:http"
import process from "node:process"
import { Effect, Schema } from "effect"
import { AttemptSink, Engine, LlmClient, type LlmRequest, PromptTemplate, Step, Workflow } from "@stepwright/core"
import * as NodeHasher from "@stepwright/node-runner/NodeHasher"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"

const [directory, port] = process.argv.slice(2)
const run = "mortal"

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

const Text = Schema.Struct({ text: Schema.String })

const ask = Step.make("ask", {
  input: Text,
  output: Text,
  prompt: PromptTemplate.make("{{text}}"),
  variables: ({ text }) => ({ text })
})

const count = Step.effect("count", {
  input: Schema.Array(Text),
  output: Schema.Int,
  run: (texts) => Effect.succeed(texts.length)
})

const broken = Step.effect("broken", {
  input: Text,
  output: Text,
  error: Schema.TaggedStruct("Broken", {}),
  run: () => Effect.fail({ _tag: "Broken" } as const)
})

/** Items side by side, of which one is asked twice; rounds; a gate; a failure that is taken over. */
const workflow = Workflow.make("mortal", { input: Schema.Struct({ items: Schema.Array(Schema.String) }) }).pipe(
  Workflow.forEach("each", ask, { items: "input.items", key: (item) => item, input: { text: "item" }, concurrency: 3 }),
  Workflow.bind("count", count, "each"),
  Workflow.gate("approval", { question: Schema.Int, input: "count", decision: Text }),
  Workflow.iterate("rounds", Workflow.make("round", { input: Text }).pipe(Workflow.bind("draft", ask, "input")), {
    input: "approval",
    next: ({ last }) => ({ text: `${last.draft.text}!` }),
    until: ({ last }) => last.draft.text.length > 12,
    atMost: 4
  }),
  Workflow.fallback("tried", Workflow.make("first", { input: Text }).pipe(Workflow.bind("it", broken, "input")), {
    input: "approval",
    errors: ["Broken"],
    otherwise: Workflow.make("second", { input: Text }).pipe(Workflow.bind("it", ask, "input"))
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
