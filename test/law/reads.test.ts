import { Effect, Result } from "effect"
import { Engine, Journal, LlmClient, Workflow, type WorkflowState } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { seeded } from "../replies/random.ts"
import { caseOf } from "./cases.ts"
import * as model from "./model.ts"
import { build, type Program } from "./program/print.ts"
import { decision } from "./program/words.ts"

/** Runs until nobody has to decide anything any more; gives what ran and what was asked. */
const settled = Effect.fnUntraced(function* (workflow: Program, begun: WorkflowState.WorkflowState) {
  let state = begun
  const ran: Array<string> = []
  for (;;) {
    const done = yield* Engine.run(workflow, state)
    state = done.state
    ran.push(...done.ran)
    if (done.undecided.length === 0) return { state, ran }
    for (const { action, path, question } of yield* Engine.plan(workflow, state)) {
      if (action !== "decide") continue
      ran.push(path)
      state = yield* Engine.decide(workflow, state, path, decision(question))
    }
  }
})

/** Another output than a step has, of the same form. */
const other = (output: unknown) => (typeof output === "string" ? `${output}!` : { v: "another" })

const run = <A, E>(effect: Effect.Effect<A, E>, client: LlmClient.Service) =>
  Effect.runPromise(
    effect.pipe(
      Effect.provideService(LlmClient.LlmClient, client),
      Effect.provideService(Journal.Journal, Journal.makeMemory())
    )
  )

describe("what a step reads from", () => {
  it("has every step whose output changes what it is asked, in programs that seeds make", async () => {
    const seen = { changed: 0, ran: 0, untouched: 0 }
    for (let seed = 1; seed <= 250; seed++) {
      const random = seeded(seed)
      const it = caseOf(seed)
      const workflow = build(it.program)
      const { client } = model.make(false)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { state } = await run(
        Effect.flatMap(Engine.initialize(workflow, it.input), (state) => settled(workflow, state)),
        client
      )
      const reads = new Map(
        Workflow.stepPaths(workflow).map((path) => [path, Result.getOrThrow(Workflow.readsFrom(workflow, path))])
      )
      const done = Object.entries(state.records).filter(([, { result }]) => result !== undefined)
      for (const [path, { result }] of random.list(done.length === 0 ? 0 : 4, () => random.pick(done))) {
        // oxlint-disable-next-line no-await-in-loop
        const { ran } = await run(
          Effect.flatMap(Engine.set(workflow, state, path, other(result!.output)), (state) => settled(workflow, state)),
          client
        )
        const changed = definitionOf(reads.keys(), path)
        seen.changed++
        seen.ran += ran.length
        for (const one of ran.filter((one) => one !== path)) {
          const { steps } = reads.get(definitionOf(reads.keys(), one))!
          assert.include(steps, changed, `seed ${seed}: ${one} was asked anew after ${path} was changed`)
        }
        seen.untouched += [...reads.values()].filter(({ steps }) => !steps.includes(changed)).length
      }
    }
    assert.isAtLeast(seen.changed, 300)
    assert.isAtLeast(seen.ran, 200)
    assert.isAtLeast(seen.untouched, 1000)
  })
})

/** The path in a definition that stands for one of a run. */
const definitionOf = (paths: Iterable<string>, path: string): string =>
  [...paths].find((known) => {
    const [names, own] = [known.split("/"), path.split("/")]
    return names.length === own.length && names.every((name, i) => name === "*" || name === own[i])
  })!
