// The extension `io.modelcontextprotocol/tasks` of the protocol of 2026-07-28, which Effect has not: a call that goes on
// after its answer, and is asked about. What comes in are the tasks of a server; what goes out is a protocol that has them.

import * as Effect from "effect/Effect"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import { appendPreResponseHandlerUnsafe } from "effect/http/HttpEffect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"

export const extension = "io.modelcontextprotocol/tasks"

const Anything = Schema.Record(Schema.String, Schema.Unknown)

const about = {
  taskId: Schema.String,
  statusMessage: Schema.optionalKey(Schema.String),
  createdAt: Schema.String,
  lastUpdatedAt: Schema.String,
  /** How long it is kept; `null`: as long as its files are. */
  ttlMs: Schema.NullOr(Schema.Int),
  pollIntervalMs: Schema.optionalKey(Schema.Int)
}

/** A task as it is by now. */
export const Task = Schema.Union([
  Schema.Struct({ ...about, status: Schema.Literals(["working", "cancelled"]) }),
  Schema.Struct({
    ...about,
    status: Schema.Literal("input_required"),
    inputRequests: Schema.Record(Schema.String, Anything)
  }),
  Schema.Struct({ ...about, status: Schema.Literal("completed"), result: Anything }),
  Schema.Struct({
    ...about,
    status: Schema.Literal("failed"),
    error: Schema.Struct({ code: Schema.Int, message: Schema.String, data: Schema.optionalKey(Schema.Unknown) })
  })
])
export type Task = typeof Task.Type

type Failure = McpSchema.InvalidParams | McpSchema.InternalError

/** What a server does with the tasks that its tools begin. */
export interface Tasks {
  /** A task; nothing for an id that is none's. */
  readonly get: (taskId: string) => Effect.Effect<Task | undefined, Failure, McpSchema.McpRequestContext>
  /** Takes answers to what a task asks for. */
  readonly update: (taskId: string, answers: Answers) => Effect.Effect<void, Failure, McpSchema.McpRequestContext>
  readonly cancel: (taskId: string) => Effect.Effect<void, Failure, McpSchema.McpRequestContext>
}

export type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Whether the client takes a task for an answer. */
export const takesTasks = McpSchema.McpRequestContext.useSync(
  ({ clientCapabilities, protocolVersion }) =>
    protocolVersion === McpProtocol.v2026_07_28.protocolVersion &&
    Predicate.hasProperty(clientCapabilities, "extensions") &&
    Predicate.hasProperty(clientCapabilities.extensions, extension)
)

const mark = `${extension}/begun`

/** Metadata by which the answer of a tool becomes a task. */
export const begun = (task: Task): Readonly<Record<string, unknown>> => ({ [mark]: task })

const meta = { _meta: Schema.optionalKey(Anything) }

const error = Schema.Struct({
  code: Schema.Int,
  message: Schema.String,
  data: Schema.optionalKey(Schema.Unknown)
})

const Created = Schema.StructWithRest(Schema.Struct({ ...meta, resultType: Schema.Literal("task") }), [Anything])
const Complete = Schema.StructWithRest(Schema.Struct({ ...meta, resultType: Schema.Literal("complete") }), [Anything])

const Get = Rpc.make("tasks/get", {
  payload: { ...meta, taskId: Schema.String },
  success: Complete,
  error
})
const Update = Rpc.make("tasks/update", {
  payload: { ...meta, taskId: Schema.String, inputResponses: Schema.Record(Schema.String, Anything) },
  success: Complete,
  error
})
const Cancel = Rpc.make("tasks/cancel", { payload: { ...meta, taskId: Schema.String }, success: Complete, error })

/** An answer with another status of HTTP, where it goes over that. */
const withStatus = (status: number) =>
  Effect.withFiber((fiber) =>
    Effect.sync(() =>
      appendPreResponseHandlerUnsafe(fiber.context, (_, response) =>
        Effect.succeed(HttpServerResponse.setStatus(response, status))
      )
    )
  )

const required = {
  code: -32_021,
  message: `the client has to declare the extension ${extension}`,
  data: { requiredCapabilities: { extensions: { [extension]: {} } } }
}

/** Whether a request over HTTP is routed by the name of another task. */
const isMisrouted = (taskId: string) =>
  Effect.map(Effect.serviceOption(HttpServerRequest.HttpServerRequest), (request) => {
    const name = Option.getOrUndefined(request)?.headers["mcp-name"]
    return name !== undefined && McpServer.decodeNameHeader(name) !== taskId
  })

const misrouted = { code: McpSchema.HEADER_MISMATCH_ERROR_CODE, message: "Mcp-Name is not the id of the task" }

/** Work on a task of a client that has them, with what went wrong as the protocol says it. */
const forTask = <A>(taskId: string, work: Effect.Effect<A, Failure, McpSchema.McpRequestContext>) =>
  Effect.gen(function* () {
    const problem = !(yield* takesTasks) ? required : (yield* isMisrouted(taskId)) ? misrouted : undefined
    if (problem === undefined) return yield* work
    yield* withStatus(400)
    return yield* Effect.fail(problem)
  }).pipe(Effect.mapError(pick))

const pick = ({
  code,
  data,
  message
}: {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}) => ({
  code,
  message,
  ...(data !== undefined && { data })
})

const unknownTask = (taskId: string) => new McpSchema.InvalidParams({ message: `there is no task ${taskId}` })

const known = (tasks: Tasks, taskId: string) =>
  Effect.flatMap(tasks.get(taskId), (task) =>
    task === undefined ? Effect.fail(unknownTask(taskId)) : Effect.succeed(task)
  )

const complete = { resultType: "complete" as const }

const handlersOf = (tasks: Tasks) => ({
  "tasks/get": ({ taskId }: typeof Get.payloadSchema.Type) =>
    forTask(
      taskId,
      Effect.map(known(tasks, taskId), (task) => ({ ...complete, ...task }))
    ),
  "tasks/update": ({ inputResponses, taskId }: typeof Update.payloadSchema.Type) =>
    forTask(taskId, Effect.andThen(known(tasks, taskId), Effect.as(tasks.update(taskId, inputResponses), complete))),
  "tasks/cancel": ({ taskId }: typeof Cancel.payloadSchema.Type) =>
    forTask(taskId, Effect.andThen(known(tasks, taskId), Effect.as(tasks.cancel(taskId), complete)))
})

type Handler = (
  request: unknown,
  options: unknown
) => Effect.Effect<Readonly<Record<string, unknown>>, unknown, unknown>

/** What a tool answered, as a task where it says that it began one. */
const asTask = (answer: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { _meta } = answer
  if (!Predicate.isReadonlyObject(_meta) || !Predicate.hasProperty(_meta, mark)) return answer
  const { [mark]: task, ...others } = _meta as Readonly<Record<string, unknown>>
  return { ...(task as Task), resultType: "task", _meta: others }
}

interface Installing {
  readonly install: (protocol: unknown, rpcs: unknown, handlers: Readonly<Record<string, Handler>>) => unknown
}

/** The protocol of 2026-07-28 with these tasks. */
export const withTasks = (tasks: Tasks): typeof McpProtocol.v2026_07_28 => {
  const base = McpProtocol.v2026_07_28
  // its requests are a group of Rpc, of which the public type says less
  const { requests } = base.clientRpcs as unknown as RpcGroup.RpcGroup<Rpc.AnyWithProps>
  const calls = requests.get("tools/call")!
  const CallTool = Rpc.make("tools/call", {
    payload: calls.payloadSchema,
    success: Schema.Union([Created, calls.successSchema]),
    error: calls.errorSchema
  })
  const others = [...requests.values()].filter(({ _tag }) => _tag !== "tools/call")
  const clientRpcs = RpcGroup.make(...others, CallTool, Get, Update, Cancel)
  const adapter = {
    ...base,
    clientRpcs,
    // what it may be asked is looked up there
    handlerRpcs: clientRpcs,
    installHandlers: (core: unknown, lifecycle: unknown, target: Installing) =>
      base.installHandlers(core, lifecycle, {
        ...target,
        install: (protocol: unknown, _: unknown, handlers: Readonly<Record<string, Handler>>) =>
          target.install(protocol, clientRpcs, {
            ...handlers,
            "tools/call": (request, options) => Effect.map(handlers["tools/call"]!(request, options), asTask),
            ...(handlersOf(tasks) as unknown as Readonly<Record<string, Handler>>)
          })
      })
  }
  return adapter
}
