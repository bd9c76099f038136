import * as Effect from "effect/Effect"
import * as Engine from "../../Engine.ts"
import { Journal } from "../../Journal.ts"
import { LlmClient } from "../../LlmClient.ts"
import * as journal from "./base/journal.ts"
import * as provider from "./provider.ts"
import type { Scene } from "./scene.ts"

/** Other runs one after another, which are nobody's business but that it goes on at the same time. */
export const beside = ({ besides, workflow, ...scene }: Scene, seed: number) => {
  const client = provider.make({
    ...scene,
    seed,
    latency: "any",
    model: besides.model,
    salt: besides.salt,
    spoilt: new Set(),
    life: 0,
    faults: [],
    budget: Infinity,
    happen: () => Effect.void,
    counts: false,
    atWork: new Set(),
    receive: () => {},
    found: () => {},
    stop: () => {}
  })
  return Effect.suspend(() => Engine.execute(workflow, besides.input, { run: "beside" })).pipe(
    Effect.provideService(
      Journal,
      journal.make(journal.makeKept(), () => "Kept")
    ),
    Effect.provideService(LlmClient, client),
    Effect.exit,
    Effect.andThen(Effect.sleep(100)),
    Effect.repeat({ times: 2 }),
    Effect.asVoid
  )
}
