import { seeded } from "../replies/random.ts"
import { editNames, edits, type EditName } from "./edits/edits.ts"
import { clone } from "./edits/tree.ts"
import { generate, input, pairs } from "./program/generate.ts"
import { mend } from "./program/mend.ts"
import type { Nest } from "./program/program.ts"

/** What is done to a run besides another definition: by `Engine.set`, or by `Engine.step` with `force`. */
export type Hand = "another input" | "a result set by hand" | "force"
export const hands: ReadonlyArray<Hand> = ["another input", "a result set by hand", "force"]

export type Change = { readonly edit: EditName; readonly seed: number } | { readonly edit: Hand; readonly seed: number }

export interface Case {
  readonly program: Nest
  readonly input: unknown
  /** Whether each answer to equal requests is another. */
  readonly samples: boolean
  readonly stages: ReadonlyArray<Stage>
}

/** A run goes on: from a part of its journal, after some changes. */
export interface Stage {
  /** How much of the journal is left, of 1. */
  readonly cut: number
  readonly changes: ReadonlyArray<Change>
}

export const isHand = (change: Change): change is Extract<Change, { readonly edit: Hand }> =>
  hands.some((hand) => hand === change.edit)

/** A program after an edit, if there is anything for it to change. */
const after = (program: Nest, { edit, seed }: Extract<Change, { readonly edit: EditName }>): Nest | undefined => {
  const next = clone(program)
  return edits[edit](next, seeded(seed)) ? mend(next) : undefined
}

/** A program after the edits among some changes, and those of them that had something to change. */
export const edited = (program: Nest, changes: ReadonlyArray<Change>) => {
  let result = program
  const made: Array<EditName> = []
  for (const change of changes) {
    const next = isHand(change) ? undefined : after(result, change)
    if (next === undefined || isHand(change)) continue
    result = next
    made.push(change.edit)
  }
  return { program: result, made }
}

/** Two of them find their place in few programs. */
const turns: ReadonlyArray<EditName> = [...editNames, "move into another nest", "take out of a nested workflow"]

/** The case that a seed makes: with each pair of combinators and each edit in its turn, and others. */
export const caseOf = (seed: number): Case => {
  const random = seeded(seed)
  const turn: Change = { edit: turns[seed % turns.length]!, seed: random.int(2 ** 31) }
  // in another order each time, so that each pair meets each edit
  const wanted = [pairs[(seed + Math.floor(seed / pairs.length)) % pairs.length]!]
  if (random.bool(0.8)) wanted.push(random.pick(pairs))
  let program = generate(random, wanted)
  for (let tries = 0; tries < 200 && after(program, turn) === undefined; tries++) program = generate(random, wanted)
  const change = (): Change => {
    const seed = random.int(2 ** 31)
    return random.bool(0.3) ? { edit: random.pick(hands), seed } : { edit: random.pick(editNames), seed }
  }
  const cut = () => (random.bool(0.5) ? 1 : random.int(1000) / 1000)
  const stages = [{ cut: cut(), changes: [turn, ...random.list(2, change)] as ReadonlyArray<Change> }]
  if (random.bool(0.5)) stages.push({ cut: cut(), changes: random.list(2, change) })
  return { program, input: input(random), samples: random.bool(0.3), stages }
}
