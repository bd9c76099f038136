import * as Schema from "effect/Schema"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as OpenApi from "effect/http-api/OpenApi"
import { Note } from "@stepwright/core/Note"
import { TestCounts } from "@stepwright/core/TestRunner"
import { Usage } from "@stepwright/core/Usage"
import { WorkflowConfig } from "@stepwright/core/WorkflowConfig"
import { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { Author, WorkflowState } from "@stepwright/core/WorkflowState"
import { SeenStatus } from "@stepwright/core/WorkflowStatus"
import { Written } from "@stepwright/core/Workspace"
import { Edits, Fork, Path, Save, Saving, Source } from "./internal/api/edits.ts"
import { Cost, JsonSchema, Outlook, PlanEntry, Question, QuestionName, Usd } from "./internal/api/outlook.ts"
import { flat } from "./internal/files/publish.ts"
import * as RunLine from "./RunLine.ts"

export { Cost, Edits, Fork, Outlook, PlanEntry, Question, QuestionName, Save, Saving, Source }

// what a server of workflows does over HTTP, for clients too: nothing in here is of Node

const said = RunLine.Problem.fields

/** What was sent cannot be used as it is. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", said, { httpApiStatus: 400 }) {}
/** Nobody says who asks, or says it wrongly. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", said, { httpApiStatus: 401 }) {}
/** This server does not do that. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", said, { httpApiStatus: 403 }) {}
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", said, { httpApiStatus: 404 }) {}
/** As the run is, it cannot be done. */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", said, { httpApiStatus: 409 }) {}
/** What was read before is no longer there. */
export class Gone extends Schema.TaggedError<Gone>()("Gone", said, { httpApiStatus: 410 }) {}
/** Nothing more may be spent or started now. */
export class TooMany extends Schema.TaggedError<TooMany>()("TooMany", said, { httpApiStatus: 429 }) {}
/** It went wrong here. */
export class Failed extends Schema.TaggedError<Failed>()("Failed", said, { httpApiStatus: 500 }) {}

export const problems = [BadRequest, NotFound, Conflict, Forbidden, TooMany, Failed] as const

/** Who may ask: whoever has the token of the server. */
export class Authorization extends HttpApiMiddleware.Service<Authorization>()("@stepwright/node-runner/Authorization", {
  security: {
    token: HttpApiSecurity.bearer
  },
  error: [Unauthorized, Forbidden]
}) {}

/** Tells what of a request cannot be read. */
export class Readable extends HttpApiMiddleware.Service<Readable>()("@stepwright/node-runner/Readable", {
  error: BadRequest
}) {}

/** What a server is, and what it may do. */
export const Server = Schema.Struct({
  version: Schema.String,
  /** Whether it answers questions only. */
  isReadOnly: Schema.Boolean,
  /** What all that is begun may spend together; `null`: as much as it takes. */
  maxUsd: Schema.NullOr(Schema.Finite.annotate({ description: "USD" })),
  /** How many runs may be begun or gone on with in a minute. */
  maxStarts: Schema.Int
}).annotate({ identifier: "Server" })

const RunId = Schema.String.annotate({ description: "A run's id, the beginning of one, or `latest`." })
const Time = Schema.Finite.annotate({ description: "Milliseconds since 1970." })

/** A workflow that the server has. */
export const Workflow = Schema.Struct({
  name: Schema.String,
  version: Schema.Int,
  /** The module that exports it, or the file that defines it; none for one that comes with the command. */
  source: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Workflow" })

export const WorkflowDetails = Schema.Struct({
  ...Workflow.fields,
  input: JsonSchema,
  /** Its steps, as they nest. */
  definition: Schema.Json,
  mermaid: Schema.String
}).annotate({ identifier: "WorkflowDetails" })

/** `RUNNING`: a process is at it; `STOPPED`: it is in progress, and none is. */
export const Status = SeenStatus

/** A run in a list, or why it cannot be read. */
export const Listed = Schema.Union([
  Schema.Struct({
    run: Schema.String,
    workflow: Schema.String,
    status: Status,
    /** How many steps are done. */
    steps: Schema.Int,
    replies: Schema.Int,
    tokens: Usage,
    createdAt: Time,
    updatedAt: Time,
    /** Where it waits, and for what, while it is suspended. */
    waits: Schema.NullOr(Schema.Struct({ path: Path, code: Schema.String, message: Schema.String }))
  }),
  Schema.Struct({ run: Schema.String, error: Schema.String })
]).annotate({ identifier: "Listed" })

/** How a step looks. */
export const Look = Schema.Literals([
  "waiting",
  "running",
  "stopped",
  "stale",
  "undecided",
  "suspended",
  "done",
  "takenOver",
  "skipped",
  "failed"
])

export const StepStanding = Schema.Struct({
  path: Path,
  status: Look,
  why: Schema.optionalKey(Schema.String),
  attempts: Schema.Int,
  replies: Schema.Int,
  tokens: Usage,
  durationMillis: Schema.NullOr(Schema.Finite),
  error: Schema.optionalKey(Schema.String),
  by: Schema.optionalKey(Author),
  who: Schema.optionalKey(Schema.String),
  /** The run that a result from the cache was made for. */
  madeFor: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "StepStanding" })

/** How a run stands, as `stepwright status --json` says it. */
export const Standing = Schema.Struct({
  run: Schema.String,
  origin: Schema.optionalKey(Schema.String),
  workflow: Schema.String,
  status: Status,
  error: Schema.optionalKey(RunLine.Problem),
  undecided: Schema.optionalKey(Schema.Array(RunLine.Gate)),
  out: Schema.NullOr(Schema.String),
  files: Schema.Array(Written),
  changed: Schema.Array(Schema.String),
  tests: Schema.NullOr(TestCounts),
  red: Schema.Array(RunLine.RedTest),
  notes: Schema.Array(Note),
  replies: Schema.Int,
  tokens: Usage,
  usd: Schema.NullOr(Usd),
  /** How it differs from the definition of its workflow. */
  config: Schema.optionalKey(WorkflowConfig),
  createdAt: Time,
  updatedAt: Time,
  steps: Schema.Array(StepStanding)
}).annotate({ identifier: "Standing" })

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** What a run may use up: less than nothing would be more for others. */
export const Caps = {
  maxUsd: Schema.optionalKey(Usd.check(Schema.isGreaterThanOrEqualTo(0))),
  maxCalls: Schema.optionalKey(Count),
  maxTokens: Schema.optionalKey(Count)
}

export const Start = Schema.Struct({ workflow: Schema.String, input: Schema.Json, ...Caps }).annotate({
  identifier: "Start"
})

/** The run that is meant, and whether a process of this server works on it from now on. */
export const Begun = Schema.Struct({ run: Schema.String, status: Status }).annotate({ identifier: "Begun" })

/** What happens to a run, as it happens. An event has an id to go on after; a piece of a reply has none. */
export const Happening = Schema.Union([
  Schema.Struct({
    id: Schema.String,
    event: Schema.Literal("event"),
    data: Schema.fromJsonString(Schema.Struct({ number: Schema.Int, event: WorkflowEvent }))
  }),
  Schema.Struct({
    event: Schema.Literals(["partial", "delta", "discarded"]),
    data: Schema.fromJsonString(
      Schema.Struct({ path: Path, turn: Schema.Int, text: Schema.optionalKey(Schema.String) })
    )
  }),
  // no process works on it any more
  Schema.Struct({ event: Schema.Literal("rest"), data: Schema.fromJsonString(Schema.Struct({ run: Schema.String })) })
]).annotate({ identifier: "Happening" })

const { Description, Summary } = OpenApi
const run = { run: RunId }
const error = problems

const server = HttpApiGroup.make("server").add(
  HttpApiEndpoint.get("get", "/server", { success: Server, error }).annotate(Summary, "What the server may do")
)

const workflows = HttpApiGroup.make("workflows").add(
  HttpApiEndpoint.get("list", "/workflows", { success: Schema.Array(Workflow), error }).annotate(
    Summary,
    "The workflows that are served"
  ),
  HttpApiEndpoint.get("get", "/workflows/:workflow", {
    params: { workflow: Schema.String },
    success: WorkflowDetails,
    error
  }).annotate(Summary, "A workflow: the JSON Schema of its input, its steps, a diagram"),
  HttpApiEndpoint.get("sources", "/workflows/:workflow/sources", {
    params: { workflow: Schema.String },
    success: Schema.Array(Source),
    error
  }).annotate(Summary, "Where the text of each prompt stands"),
  HttpApiEndpoint.post("save", "/workflows/:workflow/save", {
    params: { workflow: Schema.String },
    payload: Save,
    success: Saving,
    error
  }).annotate(Summary, "Write edits to the files of a workflow, or tell in what these would differ")
)

const runs = HttpApiGroup.make("runs").add(
  HttpApiEndpoint.get("list", "/runs", {
    query: { workflow: Schema.optionalKey(Schema.String), status: Schema.optionalKey(Status) },
    success: Schema.Array(Listed),
    error
  }).annotate(Summary, "The runs, the last used first"),
  HttpApiEndpoint.post("start", "/runs", {
    payload: Start,
    success: Begun.pipe(HttpApiSchema.status(201)),
    error
  }).annotate(Summary, "Start a run"),
  HttpApiEndpoint.get("get", "/runs/:run", { params: run, success: Standing, error }).annotate(
    Summary,
    "How a run stands"
  ),
  HttpApiEndpoint.get("state", "/runs/:run/state", { params: run, success: WorkflowState, error }).annotate(
    Summary,
    "The state of a run"
  ),
  HttpApiEndpoint.get("plan", "/runs/:run/plan", { params: run, success: Schema.Array(PlanEntry), error }).annotate(
    Summary,
    "What a run would do, and why"
  ),
  HttpApiEndpoint.get("costs", "/runs/:run/costs", { params: run, success: Schema.Array(Cost), error }).annotate(
    Summary,
    "What each step of a run cost"
  ),
  HttpApiEndpoint.post("planOf", "/runs/:run/plan", {
    params: run,
    payload: Edits,
    success: Schema.Array(PlanEntry),
    error
  }).annotate(Summary, "What a run would do with edits, and why"),
  HttpApiEndpoint.get("gates", "/runs/:run/gates", { params: run, success: Schema.Array(Question), error }).annotate(
    Summary,
    "The gates that wait for a decision"
  ),
  HttpApiEndpoint.get("events", "/runs/:run/events", {
    params: run,
    headers: { "last-event-id": Schema.optionalKey(Schema.String) },
    query: { after: Schema.optionalKey(Schema.String) },
    success: HttpApiSchema.StreamSse({ events: Happening }),
    error: [...problems, Gone]
  }).annotate(Summary, "What happens to a run, as server-sent events"),
  HttpApiEndpoint.get("text", "/runs/:run/texts/:hash", {
    params: { ...run, hash: Schema.String },
    success: Schema.String.pipe(HttpApiSchema.asText()),
    error
  }).annotate(Summary, "A prompt or a reply, by its hash"),
  HttpApiEndpoint.get("file", "/runs/:run/file", {
    params: run,
    query: { path: Schema.String.annotate({ description: "One of the files that the run delivered." }) },
    success: Schema.String.pipe(HttpApiSchema.asText()),
    error
  }).annotate(Summary, "A file that a run delivered, as it is by now"),
  HttpApiEndpoint.post("resume", "/runs/:run/resume", {
    params: run,
    payload: Schema.Struct(Caps),
    success: Begun.pipe(HttpApiSchema.status(202)),
    error
  }).annotate(Summary, "Go on with a run"),
  HttpApiEndpoint.post("cancel", "/runs/:run/cancel", { params: run, success: Begun, error }).annotate(
    Summary,
    "Cancel a run"
  ),
  HttpApiEndpoint.post("step", "/runs/:run/step", {
    params: run,
    payload: Schema.Struct({ path: Path, force: Schema.optionalKey(Schema.Boolean) }),
    success: Begun.pipe(HttpApiSchema.status(202)),
    error
  }).annotate(Summary, "Execute one step"),
  HttpApiEndpoint.post("set", "/runs/:run/set", {
    params: run,
    payload: Schema.Struct({ path: Path, value: Schema.Json }),
    success: Outlook,
    error
  }).annotate(Summary, "Set the output of a step, or the input, by hand"),
  HttpApiEndpoint.post("decide", "/runs/:run/decide", {
    params: run,
    payload: Schema.Struct({ path: Path, decision: Schema.Json, of: Schema.optionalKey(QuestionName) }),
    success: Outlook,
    error
  }).annotate(Summary, "Decide a gate"),
  HttpApiEndpoint.post("fork", "/runs/:run/fork", {
    params: run,
    payload: Fork,
    success: Begun.pipe(HttpApiSchema.status(201)),
    error
  }).annotate(Summary, "Make a run with the results of another, and a new one of a step to come")
)

/**
 * What `stepwright serve` does over HTTP. `HttpApiClient.make(ServerApi.api)` is a client of it.
 *
 * ```ts
 * const client = HttpApiClient.make(ServerApi.api, { baseUrl: "http://127.0.0.1:4141" })
 * ```
 */
export const api = HttpApi.make("stepwright")
  .add(
    server.annotate(Description, "The server itself.").prefix("/api").middleware(Readable).middleware(Authorization),
    workflows.annotate(Description, "What can be run.").prefix("/api").middleware(Readable).middleware(Authorization),
    runs.annotate(Description, "Runs of workflows.").prefix("/api").middleware(Readable).middleware(Authorization)
  )
  // a field that is written wrong is none that was left out: what it asks for may be paid
  .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      title: "Stepwright",
      version: "1",
      description: "Runs of workflows, and what can be done.",
      license: { name: "MIT", identifier: "MIT" },
      servers: [{ url: "/", description: "The server that this document comes from." }],
      transform: flat
    })
  )
