import * as Flag from "effect/cli/Flag"
import type { Words } from "../base/words.ts"
import * as flags from "../run/flags.ts"

/** How many runs may be begun in a minute, unless it is said. */
export const startsAMinute = 30

/** The flags of every server: what it has, and what it may do. */
export const offering = (words: Words) => ({
  workflows: Flag.String("workflow").pipe(
    Flag.withMetavar("M.ts#NAME"),
    Flag.withDescription("A workflow that is served; may be given several times (default: as `run` has it)"),
    words.isOpen ? (flag) => flag : Flag.withHidden,
    Flag.atLeast(0)
  ),
  readOnly: flags.toggle("read-only", "Answer questions only: nothing is started, changed or decided"),
  maxUsd: flags.amount("max-usd", "USD", "What all that is begun here may spend together"),
  starts: flags.count(
    "max-starts",
    1,
    `How many runs may be begun, forked or gone on with in a minute (default: ${startsAMinute})`
  )
})
