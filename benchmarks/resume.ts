// What a step costs of a finished run of 10,000 that is resumed, or planned, beside the version before.
import { before, revision } from "./support/packages.ts"
import { stepwright, stepwrightIn } from "./support/stepwright.ts"
import { type Line, lines, table } from "./support/table.ts"
import { inTurn, ratio, spread } from "./support/turns.ts"

const count = "10000"

const tree = revision(before)
const rows: Array<ReadonlyArray<string>> = []
const all: Array<Line> = []
for (const shape of ["chain", "fan-out"]) {
  for (const what of ["resume", "plan"]) {
    // oxlint-disable-next-line no-await-in-loop -- one measurement after another
    const { now, old } = await inTurn({
      now: stepwright(what, shape, count),
      old: stepwrightIn(tree, what, shape, count)
    })
    const says = `${what} of a finished ${shape} of ${count}`
    rows.push([says, spread(now, "cpu"), spread(old, "cpu")])
    all.push({ says: `${says} ÷ the version before`, measured: ratio(now, old, "cpu"), atMost: 0.6 })
  }
}
table(["µs of the processor a step, least / median", "Stepwright", "the version before"], rows)
lines(all)
