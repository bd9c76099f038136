// One measurement of a loop by hand that asks and checks as a chain does, makes the hashes that it makes, and keeps the
// same events and the same records.
import { hash } from "node:crypto"
import { Schema } from "effect"
import { measure } from "../support/measure.ts"
import { Part } from "../support/part.ts"
import { beginning, expectPart, instant, promptOf } from "../support/workload.ts"

const count = Number(process.argv[2])

const decode = Schema.decodeUnknownSync(Part)
const reply = instant()
const ask = async (_prompt: string) => reply()
const sha256 = (text: string) => hash("sha256", text)

const shape = `\n\nReply with one JSON value of this shape and nothing else. ${JSON.stringify(beginning)}`.padEnd(240)
const usage = { input: 250, output: 110 }
const noUsage = { input: 0, cachedInput: 0, output: 0, reasoning: 0 }
const requests = { started: 0, ended: 0, usage: noUsage }

/** What is known of a step before it is asked. */
const steps = Array.from({ length: count }, (_, i) => {
  const step = `step${i}`
  const parts = { format: sha256(step), parameters: sha256("{}"), parser: sha256("json"), step: sha256(`${step} 1`) }
  const short = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, value.slice(0, 8)]))
  return {
    path: `s${i}`,
    step,
    parts: short,
    rest: sha256(JSON.stringify(parts)),
    settings: sha256(`settings ${step}`)
  }
})

const add = (one: typeof usage, other: typeof usage) => ({
  input: one.input + other.input,
  output: one.output + other.output
})

const run = async () => {
  const definition = sha256(String(count))
  const events: Array<unknown> = [
    { _tag: "RunInitialized", run: "r", workflow: "chain", version: 1, definition, input: beginning, at: Date.now() },
    { _tag: "RunStarted", version: 1, definition, at: Date.now() }
  ]
  const records: Record<string, unknown> = {}
  let part = beginning
  for (const { path, parts, rest, settings, step } of steps) {
    const pending = Date.now()
    events.push({ _tag: "StepStarted", path, step, at: pending })
    let record: object = { step, attempts: 1, replies: 0, usage: { input: 0, output: 0 }, requests, pending }
    records[path] = record

    const messages = JSON.stringify([{ content: promptOf(part.title) + shape, role: "user" }])
    const prompt = sha256(messages)
    const value = sha256(`${rest}\nprompt=${prompt}`)
    // oxlint-disable-next-line no-await-in-loop -- one after another
    const text = await ask(messages)
    const replied = { path, turn: 1, model: "default", prompt, reply: sha256(text), finishReason: "stop", usage }
    const asked = { model: "default", settings }
    events.push({ _tag: "StepReplied", ...replied, asked, at: Date.now() })
    record = { ...record, replied: [{ ...replied, asked }], replies: 1, usage: add({ input: 0, output: 0 }, usage) }
    records[path] = record

    part = decode(JSON.parse(text))
    const at = Date.now()
    const fingerprint = { value, parts: { ...parts, prompt: prompt.slice(0, 8) } }
    const result = { fingerprint, output: part, by: "model", model: "default", at }
    events.push({ _tag: "StepSucceeded", path, step, ...result })
    const { pending: _, replied: __, ...rested } = record as { pending: number; replied: unknown }
    records[path] = { ...rested, durationMillis: at - pending, result }
  }
  events.push({ _tag: "RunEnded", status: "COMPLETED", orphaned: [], at: Date.now() })
  return { part, state: { workflow: "chain", definition, status: "COMPLETED", input: beginning, records }, events }
}

await measure(async () => expectPart((await run()).part), count)
