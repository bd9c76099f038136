/**
 * All that the tests of what an earlier version wrote use of Stepwright. Where a name of the library changes, this file
 * changes and nothing else here: not the steps and workflows, whose fingerprints are stored, and no stored file.
 */
import { createHash } from "node:crypto"
import { NodeServices } from "@effect/platform-node"
import {
  Engine,
  Journal,
  LlmClient,
  type LlmReply,
  type LlmRequest,
  Step,
  TestRunner,
  type Workflow,
  type WorkflowError,
  WorkflowEvent,
  WorkflowState,
  Workspace
} from "@stepwright/core"
import * as Cassette from "@stepwright/llm/Cassette"
import * as MockLlm from "@stepwright/llm/MockLlm"
import * as Relay from "@stepwright/llm/Relay"
import * as NodeJournal from "@stepwright/node-runner/NodeJournal"
import * as NodeWorkspace from "@stepwright/node-runner/NodeWorkspace"
import { AutomatedCodingWorkflow } from "./coding/index.ts"
import { Effect, Layer, Stream } from "effect"

export { make as modelStep, effect as effectStep } from "@stepwright/core/Step"
export { make as template } from "@stepwright/core/PromptTemplate"
export { between, fence } from "@stepwright/core/PromptTemplateVariable"
export {
  choice,
  codeBlock,
  fields,
  files,
  json,
  map as mapParser,
  orElse,
  taggedBlocks,
  text
} from "@stepwright/core/OutputParser"
export {
  all,
  andThen,
  bind,
  forEach,
  forEachDependency,
  identity,
  let as value,
  make as workflow
} from "@stepwright/core/Workflow"
export {
  ArchitectureDesignStep,
  DeliveryStep,
  ImplementationStep,
  RequirementStep,
  TaskBreakdownStep,
  TestGenerationStep,
  VerificationStep
} from "./coding/index.ts"

export { main } from "@stepwright/node-runner/NodeRunner"

/** The coding workflow of then: that of now has other steps, prompts and input. */
export const readyWorkflow = AutomatedCodingWorkflow.workflow

/** What steps and workflows of these tests may need. */
export type Services = LlmClient.LlmClient | Workspace.Workspace | TestRunner.TestRunner
export type AnyStep = Step.Step<unknown, unknown, unknown, Services>
export type AnyWorkflow = Workflow.Workflow<unknown, unknown, unknown, Services>
export type State = WorkflowState.WorkflowState

/** A workflow with its types forgotten, to be kept with others. */
export const anyWorkflow = <In, Out, E, R extends Services>(workflow: Workflow.Workflow<In, Out, E, R>) =>
  workflow as unknown as AnyWorkflow

/** A state as its file has it: what the tests look at, since names in memory may change. */
export type Written = Readonly<Record<string, any>>
export const toText = (state: State): string => WorkflowState.toJson(state)
export const { format } = WorkflowState
export const fromText = (text: string) => WorkflowState.fromJson(text)
export const written = (state: State): Written => JSON.parse(toText(state))

export const initialize: (
  workflow: AnyWorkflow,
  input: unknown,
  options?: Engine.InitializeOptions
) => Effect.Effect<State, WorkflowError.WorkflowError> = Engine.initialize
export const run = (workflow: AnyWorkflow, state: State) =>
  Effect.map(Engine.run(workflow, state), ({ state }) => state)
export const load: (workflow: AnyWorkflow, run: string) => Effect.Effect<State, WorkflowError.WorkflowError> =
  Engine.load
/** A new run that starts from a state. */
export const adopt: (
  workflow: AnyWorkflow,
  state: State,
  options?: { readonly run?: string }
) => Effect.Effect<State, WorkflowError.WorkflowError> = Engine.import
/** Replaces a result, or with the path `input` the input of the run, by JSON. */
export const setByHand = Engine.set as (
  workflow: AnyWorkflow,
  state: State,
  path: string,
  value: unknown
) => Effect.Effect<State, WorkflowError.WorkflowError, Services>
/** What a run would do, as lines such as `run outline`. */
export const plan = (workflow: AnyWorkflow, state: State) =>
  Effect.map(Engine.plan(workflow, state), (entries) => entries.map(({ action, path }) => `${action} ${path}`))
/** Runs with replies streamed, as whoever shows them asks for. */
export const runStreamed = (workflow: AnyWorkflow, state: State) =>
  Stream.runDrain(Engine.events(workflow, state, { deltas: true }))

/** A journal on the disk, below a folder that holds the runs' folders. */
export const journal = (directory: string): Layer.Layer<never> => NodeJournal.layer({ directory })
/** A journal on the disk as it is read and written: the events of a run, in order, and its texts. */
export const openJournal = Effect.map(Journal.Journal, ({ append, getText, load, putText }) => ({
  append,
  getText,
  load,
  putText
}))
export const fold = WorkflowEvent.fold

/** A request as it is told apart from others, with who asked. */
export interface Asked extends Pick<LlmRequest.LlmRequest, "format" | "messages" | "model" | "parameters"> {
  readonly path: string
  readonly step: string
  readonly turn: number
  /** A reply that is kept somewhere is not good enough. */
  readonly fresh: boolean
}

const toAsked = ({ metadata, ...asked }: LlmRequest.LlmRequest): Asked => {
  const { fresh = false, path, step, turn } = metadata
  return { ...asked, path, step, turn, fresh }
}

const toRequest = ({ format, messages, model, parameters, path, step, turn }: Omit<Asked, "fresh">) => ({
  model,
  messages,
  format,
  parameters,
  metadata: { run: "", path, step, turn }
})

/** What a model answers: a text, pieces of one, or a reply. `undefined`: the request is not to be asked, and fails. */
export type Reply = string | ReadonlyArray<string> | Partial<LlmReply.LlmReply>
export type Answer = (asked: Asked) => Reply | undefined

const isPieces = (reply: Reply): reply is ReadonlyArray<string> => Array.isArray(reply)

/** A model that answers by a function, and keeps what it was asked. */
export const mock = (answer: Answer): Layer.Layer<LlmClient.LlmClient | MockLlm.Calls> =>
  MockLlm.layer((request) => {
    const reply = answer(toAsked(request))
    if (reply === undefined || typeof reply === "string") return reply
    return isPieces(reply) ? MockLlm.chunks(reply) : MockLlm.reply(reply)
  })
/** All that the model was asked so far, in order. */
export const asked = Effect.map(MockLlm.calls, (requests) => requests.map(toAsked))

/** A request put to the client of the surroundings, as a whole and as a stream. */
export const ask = (asked: Omit<Asked, "fresh">) =>
  Effect.gen(function* () {
    const client = yield* LlmClient.LlmClient
    const whole = yield* client.generate(toRequest(asked))
    const parts = yield* Stream.runCollect(client.stream(toRequest(asked)))
    const last = parts.at(-1)
    return { whole, streamed: last?._tag === "Finished" ? last.reply : undefined }
  })

/** Answers from a cassette alone. */
export const replay = (file: string): Layer.Layer<LlmClient.LlmClient | Cassette.Cassette, Cassette.CassetteError> =>
  Layer.provide(Cassette.layerReplay({ file }), NodeServices.layer)
/** Records the replies of the client below to a cassette. */
export const record = (file: string) => Layer.provide(Cassette.layerRecord({ file }), NodeServices.layer)
/** Records what a cassette lacks. */
export const recordMissing = (file: string) => Layer.provide(Cassette.layerAuto({ file }), NodeServices.layer)
/** The paths of the entries of a cassette that nothing asked for. */
export const unused = Effect.map(Cassette.unused, (origins) => origins.map(({ path }) => path))

/** A person or a program answers in a folder. */
export const relay = (directory: string) =>
  Layer.provide(Relay.layer({ directory, interval: "10 millis" }), NodeServices.layer)
/** A step by itself, without a run. */
export const runAlone = Step.run

/** Delivers files below a folder of the disk. */
export const deliver = (root: string, files: ReadonlyArray<{ readonly path: string; readonly content: string }>) =>
  Effect.flatMap(Workspace.Workspace, (workspace) => workspace.write(files)).pipe(
    Effect.provide(NodeWorkspace.layer({ root }))
  )

/** A workspace and a sandbox in memory, which finds that all is well. */
export const world = (
  options: { readonly files?: ReadonlyArray<string>; readonly sandbox?: string } = {}
): Layer.Layer<Workspace.Workspace | TestRunner.TestRunner> =>
  Layer.merge(
    Workspace.layerMemory(new Map((options.files ?? []).map((path) => [path, ""]))),
    Layer.succeed(TestRunner.TestRunner, {
      identity: options.sandbox ?? "memory",
      hasPytest: false,
      run: () =>
        Effect.succeed({
          tests: ["a", "b"].map((test) => ({ test, outcome: "passed" as const, asserts: true })),
          doubts: [],
          output: "",
          durationMillis: 5
        }),
      evaluate: () => Effect.succeed(null)
    })
  )

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")
