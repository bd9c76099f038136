// What Effect's own workflows do of the workload: an activity a step.
import { Effect, Schema } from "effect"
import { Activity, Workflow } from "effect/workflow"
import { Part } from "./part.ts"
import { instant, promptOf } from "./workload.ts"

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

/** So many steps in a row, and what runs them. */
export const chainOf = (count: number) => ({
  workflow: Chain,
  layer: Chain.toLayer(
    Effect.fnUntraced(function* (payload) {
      let { part } = payload
      for (let i = 0; i < count; i++) part = yield* stepOf(i, part.title)
      return part
    })
  )
})
