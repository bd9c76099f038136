import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmError, LlmErrorReason } from "@stepwright/core/LlmError"
import type { TestRunner } from "@stepwright/core/TestRunner"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import type { Workspace } from "@stepwright/core/Workspace"
import * as Prices from "@stepwright/llm/Prices"
import * as answering from "../../internal/services/answering.ts"
import { modelName } from "../../internal/services/openAi.ts"
import * as testRunners from "../../internal/services/testRunners.ts"
import { type CliError, usage } from "../base/cliError.ts"
import * as runs from "./runFolder.ts"
import type { RunSettings } from "./settings.ts"
import * as services from "../../internal/services/layers.ts"
import { spent } from "./usedUp.ts"
import * as workflowModule from "./workflowModule.ts"

/** A run with its workflow. */
export interface Session {
  readonly run: string
  readonly settings: RunSettings
  readonly state: WorkflowState
  readonly loaded: workflowModule.Loaded
}

/** The workflow of a run: that of the program, the one named, the one its settings name, or the ready one. */
export const workflowOf = Effect.fnUntraced(function* (
  named: string | undefined,
  settings: RunSettings | undefined,
  state: WorkflowState
): Effect.fn.Return<workflowModule.Loaded, CliError, FileSystem.FileSystem | Path.Path> {
  const loaded = yield* locate(named, settings, state)
  if (loaded.workflow.name === state.workflow) return loaded
  return yield* usage(
    loaded.module === undefined && loaded.program === undefined
      ? `the state is one of the workflow "${state.workflow}": say where that is, with --workflow M.ts#NAME`
      : `the state is one of the workflow "${state.workflow}", not of "${loaded.workflow.name}"`
  )
})

const locate = Effect.fnUntraced(function* (
  named: string | undefined,
  settings: RunSettings | undefined,
  state: WorkflowState
): Effect.fn.Return<workflowModule.Loaded, CliError, FileSystem.FileSystem | Path.Path> {
  const bound = yield* workflowModule.Bound
  if (bound !== undefined) return bound
  if (named !== undefined) return yield* workflowModule.load(named)
  if (settings?.program !== undefined) {
    return yield* usage(
      `run ${state.run} belongs to a program of its own: use \`node ${settings.program}\` in place of \`stepwright\``
    )
  }
  if (settings?.module !== undefined) return yield* workflowModule.load(`${settings.module}#${settings.name ?? ""}`)
  return yield* workflowModule.ready
})

/** A run with all that is needed to go on with it; `workflow` names another module than the one it has. */
export const open = Effect.fnUntraced(function* (reference: string, workflow?: string) {
  const run = yield* runs.find(reference)
  const known = yield* runs.readSettings(run)
  const state = yield* runs.state(run)
  const loaded = yield* workflowOf(workflow, known, state)
  const settings: RunSettings = {
    ...(known ?? { format: 1, out: `out/${run}` }),
    ...(yield* workflowModule.reference(loaded))
  }
  return { run, settings, state, loaded } satisfies Session
})

/** The last error that a model's client gave, to tell why a run ended. */
export interface Heard {
  reason?: LlmErrorReason
}

const listening = (heard: Heard) => (client: LlmClient.Service) => {
  const hear = ({ reason }: LlmError) => Effect.sync(() => void (heard.reason = reason))
  return LlmClient.make(
    (request) => Effect.tapError(client.generate(request), hear),
    (request) => Stream.tapError(client.stream(request), hear)
  )
}

/** What a run's requests to providers cost, where that is known. **Units** USD. */
export const costOf = (state: WorkflowState, settings: RunSettings) =>
  Effect.orElseSucceed(
    Effect.map(spentOf(state, settings), ({ cost }) => cost),
    () => undefined
  )

/** What a run used up, by the prices of its settings. */
const spentOf = Effect.fnUntraced(function* (state: WorkflowState, { model, prices, relay }: RunSettings) {
  return yield* spent(state.run, {
    isRelay: relay !== undefined,
    model: yield* modelName(model),
    prices: prices === undefined ? Prices.snapshot : yield* Prices.fromFile(prices)
  })
})

type Services = LlmClient.LlmClient | Workspace | TestRunner

/** What a run's settings put around a client, with what is used up of its caps. */
const around = Effect.fnUntraced(function* ({ settings, state }: Pick<Session, "settings" | "state">) {
  const { maxCalls, maxTokens, maxUsd } = settings
  const isCapped = maxCalls !== undefined || maxTokens !== undefined || maxUsd !== undefined
  return answering.around({ ...settings, ...(isCapped && { spent: yield* spentOf(state, settings) }) })
})

/**
 * What the steps of a run work with. The workflow's own layer may bring a client along: what the settings say of caps,
 * recordings and who answers holds for that too. Without `asks` a model is there by name only.
 */
export const layer = (
  self: Session,
  options: { readonly heard?: Heard; readonly force?: boolean; readonly asks?: boolean } = {}
): Layer.Layer<Services, unknown, FileSystem.FileSystem | Path.Path> => {
  const { asks = true, force = false, heard = {} } = options
  const { loaded, settings } = self
  const nobody = LlmClient.layer(() => Effect.die(new Error("this command asks no model")))
  const client = asks ? answering.provider(settings) : nobody
  const own = Layer.mergeAll(client, services.workspace(settings.out, force), testRunners.layer(settings.sandbox))
  const all = Layer.provideMerge(loaded.layer, own)
  if (!asks) return all
  const listened = LlmClient.layerMiddleware(Effect.succeed(listening(heard)))
  return Layer.provideMerge(Layer.provide(listened, Layer.unwrap(around(self))), all)
}
