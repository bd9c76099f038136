// What a step costs whose result is on the disk before the run goes on: one after another, and 64 side by side.
import { join } from "node:path"
import { stepwright } from "./support/stepwright.ts"
import { lines, table } from "./support/table.ts"
import { type Figures, inTurn, median, ratio, run, spread } from "./support/turns.ts"

const bytes = Math.round((await run(stepwright("durable", "chain", "1000")))?.["bytes"] ?? Number.NaN)
const measured = await inTurn(
  {
    "chain of 100": stepwright("durable", "chain", "100"),
    "chain of 1000": stepwright("durable", "chain", "1000"),
    "one write and flush": [join(import.meta.dirname, "subjects", "flush.ts"), String(bytes)],
    "1000 side by side": stepwright("durable", "fan-out", "1000"),
    "1000 side by side, nothing flushed": stepwright("durable", "fan-out", "1000", "unflushed")
  },
  { launches: 1, rounds: 15 }
)

table(
  [`a step of ${bytes} bytes, least / median`, "µs of wall", "µs of the processor"],
  Object.entries(measured).map(([name, figures]) => [name, spread(figures, "wall"), spread(figures, "cpu")])
)

const flushesOf = (figures: ReadonlyArray<Figures>) =>
  figures.length === 0 ? undefined : median(figures.map(({ flushes = Number.NaN }) => flushes))
const [chain, together, flush] = [
  measured["chain of 1000"],
  measured["1000 side by side"],
  measured["one write and flush"]
]
lines([
  { says: "chain of 1000 ÷ one write and flush, wall", measured: ratio(chain, flush, "wall"), atMost: 1.5 },
  {
    says: "chain of 100, with its begin and its end ÷ one write and flush, wall",
    measured: ratio(measured["chain of 100"], flush, "wall")
  },
  { says: "chain of 1000, flushes a step", measured: flushesOf(chain), atMost: 1.1, digits: 3 },
  { says: "64 side by side, flushes a step", measured: flushesOf(together), atMost: 0.1, digits: 3 },
  {
    says: "64 side by side ÷ the same without flush, wall",
    measured: ratio(together, measured["1000 side by side, nothing flushed"], "wall"),
    atMost: 2
  }
])
