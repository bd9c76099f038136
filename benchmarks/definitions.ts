/* oxlint-disable no-await-in-loop -- one measurement after another */
// Whether what is done with a definition takes time by its size: definitions of n, 2n and 4n names, items or levels.
import { Effect, Schema } from "effect"
import { Engine, Step, Workflow, type WorkflowState } from "@stepwright/core"
import { NodeHasher } from "@stepwright/node-runner"
import { spent } from "./support/measure.ts"
import { type Line, lines } from "./support/table.ts"

const rounds = 7
/** What takes less is at the mercy of the clock. **Units** ms */
const noticed = 2

type AnyWorkflow = Workflow.Workflow<number, Readonly<Record<string, unknown>>>
type State = WorkflowState.WorkflowState

const one = Step.effect("one", { input: Schema.Unknown, output: Schema.Finite, run: () => Effect.succeed(1) })
const begin = Workflow.make("w", { input: Schema.Finite })
const names = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, i) => `s${i}`)
const valued = (count: number): AnyWorkflow =>
  names(count).reduce<AnyWorkflow>((made, name) => made.pipe(Workflow.let(name, () => 1)), begin)

interface Subject {
  /** How many times as long four times the size may take. */
  readonly goal: number
  readonly sizes: ReadonlyArray<number>
  readonly make: (size: number) => AnyWorkflow
}

const subjects: Readonly<Record<string, Subject>> = {
  "steps one after another": {
    goal: 8,
    sizes: [2500, 5000, 10_000],
    make: (size) =>
      names(size).reduce<AnyWorkflow>((made, name) => made.pipe(Workflow.bind(name, one, ({ input }) => input)), begin)
  },
  "as many items as names in scope": {
    goal: 8,
    sizes: [250, 500, 1000],
    make: (size) =>
      valued(size).pipe(
        Workflow.forEach("each", one, { items: () => names(size), key: String, input: ({ item }) => item })
      )
  },
  "as many parts as names in scope": {
    goal: 8,
    sizes: [250, 500, 1000],
    make: (size) =>
      valued(size).pipe(
        Workflow.all((scope) => names(size).map((name) => scope.pipe(Workflow.bind(`p${name}`, one, () => 1)))),
        // what the compiler does not see
        (made) => made as never
      )
  },
  "as many lists of items": {
    goal: 8,
    sizes: [1000, 2000, 4000],
    make: (size) =>
      names(size).reduce<AnyWorkflow>(
        (made, name) => made.pipe(Workflow.forEach(name, one, { items: () => [1], key: () => "k", input: "item" })),
        begin
      )
  },
  "workflows in each other": {
    // the paths of all levels together are as long as the square of their number
    goal: 12,
    sizes: [250, 500, 1000],
    make: (size) =>
      names(size).reduce<AnyWorkflow>(
        (made) => begin.pipe(Workflow.bind("n", made, "input")),
        begin.pipe(Workflow.bind("a", one, "input"))
      )
  }
}

/** What a definition is put to, each with what came before it. */
const work = (make: () => AnyWorkflow) => {
  let workflow: AnyWorkflow
  let state: State
  let done: State
  const run = <A>(effect: Effect.Effect<A, unknown>) => Effect.runPromise(Effect.provide(effect, NodeHasher.layer))
  return {
    make: () => void (workflow = make()),
    describe: () => void Workflow.describe(workflow),
    "stepPaths, configure": async () => {
      Workflow.stepPaths(workflow)
      await run(Workflow.configure(workflow, { model: "small" }))
    },
    "initialize: its hash": async () => void (state = await run(Engine.initialize(workflow, 1))),
    plan: () => run(Engine.plan(workflow, state)),
    run: async () => void (done = (await run(Engine.run(workflow, state))).state),
    output: () => run(Engine.output(workflow, done)),
    toMermaid: () => void Workflow.toMermaid(workflow, done)
  }
}

const all: Array<Line> = []
for (const [name, { goal, make, sizes }] of Object.entries(subjects)) {
  const times = new Map<string, Array<number>>()
  for (let round = 0; round < rounds; round++) {
    for (const [i, size] of sizes.entries()) {
      for (const [what, f] of Object.entries(work(() => make(size)))) {
        const began = spent()
        await f()
        const known = times.get(what) ?? sizes.map(() => Infinity)
        known[i] = Math.min(known[i]!, (spent() - began) / 1000)
        times.set(what, known)
      }
    }
  }
  for (const [what, known] of times) {
    const [least, most] = [known[0]!, known.at(-1)!]
    all.push({
      says: `${name}, ${what}: ${sizes.at(-1)} (${most.toFixed(1)} ms) ÷ ${sizes[0]}`,
      measured: most / least,
      ...(most > noticed && { atMost: goal }),
      digits: 1
    })
  }
}
lines(all)
