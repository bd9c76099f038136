import { seeded } from "../replies/random.ts"
import { editNames, edits, type EditName } from "./edits/edits.ts"
import { clone } from "./edits/tree.ts"
import { type Chain, chain, generate, input, pairs } from "./program/generate.ts"
import { mend } from "./program/mend.ts"
import type { Nest } from "./program/program.ts"
import { isSound } from "./program/risk.ts"
import { wired } from "./program/wired.ts"

/** What is done to a run besides another definition: by `Engine.set`, or by `Engine.step` with `force`. */
export type Hand = "another input" | "a result set by hand" | "force"
export const hands: ReadonlyArray<Hand> = ["another input", "a result set by hand", "force"]

export type Change = { readonly edit: EditName; readonly seed: number } | { readonly edit: Hand; readonly seed: number }

export interface Case {
  readonly program: Nest
  readonly input: unknown
  /** Whether each answer to equal requests is another. */
  readonly samples: boolean
  /** Whether its programs have wires only, and are read from files. */
  readonly isWired: boolean
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
  return edits[edit](next, seeded(seed)) && isSound(next) ? mend(next) : undefined
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

/** What edits need that find their place in few programs, and what little there is to take over then. */
const places: { readonly [E in EditName]?: Chain } = {
  "take out of a nested workflow": ["workflow", "bind"],
  "move into another nest": ["workflow", "bind"],
  "forEach of one into bind": ["forEach", "bind"],
  "put a fallback around what may fail": ["fallback", "bind"],
  "take a fallback away": ["fallback", "bind"],
  "other errors are taken over": ["fallback", "bind"]
}

/** A program as a case runs it. */
export const formOf = ({ isWired }: Case, program: Nest): Nest => (isWired ? wired(program) : program)

const half = Math.floor(pairs.length / 2)

/** The case that a seed makes: with each pair of combinators and each edit in its turn, and others. */
export const caseOf = (seed: number, isWired = false): Case => {
  const random = seeded(seed)
  const edit = editNames[seed % editNames.length]!
  const turn: Change = { edit, seed: random.int(2 ** 31) }
  // in another order each time, so that each pair meets each edit
  const pair = seed + Math.floor(seed / pairs.length)
  const wanted = [chain(random, pairs[pair % pairs.length]!)]
  const place = places[edit]
  if (place !== undefined) wanted.push(place)
  else if (random.bool(0.7)) wanted.push(chain(random, pairs[(pair + half) % pairs.length]!))
  let program = generate(random, wanted)
  for (let tries = 0; tries < 200 && after(program, turn) === undefined; tries++) program = generate(random, wanted)
  const change = (): Change => {
    const seed = random.int(2 ** 31)
    return random.bool(0.3) ? { edit: random.pick(hands), seed } : { edit: random.pick(editNames), seed }
  }
  const cut = () => (random.bool(0.5) ? 1 : random.int(1000) / 1000)
  const stages = [{ cut: cut(), changes: [turn, ...random.list(2, change)] as ReadonlyArray<Change> }]
  if (random.bool(0.5)) stages.push({ cut: cut(), changes: random.list(2, change) })
  return { program, input: input(random), samples: random.bool(0.3), isWired, stages }
}
