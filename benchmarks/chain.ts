// What a step of a chain costs with an instant model and no journal, beside the version before, beside a loop by hand
// with the same hashes, events and records, and beside rivals.
import { join } from "node:path"
import { before, revision } from "./support/packages.ts"
import { rival } from "./support/rivals.ts"
import { stepwright, stepwrightIn } from "./support/stepwright.ts"
import { type Line, lines, table } from "./support/table.ts"
import { inTurn, namesOf, ratio, spread } from "./support/turns.ts"

const lengths = ["100", "1000"]

const tree = revision(before)
const measure = (length: string) =>
  inTurn({
    Stepwright: stepwright("run", "chain", length),
    "the version before": stepwrightIn(tree, "run", "chain", length),
    "a loop by hand": [join(import.meta.dirname, "subjects", "by-hand.ts"), length],
    "AI SDK": rival("ai-sdk.js", "chain", length),
    "AI SDK, its output made once": rival("ai-sdk.js", "chain", length, "made once"),
    Mastra: rival("mastra.js", "chain", length),
    "effect/workflow": [join(import.meta.dirname, "subjects", "effect-workflow.ts"), length],
    "LangGraph.js": rival("langgraph.js", "chain", length)
  })
const results = [await measure("100"), await measure("1000")]
type Name = keyof (typeof results)[number]
const names = namesOf(results[0]!)

table(
  ["µs of the processor a step, least / median", ...lengths.map((length) => `${length} steps`)],
  names.map((name) => [name, ...results.map((measured) => spread(measured[name], "cpu"))])
)

const beside = (name: Name, more: Omit<Line, "says" | "measured">) =>
  results.map((measured, i): Line => ({
    says: `chain of ${lengths[i]} ÷ ${name}`,
    measured: ratio(measured.Stepwright, measured[name], "cpu"),
    ...more
  }))
lines([
  ...beside("the version before", { atMost: 0.6 }),
  ...beside("a loop by hand", { atMost: 3 }),
  ...beside("AI SDK", { atMost: 0.9, isRival: true }),
  ...beside("AI SDK, its output made once", { isRival: true }),
  ...beside("Mastra", { isRival: true }),
  ...beside("effect/workflow", {}),
  ...beside("LangGraph.js", { isRival: true })
])
