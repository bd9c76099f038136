// A case as the text of a program that runs by itself.

import { readFileSync } from "node:fs"
import { type Case, formOf } from "./cases.ts"
import { json, print, schemas } from "./program/print.ts"
import type { Nest } from "./program/program.ts"

const words = readFileSync(new URL("./program/words.ts", import.meta.url), "utf8").replaceAll(/^export /gm, "")

/** What `check` did by hand in a case, as it came out. */
export type Act =
  | { readonly tag: "set"; readonly path: string; readonly value: unknown }
  | { readonly tag: "force"; readonly path: string }

const actCode = (act: Act, workflow: string): string =>
  act.tag === "set"
    ? `state = yield* using(journal)(Engine.set(${workflow}, state, ${json(act.path)}, ${json(act.value)}))`
    : `state = (yield* using(journal)(Engine.step(${workflow}, state, ${json(act.path)}, { force: true }))).state`

/** How a case went, stage by stage. */
export interface Done {
  readonly stages: Array<{
    readonly program: Nest
    /** How many events of the journal were left. */
    readonly events: number
    readonly acts: Array<Act>
  }>
}

const stageCode = ({ acts, events }: Done["stages"][number], i: number): string => `
  journal = yield* cut(journal, ${events})
  state = WorkflowEvent.fold(yield* journal.load("r"))
${acts.map((act) => `  ${actCode(act, `after${i + 1}`)}\n`).join("")}  asked.length = 0
  plan = yield* using(journal)(Engine.plan(after${i + 1}, state))
  result = yield* go(journal, after${i + 1}, state)`

/** A case as a program that shows what it asks and comes to. */
export const programOf = (it: Case, { stages }: Done): string => {
  const { steps, workflows } = print([formOf(it, it.program), ...stages.map(({ program }) => program)], it.isWired)
  const [before, ...after] = workflows
  return `// @ts-nocheck
// ${it.stages.map(({ changes }) => changes.map(({ edit }) => edit).join(", ")).join("; ")}
import { Effect, Schema } from "effect"
import { Engine, Journal, LlmClient, PromptTemplate, Step, Workflow, WorkflowEvent } from "@stepwright/core"

${words}
${schemas}
${steps}

const before = ${before}
${after.map((code, i) => `\nconst after${i + 1} = ${code}\n`).join("")}
const asked = []
const times = new Map()
const client = LlmClient.make(({ metadata, ...request }) => {
  const text = show(request)
  asked.push(text)
  times.set(text, (times.get(text) ?? 0) + 1)
  const reply = { text: answer(request, ${it.samples ? "` #${times.get(text)}`" : '""'}), finishReason: "stop", usage: {} }
  return Effect.as(Effect.repeat(Effect.yieldNow, { times: mix(text) % 4 }), reply)
})

const using = (journal) => (work) =>
  work.pipe(Effect.provideService(Journal.Journal, journal), Effect.provideService(LlmClient.LlmClient, client))

const go = function* (journal, workflow, state) {
  for (;;) {
    const result = yield* using(journal)(Engine.run(workflow, state))
    if (result.undecided.length === 0) return result
    state = result.state
    for (const { action, path, question } of yield* using(journal)(Engine.plan(workflow, state))) {
      if (action === "decide" && result.undecided.includes(path)) state = yield* using(journal)(Engine.decide(workflow, state, path, decision(question)))
    }
  }
}

const cut = function* (journal, length) {
  const events = (yield* journal.load("r")).slice(0, length)
  const left = { ...Journal.makeMemory(), getText: journal.getText, putText: journal.putText }
  for (const event of events) yield* left.append("r", event)
  return left
}

const main = Effect.gen(function* () {
  let journal = Journal.makeMemory()
  let state = yield* using(journal)(Engine.initialize(before, ${json(it.input)}, { run: "r" }))
  let plan
  let result = yield* go(journal, before, state)
${stages.map(stageCode).join("\n")}
  const { ending, ran, reused } = result
  console.log(JSON.stringify({ output: ending.output, asked, ran, reused, plan }, null, 2))
})

Effect.runPromise(main)
`
}
