/* oxlint-disable no-await-in-loop -- one measurement after another */
// What a step costs beside the model: chains of 10, 100 and 1,000 steps with an instant model, per step.
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer, Schema } from "effect"
import { Engine, LlmClient, type LlmReply, PromptTemplate, Step, Workflow, WorkflowState } from "@stepwright/core"
import { NodeHasher, NodeJournal } from "@stepwright/node-runner"

const lengths = [10, 100, 1000]
const rounds = 7

const reply: LlmReply.LlmReply = { text: "word ".repeat(87), finishReason: "stop", usage: { input: 250, output: 110 } }
const model = LlmClient.layer(() => Effect.succeed(reply))

const Text = Schema.Struct({ text: Schema.String })
const template = `${"You continue a story. Keep to its tone. ".repeat(14)}\n\n{{text}}`

type Chain = Workflow.Workflow<{ readonly text: string }, unknown, never, LlmClient.LlmClient>

const chainOf = (length: number): Chain => {
  let chain: any = Workflow.make("chain", { input: Text })
  for (let i = 0; i < length; i++) {
    const step = Step.make(`step${i}`, {
      input: Text,
      output: Schema.String,
      prompt: PromptTemplate.make(template),
      variables: ({ text }) => ({ text })
    })
    chain = chain.pipe(Workflow.bind(`s${i}` as never, step, { text: i === 0 ? "input.text" : `s${i - 1}` } as never))
  }
  return chain
}

/** The same without Stepwright: render, ask, check. */
const byHand = (length: number) =>
  Effect.gen(function* () {
    const client = yield* LlmClient.LlmClient
    const decode = Schema.decodeUnknownSync(Schema.String)
    let text = "Once upon a time."
    for (let i = 0; i < length; i++) {
      const { text: answer } = yield* client.generate({
        model: "default",
        messages: [{ role: "user", content: template.replace("{{text}}", text) }],
        format: { type: "text" },
        parameters: {},
        metadata: { run: "", path: "", step: "", turn: 1 }
      })
      text = decode(answer)
    }
    return text
  })

const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
let runs = 0
/** Each time it is run it is another run. */
const start = (chain: Chain) =>
  Effect.gen(function* () {
    const state = yield* Engine.initialize(chain, { text: "Once upon a time." }, { run: `run-${++runs}` })
    return yield* Engine.run(chain, state)
  })

const journal = NodeJournal.layer({ directory })
type Subject = Effect.Effect<unknown, unknown, LlmClient.LlmClient>

const subjects = (length: number): Readonly<Record<string, Subject>> => {
  const chain = chainOf(length)
  return {
    "by hand": byHand(length),
    engine: start(chain),
    "engine, Node's hash": Effect.provide(start(chain), NodeHasher.layer),
    "engine, NodeJournal": Effect.provide(start(chain), Layer.mergeAll(journal, NodeHasher.layer))
  }
}

const median = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[values.length >> 1]!

const rows = new Map<string, Array<number>>()
for (const length of lengths) {
  const measured = new Map<string, Array<number>>()
  const all = Object.entries(subjects(length))
  for (let round = -2; round < rounds; round++) {
    for (const [name, subject] of all) {
      // as many steps in each measurement, so that short chains are not at the mercy of the clock
      const repeats = name.includes("Journal") ? Math.max(1, 100 / length) : 1000 / length
      const began = performance.now()
      for (let i = 0; i < repeats; i++) await Effect.runPromise(Effect.provide(subject, model))
      const micros = ((performance.now() - began) * 1000) / (repeats * length)
      if (round >= 0) measured.set(name, [...(measured.get(name) ?? []), micros])
    }
  }
  for (const [name, values] of measured) rows.set(name, [...(rows.get(name) ?? []), median(values)])
}

console.log(`µs a step, median of ${rounds} rounds, Node ${process.version}\n`)
console.log(
  ["".padEnd(22), ...lengths.map((length) => `${length} steps`.padStart(12)), "longest ÷ shortest".padStart(20)].join(
    ""
  )
)
for (const [name, values] of rows) {
  const ratio = (values.at(-1)! / values[0]!).toFixed(2)
  console.log([name.padEnd(22), ...values.map((value) => value.toFixed(1).padStart(12)), ratio.padStart(20)].join(""))
}

const chain = chainOf(1000)
const { state } = await Effect.runPromise(start(chain).pipe(Effect.provide([model, journal])))
const log = readFileSync(join(directory, state.run, "events.jsonl")).length
const outputs = Object.values(state.records).reduce((sum, { result }) => sum + JSON.stringify(result?.output).length, 0)
console.log(
  `\nevent log of 1,000 steps: ${log} bytes, ${(log / outputs).toFixed(2)} × their output of ${outputs} bytes`
)
console.log(`state as JSON: ${WorkflowState.toJson(state).length} bytes`)
rmSync(directory, { recursive: true })
