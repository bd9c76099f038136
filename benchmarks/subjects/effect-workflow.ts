// One measurement of Effect's own workflows: an activity a step, in its engine in memory.
import { Effect, Layer } from "effect"
import { WorkflowEngine } from "effect/workflow"
import { chainOf } from "../support/activities.ts"
import { measure } from "../support/measure.ts"
import { beginning, expectPart } from "../support/workload.ts"

const count = Number(process.argv[2])

const { layer, workflow } = chainOf(count)

let runs = 0
const work = Effect.suspend(() => workflow.execute({ run: ++runs, part: beginning }))

// its engine in memory forgets nothing, so each run has one of its own
await measure(
  () =>
    Effect.runPromise(
      Effect.map(work, expectPart).pipe(Effect.provide(Layer.provideMerge(layer, WorkflowEngine.layerMemory)))
    ),
  count
)
