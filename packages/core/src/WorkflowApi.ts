import * as Effect from "effect/Effect"
import type * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Workflow } from "./Workflow.ts"
import * as WorkflowRuns from "./WorkflowRuns.ts"
import { RunId } from "./WorkflowState.ts"

/** Tells what of a request cannot be read. */
export class Readable extends HttpApiMiddleware.Service<Readable>()("@stepwright/core/WorkflowApi/Readable", {
  error: WorkflowRuns.RunBadRequest
}) {}

const readable = HttpApiMiddleware.layerSchemaErrorTransform(Readable, (error) =>
  // an answer that cannot be written is no fault of who asks
  error.kind === "Body" || error.kind === "ResponseHeaders"
    ? Effect.fail(error)
    : Effect.fail(new WorkflowRuns.RunBadRequest({ code: "Malformed", message: error.cause.message }))
)

/** What happens to a run; the id of an event is its number. */
const Event: Schema.Codec<Sent<WorkflowRuns.Happening>, Sent<string>> = Schema.Struct({
  id: Schema.String,
  event: Schema.Literal("event"),
  data: Schema.fromJsonString(WorkflowRuns.Happening)
})

interface Sent<A> {
  readonly id: string
  readonly event: "event"
  readonly data: A
}

/** The number of the event that who comes back had last. */
const After = Schema.NumberFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))

/**
 * Endpoints for the runs of a workflow, below `/` and the id: its input is the payload of `start`, its output a part of how
 * a run stands.
 *
 * ```ts
 * const shout = Step.effect("shout", {
 *   input: Schema.String,
 *   output: Schema.String,
 *   run: (text) => Effect.succeed(text.toUpperCase())
 * })
 * const greeting = Workflow.make("greeting", { input: Schema.String }).pipe(Workflow.bind("loud", shout, "input"))
 * const api = HttpApi.make("app").add(WorkflowApi.group("greetings", greeting))
 * const layer = WorkflowApi.layer(api, "greetings", greeting)
 * ```
 */
export const group = <const Id extends string, In, Out, E, R, O = Out>(
  id: Id,
  workflow: Workflow<In, Out, E, R>,
  options?: WorkflowRuns.Options<Out, O>
) => {
  const output = WorkflowRuns.outputSchema(workflow, options)
  const success: Schema.Codec<WorkflowRuns.Standing<O>, unknown> = WorkflowRuns.standing(output).annotate({
    identifier: `${id}Run`
  })
  const { Summary } = OpenApi
  const params = { run: RunId }
  const error = WorkflowRuns.problems
  const accepted = success.pipe(HttpApiSchema.status(202))
  return HttpApiGroup.make(id)
    .add(
      HttpApiEndpoint.post("start", `/${id}`, {
        payload: WorkflowRuns.inputSchema(workflow),
        success: success.pipe(HttpApiSchema.status(201)),
        error
      }).annotate(Summary, "Start a run"),
      HttpApiEndpoint.get("get", `/${id}/:run`, { params, success, error }).annotate(
        Summary,
        "How a run stands, with its output once it is done"
      ),
      HttpApiEndpoint.get("events", `/${id}/:run/events`, {
        params,
        query: { after: Schema.optionalKey(After) },
        headers: { "last-event-id": Schema.optionalKey(After) },
        success: HttpApiSchema.StreamSse({ events: Event }),
        error
      }).annotate(Summary, "What happens to a run, as server-sent events"),
      HttpApiEndpoint.post("decide", `/${id}/:run/decide`, {
        params,
        payload: Schema.Struct({ path: Schema.String, decision: Schema.Json }),
        success,
        error
      }).annotate(Summary, "Decide a gate"),
      HttpApiEndpoint.post("resume", `/${id}/:run/resume`, { params, success: accepted, error }).annotate(
        Summary,
        "Go on with a run"
      ),
      HttpApiEndpoint.post("cancel", `/${id}/:run/cancel`, { params, success, error }).annotate(Summary, "Cancel a run")
    )
    .annotate(OpenApi.Description, `Runs of the workflow "${workflow.name}".`)
    .middleware(Readable)
}

/** A group as it is handled, whatever its types. */
type Untyped = ReturnType<typeof group<string, unknown, unknown, never, never>>

/** An endpoint of a group among others. */
type EndpointOf<
  Groups extends HttpApiGroup.Constraint,
  Id extends string,
  Name extends string
> = HttpApiEndpoint.WithIdentifier<HttpApiGroup.EndpointsWithIdentifier<Groups, Id>, Name>

/** What a group takes to start a run, and what it shows of an output. */
type Takes<Groups extends HttpApiGroup.Constraint, Id extends string> = HttpApiEndpoint.Payload<
  EndpointOf<Groups, Id, "start">
>["Type"]
type Gives<Groups extends HttpApiGroup.Constraint, Id extends string> = [EndpointOf<Groups, Id, "start">] extends [
  never
]
  ? never
  : HttpApiEndpoint.Success<EndpointOf<Groups, Id, "start">>["Type"] extends WorkflowRuns.Standing<infer O>
    ? O
    : never

/**
 * What answers the endpoints of a group of an API, with what the steps of the workflow need. Runs are kept by the
 * `Journal` that is there; those under way when the layer is closed are cancelled.
 */
export const layer = <
  ApiId extends string,
  Groups extends HttpApiGroup.Constraint,
  const Id extends HttpApiGroup.Identifier<Groups>,
  E,
  R
>(
  api: HttpApi.HttpApi<ApiId, Groups>,
  id: Id,
  workflow: Workflow<Takes<Groups, Id>, Gives<Groups, Id>, E, R>
): Layer.Layer<HttpApiGroup.Service<ApiId, Id> | Readable, never, R> => {
  const handlers = HttpApiBuilder.group(
    api as unknown as HttpApi.HttpApi<string, Untyped>,
    id as string,
    Effect.fnUntraced(function* (handlers) {
      // the group's own types say that the two belong together
      const runs = yield* WorkflowRuns.make(workflow as Workflow<unknown, unknown, E, R>)
      return handlers.handleAll({
        start: ({ payload }) => runs.start(payload),
        get: ({ params: { run } }) => runs.get(run),
        events: ({ headers, params: { run }, query: { after } }) =>
          Effect.map(
            runs.events(run, headers["last-event-id"] ?? after),
            Stream.map((happening) => ({ id: `${happening.number}`, event: "event" as const, data: happening }))
          ),
        decide: ({ params: { run }, payload: { decision, path } }) => runs.decide(run, path, decision),
        resume: ({ params: { run } }) => runs.resume(run),
        cancel: ({ params: { run } }) => runs.cancel(run)
      })
    })
  )
  return handlers.pipe(Layer.provide(WorkflowRuns.layer), Layer.provideMerge(readable)) as Layer.Layer<
    HttpApiGroup.Service<ApiId, Id> | Readable,
    never,
    R
  >
}
