import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { Engine } from "@stepwright/core"
import { Simulate } from "@stepwright/core/testing"
import { MockLlm } from "@stepwright/llm"
import { notes } from "./notes.ts"

const input = { version: "1.4.0", commits: ["add --json", "fix crash", "bump eslint"] }
const changes = [
  { kind: "feature", summary: "There is --json." },
  { kind: "fix", summary: "It crashes no more." }
]

test("the notes are made of the changes that were found", async () => {
  const script = [
    { step: "sort", reply: { changes } },
    { step: "write", reply: "## 1.4.0\n\nThere is `--json`, and it crashes no more." }
  ]
  const program = Effect.gen(function* () {
    const { text } = yield* Engine.execute(notes, input)
    const [sorting, writing] = yield* MockLlm.calls
    return { text, sorting: sorting?.messages[0]?.content, writing: writing?.messages[0]?.content }
  })
  const { sorting, text, writing } = await Effect.runPromise(Effect.provide(program, MockLlm.layer(script)))
  assert.match(text, /^## 1\.4\.0/)
  assert.match(sorting ?? "", /fix crash\nbump eslint/)
  assert.match(writing ?? "", /- feature: There is --json\.\n- fix: It crashes no more\./)
})

test("notes without their version are asked for again", async () => {
  const script = [
    { step: "sort", reply: { changes } },
    { step: "write", reply: ["## The new release", "## 1.4.0\n\nBetter."] }
  ]
  const program = Effect.map(Engine.execute(notes, input), ({ text }) => text)
  assert.equal(await Effect.runPromise(Effect.provide(program, MockLlm.layer(script))), "## 1.4.0\n\nBetter.")
})

test("whatever happens, the same notes come out, and nothing is paid for twice", async () => {
  // replies that are late, spoilt or lost, processes that are killed: 50 worlds, each with laws that hold in it
  const model: Simulate.Model = ({ metadata }) => (metadata.step === "write" ? "## 1.4.0\n\nBetter." : undefined)
  const { worlds } = await Effect.runPromise(Simulate.check(notes, { input, model, seeds: 50 }))
  assert.ok(worlds >= 50)
})
