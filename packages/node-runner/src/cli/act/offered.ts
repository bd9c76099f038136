import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Semaphore from "effect/Semaphore"
import * as ServerApi from "../../ServerApi.ts"
import { type CliError, usage } from "../base/cliError.ts"
import { Configuration } from "../config/configuration.ts"
import { atBeginning } from "../config/effective.ts"
import * as checked from "../module/checked.ts"
import { configured } from "../module/configured.ts"
import * as workflowModule from "../module/workflowModule.ts"
import { say } from "./problems.ts"

/** The workflows that a server has: they are named when it starts, and by no request. */
export interface Offered {
  readonly all: () => ReadonlyArray<workflowModule.Loaded>
  readonly get: (name: string) => Effect.Effect<workflowModule.Loaded, ServerApi.NotFound>
  /** What the files of configuration say, as they were read last. */
  readonly configuration: () => Configuration
  /** Reads the files anew: those of configuration, and those that define workflows. */
  readonly reload: Effect.Effect<void, CliError, FileSystem.FileSystem | Path.Path>
  /** Held by who changes these files. */
  readonly changing: Semaphore.Semaphore
}

export const Offered = Context.Service<Offered>("@stepwright/node-runner/Offered")

/** Those that references stand for; without any, the one that variables or files name, or those that come with the command. */
export const make = Effect.fnUntraced(function* (references: ReadonlyArray<string>) {
  const bound = yield* workflowModule.Bound
  const named = references.length > 0 ? references : [yield* atBeginning("workflow", undefined)]
  const found =
    bound !== undefined
      ? [bound]
      : yield* Effect.forEach(
          named.flatMap((one) => (one === undefined ? [] : [one])),
          workflowModule.load
        )
  const loaded = found.length > 0 ? found : [yield* workflowModule.ready(), yield* workflowModule.ready("change")]
  let all = yield* Effect.forEach(loaded, configured)
  let configuration = yield* Configuration
  const names = all.map(({ workflow }) => workflow.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) {
    return yield* usage(`two workflows are called "${twice}"`, { target: twice, fix: "serve one of them" })
  }
  const offered: Offered = {
    all: () => all,
    get: (name) => {
      const one = all.find(({ workflow }) => workflow.name === name)
      if (one !== undefined) return Effect.succeed(one)
      const fix = `name one of ${names.join(", ")}, or serve it with --workflow`
      return Effect.fail(new ServerApi.NotFound(say("NotFound", `there is no workflow "${name}" here`, name, fix)))
    },
    configuration: () => configuration,
    changing: yield* Semaphore.make(1),
    reload: Effect.gen(function* () {
      const now = { ...(yield* checked.read), store: configuration.store }
      const again = Effect.forEach(loaded, (one) => Effect.flatMap(read(one), configured))
      const made = yield* Effect.provideService(again, Configuration, now)
      configuration = now
      all = made
    })
  }
  return offered
})

/** A workflow that a file defines, as that is by now; code stays what it was. */
const read = (loaded: workflowModule.Loaded) =>
  loaded.module !== undefined && loaded.name === undefined ? workflowModule.load(loaded.module) : Effect.succeed(loaded)
