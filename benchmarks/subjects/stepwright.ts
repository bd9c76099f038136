/* oxlint-disable no-await-in-loop -- one run after another */
// One measurement of Stepwright, whose packages are in the folder `tree`, as it is now or was before: of a chain, or of
// a fan-out, of so many steps.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import type * as Core from "@stepwright/core"
import { bytesBelow } from "../support/bytesBelow.ts"
import { countFlushes, flushes } from "../support/flushes.ts"
import { answer, measure } from "../support/measure.ts"
import { chain, fanOut, replied } from "../support/workflows.ts"
import { beginning, delayed, expectPart, instant, items } from "../support/workload.ts"

const [tree = "", what = "", shape = "", length = "", more = "", times = ""] = process.argv.slice(2)
const count = Number(length)
const isChain = shape === "chain"
countFlushes(more !== "unflushed")

const load = (path: string) => import(join(tree, "packages", path))
const core: typeof Core = await load("core/src/index.ts")
const { Engine, Journal, LlmClient } = core
const NodeHasher: typeof import("@stepwright/node-runner/NodeHasher") = await load("node-runner/src/NodeHasher.ts")
const NodeJournal: typeof import("@stepwright/node-runner/NodeJournal") = await load("node-runner/src/NodeJournal.ts")

const [ask, askLater] = [instant(), delayed()]
const model = LlmClient.layer(() =>
  isChain ? Effect.sync(() => replied(ask())) : Effect.map(Effect.promise(askLater), replied)
)
const never = LlmClient.layer(() => Effect.die("what is finished asks nothing"))

const workflow = isChain ? chain(core, count) : fanOut(core)
const input = isChain ? beginning : items(count)
const partsOf = (output: any): ReadonlyArray<unknown> => (isChain ? [output[`s${count - 1}`]] : output.all)

let runs = 0

const ran = Effect.gen(function* () {
  const { ending, state } = yield* Engine.run(
    workflow,
    yield* Engine.initialize(workflow, input, { run: `run-${++runs}` })
  )
  if (ending._tag !== "Completed") throw new Error(JSON.stringify(ending))
  for (const part of partsOf(ending.output)) expectPart(part)
  return state
}) as Effect.Effect<Core.WorkflowState.WorkflowState, unknown, Core.LlmClient.LlmClient>

const promise = <A, E>(
  work: Effect.Effect<A, E, Core.LlmClient.LlmClient>,
  client: Layer.Layer<Core.LlmClient.LlmClient> = model,
  journal: Layer.Layer<never> = Layer.empty
) => Effect.runPromise(Effect.provide(work, Layer.mergeAll(client, journal, NodeHasher.layer)))

const subjects: Readonly<Record<string, () => Promise<void>>> = {
  run: () => measure(() => promise(ran), count),
  resume: async () => {
    const state = await promise(ran)
    await measure(() => promise(Engine.run(workflow, state), never), count)
  },
  plan: async () => {
    const state = await promise(ran)
    await measure(() => promise(Engine.plan(workflow, state) as Effect.Effect<unknown>, never), count)
  },
  durable: async () => {
    const directory = mkdtempSync(join(tmpdir(), "stepwright-bench-"))
    const journal = NodeJournal.layer({ directory })
    await measure(
      () => promise(ran, model, journal),
      count,
      () => ({
        bytes: bytesBelow(join(directory, `run-${runs}`)) / count,
        flushes: flushes() / runs / count
      })
    )
    rmSync(directory, { recursive: true })
  },
  /** Leaves so many runs in the folder `more`. */
  leave: async () => {
    const journal = NodeJournal.layer({ directory: more })
    await answer(async () => {
      while (runs < Number(times)) await promise(ran, model, journal)
      return {}
    })
  },
  /** Loads the first of them. **Units** ms */
  load: async () => {
    const journal = NodeJournal.layer({ directory: more })
    const loaded = Effect.flatMap(Journal.Journal, ({ load }) => load("run-1"))
    // a layer that is built anew has read nothing
    await measure(() => promise(loaded, never, Layer.fresh(journal)), 1000)
  }
}

await subjects[what]!()
