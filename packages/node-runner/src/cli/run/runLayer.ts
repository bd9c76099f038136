import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { TestRunner } from "@stepwright/core/TestRunner"
import type { Workspace } from "@stepwright/core/Workspace"
import * as answering from "../../internal/services/answering.ts"
import * as services from "../../internal/services/layers.ts"
import * as testRunners from "../../internal/services/testRunners.ts"
import { type Heard, listening } from "./heard.ts"
import type { Session } from "./session.ts"
import { usedUpOf } from "./usedUp.ts"

type Services = LlmClient.LlmClient | Workspace | TestRunner

/** What the settings of a run put around a client: a cap of 40 calls, of which 12 are used up, lets 28 more through. */
const around = Effect.fnUntraced(function* ({ settings, state }: Pick<Session, "settings" | "state">) {
  const { maxCalls, maxTokens, maxUsd } = settings
  const isCapped = maxCalls !== undefined || maxTokens !== undefined || maxUsd !== undefined
  return answering.around({ ...settings, ...(isCapped && { spent: yield* usedUpOf(state, settings) }) })
})

/**
 * What the steps of a run work with. The workflow's own layer may bring a client along: what the settings say of caps,
 * recordings and who answers holds for that too. Without `asks` a model is there by name only.
 */
export const make = (
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
