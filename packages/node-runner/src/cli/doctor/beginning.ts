import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Struct from "effect/Struct"
import { Configuration } from "../config/configuration.ts"
import { atBeginning, effective } from "../config/effective.ts"
import * as checked from "../module/checked.ts"
import { configured } from "../module/configured.ts"
import { Bound, ready } from "../module/workflowModule.ts"
import { checkFlags, checkPython } from "../run/checkFlags.ts"
import * as runFolder from "../run/runFolder.ts"
import { checkAnswering, checkKey, checkOut } from "../run/setUp.ts"
import { answerTo, type Finding, limitOfPrograms, unanswered } from "./finding.ts"

/** What `run` looks at before a run of the workflow begins. */
const checks = Effect.gen(function* () {
  const settings = yield* effective({})
  const out = yield* atBeginning("out", undefined)
  yield* checkFlags({ ...settings, out })
  yield* checkPython(settings.python)
  const loaded = yield* configured((yield* Bound) ?? (yield* ready()))
  yield* checkKey(loaded, settings)
  yield* runFolder.checkStore
  yield* checkOut(loaded, { format: 1, ...settings, out: out ?? "out" })
  // a recording is made before anything is asked
  yield* checkAnswering(settings.record === undefined ? settings : Struct.omit(settings, ["record", "replay"]))
  return loaded.workflow.name
})

/** Whether a run of the workflow could begin. */
export const beginning = Effect.gen(function* () {
  const begun = yield* answerTo(
    Effect.flatMap(checked.read, (found) => Effect.provideService(checks, Configuration, found)),
    limitOfPrograms
  )
  const finding = Result.match(begun, {
    onFailure: (why) => unanswered("run", why, { means: "a run of the workflow cannot begin" }),
    onSuccess: (workflow): Finding => ({
      name: "run",
      standing: "ok",
      found: `a run of the workflow ${workflow} can begin`,
      value: { workflow }
    })
  })
  return { section: "run", findings: [finding] }
})
