// What an item costs of 1,000, of which 64 are under way at a time and each asks a model that takes a millisecond.
import { before, revision } from "./support/packages.ts"
import { rival } from "./support/rivals.ts"
import { stepwright, stepwrightIn } from "./support/stepwright.ts"
import { type Line, lines, table } from "./support/table.ts"
import { inTurn, namesOf, ratio, spread } from "./support/turns.ts"

const count = "1000"

const measured = await inTurn({
  Stepwright: stepwright("run", "fan-out", count),
  "the version before": stepwrightIn(revision(before), "run", "fan-out", count),
  "AI SDK": rival("ai-sdk.js", "fan-out", count),
  Mastra: rival("mastra.js", "fan-out", count)
})
type Name = keyof typeof measured

const kinds = { cpu: "processor", wall: "wall" }
table(
  ["µs an item, least / median", ...Object.values(kinds)],
  namesOf(measured).map((name) => [name, ...Object.keys(kinds).map((kind) => spread(measured[name], kind))])
)

const beside = (name: Name, more: Omit<Line, "says" | "measured">) =>
  Object.entries(kinds).map(([kind, word]): Line => ({
    says: `fan-out of ${count} ÷ ${name}, ${word}`,
    measured: ratio(measured.Stepwright, measured[name], kind),
    ...more
  }))
lines([
  ...beside("the version before", { atMost: 0.6 }),
  ...beside("AI SDK", { atMost: 0.8, isRival: true }),
  ...beside("Mastra", { isRival: true })
])
