import type * as FileSystem from "effect/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import * as LlmClient from "@stepwright/core/LlmClient"
import * as Workflow from "@stepwright/core/Workflow"
import type { TestRunner } from "@stepwright/core/TestRunner"
import type { Workspace } from "@stepwright/core/Workspace"
import type { Spent } from "@stepwright/llm/Budget"
import * as answering from "../../internal/services/answering.ts"
import * as services from "../../internal/services/layers.ts"
import * as testRunners from "../../internal/services/testRunners.ts"
import * as output from "../base/output.ts"
import { cache } from "../config/cache.ts"
import type { Session } from "./session.ts"

export type Services = LlmClient.LlmClient | Workspace | TestRunner

export interface Options extends Pick<answering.Options, "asked"> {
  /** Whether files that were changed by hand are overwritten. */
  readonly force?: boolean
  /** What of the caps is used up already: of 40 calls 12, so that 28 more are let through. */
  readonly spent?: Spent
  /** The models that steps name, and those of them that may never be asked. */
  readonly aliases?: ReadonlyArray<string>
  readonly perhaps?: ReadonlyArray<string>
}

type Needs = FileSystem.FileSystem | Path.Path

/**
 * What the steps of a run work with. The workflow's own layer may bring a client along: what the settings say of caps,
 * recordings and who answers holds for that too.
 */
export const make = (
  { loaded, settings }: Pick<Session, "loaded" | "settings">,
  { aliases = [], asked, force = false, perhaps = [], spent }: Options = {}
): Layer.Layer<Services, unknown, Needs> => {
  const known = { ...(asked !== undefined && { asked }), ...(spent !== undefined && { spent }) }
  const around = answering.around({ ...settings, perhaps, ...known }, aliases)
  const below = beside(loaded, settings, answering.provider(settings, aliases), force)
  return Layer.provideMerge(Layer.mergeAll(around, cached(settings)), below)
}

/** What was answered before, where a provider answers: of a client that does not say whom it asks nobody knows what it is worth. */
const cached = (settings: Session["settings"], isOnlyRead = false) =>
  Layer.unwrap(
    Effect.map(Effect.all([LlmClient.LlmClient, cache]), ([{ identify }, { isOn, ...options }]) =>
      !(settings.cache ?? isOn) || identify === undefined || !answering.isOfProvider(settings)
        ? Layer.empty
        : services.cache({ ...options, isOnlyRead })
    )
  )

/** The same for who only looks: a model is there by name only. */
export const withoutModel = ({
  loaded,
  settings
}: Pick<Session, "loaded" | "settings">): Layer.Layer<Services, unknown, Needs> =>
  Layer.provideMerge(cached(settings, true), beside(loaded, settings, nobody(loaded, settings), false))

/** Says which models it stands for, since other runs may have asked them; where that cannot be told, they have not. */
const nobody = ({ workflow }: Session["loaded"], settings: Session["settings"]) => {
  const silent = LlmClient.make(() => Effect.die(new Error("this command asks no model")))
  const aliases = Workflow.steps(workflow).flatMap(({ step }) => step.model?.models ?? [])
  return Layer.effect(
    LlmClient.LlmClient,
    Effect.scoped(Layer.build(answering.named(settings, aliases))).pipe(
      Effect.map((services) => ({ ...Context.get(services, LlmClient.LlmClient), ...silent })),
      Effect.orElseSucceed(() => silent)
    )
  )
}

const beside = (
  loaded: Session["loaded"],
  settings: Session["settings"],
  client: Layer.Layer<LlmClient.LlmClient, unknown, Needs>,
  force: boolean
) =>
  Layer.provideMerge(
    Layer.provide(loaded.layer, output.layerOfUsers),
    Layer.mergeAll(client, services.workspace(settings.out, force), testRunners.layer(settings.sandbox, settings))
  )
