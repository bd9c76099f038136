import { Effect, Layer } from "effect"
import * as api from "./api.ts"
import { everyStep, replies } from "./steps.ts"
import { config, report, shorter } from "./workflows.ts"

const definition = (workflow: api.AnyWorkflow, input: unknown, options?: { readonly config: typeof config }) =>
  Effect.map(api.initialize(workflow, input, options), (state) => api.written(state)["definition"] as string)

/** The replies of a model to all that the steps ask, in order. */
export const model: api.Answer = ({ step, turn }) => replies.get(step)?.[turn - 1]

/** What a run records of all steps as their fingerprints, and of workflows as the hashes of their definitions. */
export const fingerprints = Effect.gen(function* () {
  const state = yield* api.run(everyStep, yield* api.initialize(everyStep, null))
  const { records, status } = api.written(state)
  const tea = { topic: "tea" }
  return {
    status,
    definitions: {
      "every-step": yield* definition(everyStep, null),
      report: yield* definition(api.anyWorkflow(report), tea),
      "report, configured": yield* definition(api.anyWorkflow(report), tea, { config }),
      "report without labels": yield* definition(api.anyWorkflow(shorter), tea),
      "automated-coding": yield* definition(api.anyWorkflow(api.readyWorkflow), { requirement: "Tea." })
    },
    steps: Object.fromEntries(
      Object.entries<api.Written>(records).map(([path, { error, result }]) => [path, result?.fingerprint ?? error])
    )
  }
}).pipe(Effect.provide(Layer.merge(api.mock(model), api.world())))
