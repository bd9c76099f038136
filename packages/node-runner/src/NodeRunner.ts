import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import type { NodeServices } from "@effect/platform-node/NodeServices"
import * as Layer from "effect/Layer"
import type { LlmClient } from "@stepwright/core/LlmClient"
import type { TestRunner } from "@stepwright/core/TestRunner"
import type * as Workflow from "@stepwright/core/Workflow"
import type { Workspace } from "@stepwright/core/Workspace"
import type * as Budget from "@stepwright/llm/Budget"
import * as answering from "./internal/services/answering.ts"
import * as services from "./internal/services/layers.ts"
import * as testRunners from "./internal/services/testRunners.ts"
import type { Named as Model } from "./internal/services/models.ts"
import * as NodeHasher from "./NodeHasher.ts"
import * as NodeJournal from "./NodeJournal.ts"

export type { Answering, Problem } from "./internal/services/answering.ts"
export type { Named as Model } from "./internal/services/models.ts"

export interface Options extends answering.Answering {
  /** Models with names of their own, for steps to ask them by. */
  readonly models?: Readonly<Record<string, Model>>
  /** Where runs are journalled: `.stepwright/runs` unless given. */
  readonly directory?: string
  /** Where files are delivered: `out` unless given. */
  readonly out?: string
  /** Overwrite delivered files that were changed by hand. */
  readonly force?: boolean
  /** What of the caps is used up already. */
  readonly spent?: Budget.Spent
}

/** What a workflow's steps are given here. */
export type Services = LlmClient | Workspace | TestRunner

/**
 * All that a workflow needs to run on this machine: a journal and a workspace on disk, a sandbox for Python's tests, and
 * a client that `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `OPENAI_MODEL` describe. A missing key fails the first request.
 * Caps count what this layer's client spends: `spent` says what earlier processes did. With `cache` what a provider
 * answered before is taken from `.stepwright/cache`, as the command line does.
 *
 * ```ts no-run
 * const program = Engine.execute(AutomatedCodingWorkflow.workflow, Project.ofText("A set of integer intervals."))
 * Effect.runPromise(Effect.provide(program, NodeRunner.layer({ out: "out/intervals", maxCalls: 40 })))
 * ```
 */
export const layer = (options: Options = {}): Layer.Layer<Services, answering.Problem> =>
  Layer.mergeAll(
    NodeJournal.layer({ directory: options.directory ?? services.directory }),
    options.cache === true && answering.isOfProvider(options)
      ? services.cache({ directory: services.cacheIn(services.storeFolder) })
      : Layer.empty,
    answering.layer(options),
    services.workspace(options.out ?? "out", options.force ?? false),
    testRunners.layer(options.sandbox, options)
  ).pipe(Layer.provideMerge(NodeHasher.layer), Layer.provide([NodeFileSystem.layer, NodePath.layer]))

type MainOptions<R> = [Exclude<R, Services | NodeServices>] extends [never]
  ? [options?: { readonly layer?: Layer.Layer<R, unknown, Services | NodeServices> }]
  : [options: { readonly layer: Layer.Layer<Exclude<R, Services | NodeServices>, unknown, Services | NodeServices> }]

/**
 * Makes the program that calls it a command line for a workflow, with the commands of `stepwright`:
 * `node my-workflow.ts run --input …`. `layer` provides what else its steps need.
 */
export const main = <In, Out, E, R>(workflow: Workflow.Workflow<In, Out, E, R>, ...options: MainOptions<R>): void => {
  // a program that only uses the layer loads no command line
  void import("./cli/commandLine.ts").then(({ mainOf }) => mainOf(workflow, options[0]?.layer))
}
