// One measurement of Effect's own workflows: an activity a step, in its engine in memory.
import { Effect, Layer, Schema } from "effect"
import { Activity, Workflow, WorkflowEngine } from "effect/workflow"
import { measure } from "../support/measure.ts"
import { Part } from "../support/part.ts"
import { beginning, expectPart, instant, promptOf } from "../support/workload.ts"

const count = Number(process.argv[2])

const decode = Schema.decodeEffect(Schema.fromJsonString(Part))
const reply = instant()
const ask = (_prompt: string) => Effect.sync(reply)

const stepOf = (i: number, title: string) =>
  Activity.make({
    name: `step${i}`,
    success: Part,
    execute: Effect.orDie(Effect.flatMap(ask(promptOf(title)), decode))
  })

const Chain = Workflow.make("Chain", {
  payload: { run: Schema.Int, part: Part },
  success: Part,
  idempotencyKey: ({ run }) => String(run)
})

const layer = Chain.toLayer(
  Effect.fnUntraced(function* (payload) {
    let { part } = payload
    for (let i = 0; i < count; i++) part = yield* stepOf(i, part.title)
    return part
  })
)

let runs = 0
const work = Effect.suspend(() => Chain.execute({ run: ++runs, part: beginning }))

// its engine in memory forgets nothing, so each run has one of its own
await measure(
  () =>
    Effect.runPromise(
      Effect.map(work, expectPart).pipe(Effect.provide(Layer.provideMerge(layer, WorkflowEngine.layerMemory)))
    ),
  count
)
