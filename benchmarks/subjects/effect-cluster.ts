// One measurement of Effect's own workflows on PostgreSQL: runs of 20 activities in a row, so many of them at a time.
import { NodeCrypto } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { ClusterWorkflowEngine, SingleRunner } from "effect/cluster"
import { chainOf } from "../support/activities.ts"
import { done, runtimeOf } from "../support/database.ts"
import { measure } from "../support/measure.ts"
import { beginning, expectPart, runsOf, stepsOfRun } from "../support/workload.ts"

const [atATime = "", url = ""] = process.argv.slice(2)
const width = Number(atATime)
const count = runsOf(width)

const { layer, workflow } = chainOf(stepsOfRun)
// its messages and its places are in the database, and no others are there to be talked to
const runtime = runtimeOf(url, (client) =>
  layer.pipe(
    Layer.provideMerge(ClusterWorkflowEngine.layer),
    Layer.provideMerge(SingleRunner.layer()),
    Layer.provide(NodeCrypto.layerDigest),
    Layer.provideMerge(client)
  )
)

let runs = 0
const ran = Effect.suspend(() => workflow.execute({ run: ++runs, part: beginning })).pipe(Effect.map(expectPart))

await measure(
  () =>
    runtime.runPromise(Effect.forEach(Array.from({ length: count }), () => ran, { concurrency: width, discard: true })),
  count * stepsOfRun,
  async () => ({ statements: (await runtime.runPromise(done)).statements / runs / stepsOfRun })
)
process.exit()
