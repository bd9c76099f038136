import { type Broken, type Trace, unmade } from "./base/trace.ts"
import { inWords, type World } from "./base/world.ts"

/** A law that a workflow breaks, and the smallest world found in which it does. */
export interface Finding extends Broken {
  /** `seeds: [seed]` finds it again; none where it shows in every world. */
  readonly seed: number | undefined
  readonly input: string
  readonly world: World
  readonly lines: ReadonlyArray<string>
}

/** How many lines are told of a run, and of one that is like any other until it is edited or begun again. */
const mostLines = 60
const mostOfAny = 20

/** How much is told of what happened: a path may have a text in it. */
const longest = 200

const inShort = (line: string) => (line.length > longest ? `${line.slice(0, longest)}…` : line)

/** The lines that tell most: where there are too many, those at the end. */
const shortened = (lines: ReadonlyArray<string>, mostLines: number): ReadonlyArray<string> =>
  lines.length <= mostLines ? lines : [`  … ${lines.length - mostLines} events before`, ...lines.slice(-mostLines)]

const findingInText = (finding: Finding): string => {
  const { expected, happened, input, law, lines, path, seed, world } = finding
  const at = `  at        ${path === undefined || path === "" ? "the run" : path}`
  // how the run went says nothing of it
  if (law === unmade) return [at, `  missing   ${happened}`, `  input     ${input}`].join("\n")
  return [
    `broken law: ${law}`,
    at,
    `  expected  ${expected}`,
    `  happened  ${happened}`,
    `  input     ${input}`,
    `  world     ${inWords(world).join("; ")}`,
    `  again     ${seed === undefined ? "any seeds" : `seeds: [${seed}]`}`,
    ...shortened(lines, seed === undefined ? mostOfAny : mostLines).map((line) => `    ${inShort(line)}`)
  ].join("\n")
}

/** What was found, as text. */
export const inText = (workflow: string, findings: ReadonlyArray<Finding>): string => {
  const [first] = findings
  if (first === undefined) return ""
  const laws = findings.length === 1 ? "a law" : `${findings.length} laws`
  const isTried = first.law !== unmade
  const head = isTried ? `"${workflow}" breaks ${laws}` : `"${workflow}" is not tried: a value is missing`
  return [head, ...findings.map(findingInText)].join("\n\n")
}

/** A law that is broken in a world, as it is found. */
export const findingOf = (broken: Broken, trace: Trace, input: string, isSeeded: boolean): Finding => ({
  ...broken,
  seed: isSeeded ? trace.world.seed : undefined,
  input,
  world: trace.world,
  lines: trace.lines
})
