import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import { Journal } from "@stepwright/core/Journal"
import { Cost } from "@stepwright/core/Spending"
import { isRunId } from "../../internal/disk/runId.ts"
import type { Answering } from "../../internal/services/answering.ts"
import { configuration } from "../base/cliError.ts"
import * as output from "../base/output.ts"
import { Configuration } from "../config/configuration.ts"
import * as consent from "../gate/consent.ts"
import type { Offered } from "../act/offered.ts"
import * as runFolder from "../run/runFolder.ts"
import { checkOut, setUp } from "../run/setUp.ts"
import { settingsOf } from "./settings.ts"

export interface Options {
  readonly offers: Offered
  /** What the worker was told of who answers, and how much. */
  readonly told: Answering
  /** The folder below which each run has one that it delivers into. */
  readonly out: string
  /** Whether packages may be installed unasked. */
  readonly yes: boolean
  /** What is kept of a run besides its journal. */
  readonly settings: (run: string) => Effect.Effect<string | undefined, unknown>
}

/** Works on a run of a cluster with what its steps need, as a run here is worked on. */
export const around =
  ({ offers, told, out, settings, yes }: Options) =>
  <A, E>(run: string, work: Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      // it becomes the name of a folder, and others wrote it
      if (!isRunId(run)) return yield* configuration(`${JSON.stringify(run)} is no id of a run`, { target: run })
      const path = yield* Path.Path
      const { events, state } = yield* runFolder.load(run)
      const loaded = offers.all().find(({ workflow }) => workflow.name === state.workflow)
      if (loaded === undefined) return yield* configuration(`it is a run of "${state.workflow}"`, { target: run })
      const kept = { run, out: path.join(out, run), settings: yield* settings(run) }
      const { services, usedUp } = yield* Effect.gen(function* () {
        const now = yield* settingsOf(told, kept)
        yield* checkOut(loaded, now)
        return yield* setUp({ run, events, state, loaded, settings: now })
      }).pipe(Effect.provideService(Configuration, offers.configuration()))
      const journal = yield* Journal
      const counting: typeof Journal.Service = {
        ...journal,
        append: (of, event) => Effect.tap(journal.append(of, event), () => Effect.sync(() => usedUp.add(event)))
      }
      return yield* consent.given(work, { json: true, noInput: true, yes }).pipe(
        Effect.provide([Layer.succeedContext(services), output.layerOfUsers]),
        Effect.provideService(Journal, counting),
        Effect.provideService(Cost, (of) => (of === run ? usedUp.cost() : undefined))
      )
    }).pipe(Effect.scoped)
