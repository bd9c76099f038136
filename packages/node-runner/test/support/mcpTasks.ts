import { Context, Effect, Layer } from "effect"
import { McpSchema, McpServer } from "effect/ai"
import { begun, extension, takesTasks, type Task, type Tasks } from "../../src/cli/mcp/taskProtocol.ts"

// the tools that the scenarios of @modelcontextprotocol/conformance for tasks call

interface Kept {
  readonly createdAt: number
  /** When it is done. */
  readonly until: number
  readonly end: () => Pick<Extract<Task, { readonly status: "completed" }>, "status" | "result"> | typeof broken
  readonly asks: Map<string, string>
  isCancelled: boolean
}

const broken = { status: "failed" as const, error: { code: -32_603, message: "it broke" } }

const text = (words: string, isError = false) => ({
  content: [{ type: "text" as const, text: words }],
  ...(isError && { isError })
})
const done =
  (words: string, isError = false) =>
  () => ({
    status: "completed" as const,
    result: { resultType: "complete", ...text(words, isError) }
  })

const kept = new Map<string, Kept>()

const nameForm = (message: string) => ({
  method: "elicitation/create" as const,
  params: {
    mode: "form",
    message,
    requestedSchema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] }
  }
})

const taskOf = (taskId: string, { asks, createdAt, end, isCancelled, until }: Kept): Task => {
  const at = new Date(createdAt).toISOString()
  const about = { taskId, createdAt: at, lastUpdatedAt: at, ttlMs: null, pollIntervalMs: 100 }
  if (isCancelled) return { ...about, status: "cancelled" }
  if (asks.size > 0) {
    const inputRequests = Object.fromEntries([...asks].map(([key, message]) => [key, nameForm(message)]))
    return { ...about, status: "input_required", inputRequests }
  }
  return Date.now() < until ? { ...about, status: "working" } : { ...about, ...end() }
}

export const tasks: Tasks = {
  get: (taskId) =>
    Effect.sync(() => {
      const found = kept.get(taskId)
      return found && taskOf(taskId, found)
    }),
  update: (taskId, answers) =>
    Effect.sync(() => {
      for (const key of Object.keys(answers)) kept.get(taskId)?.asks.delete(key)
    }),
  cancel: (taskId) =>
    Effect.sync(() => {
      const found = kept.get(taskId)!
      // what is done stays so
      if (found.asks.size > 0 || Date.now() < found.until) found.isCancelled = true
    })
}

/** Begins a task where the client takes one, and answers at once otherwise. */
const begin = (end: Kept["end"], { asks = [], seconds = 0 }: { asks?: ReadonlyArray<string>; seconds?: number } = {}) =>
  Effect.map(takesTasks, (isTaken) => {
    const id = crypto.randomUUID()
    const createdAt = Date.now()
    const task: Kept = {
      createdAt,
      until: createdAt + seconds * 1000,
      end,
      asks: new Map(asks.map((ask) => [`${ask}-${id}`, ask])),
      isCancelled: false
    }
    if (!isTaken) return new McpSchema.CallToolResult(text("at once") as never)
    kept.set(id, task)
    return new McpSchema.CallToolResult({ ...text("begun"), _meta: begun(taskOf(id, task)) } as never)
  })

type Handle = (
  given: Readonly<Record<string, never>>
) => Effect.Effect<McpSchema.CallToolResult | McpSchema.InputRequired, never, McpSchema.McpRequestContext>

const tools: Readonly<Record<string, Handle>> = {
  greet: ({ name }) => Effect.succeed(new McpSchema.CallToolResult(text(`Hello, ${name}!`) as never)),
  slow_compute: ({ seconds = 0 }) => begin(done("computed"), { seconds }),
  failing_job: () => begin(done("it does not work", true), { seconds: 1 }),
  protocol_error_job: () => begin(() => broken),
  confirm_delete: () => begin(done("deleted"), { asks: ["delete"] }),
  multi_input: () => begin(done("both are there"), { asks: ["one", "other"] }),
  test_tool_with_task: () =>
    Effect.gen(function* () {
      const { inputResponses } = yield* McpSchema.McpRequestContext
      if (inputResponses !== undefined) return yield* begin(done(JSON.stringify(inputResponses)))
      return new McpSchema.InputRequired({ inputRequests: { user_name: nameForm("What is your name?") } })
    })
}

const required = new Set(["failing_job", "test_tool_with_task"])

/** Refuses the calls of who takes no tasks, of tools that have no other answer. */
const onlyAsTasks = McpServer.middleware(
  (effect, { requestContext, target }) =>
    Effect.flatMap(Effect.provideService(takesTasks, McpSchema.McpRequestContext, requestContext), (isTaken) =>
      isTaken || !required.has(target)
        ? effect
        : Effect.fail(
            new McpSchema.McpErrorBase({
              code: -32_021,
              message: "it takes a client with tasks",
              data: { requiredCapabilities: { extensions: { [extension]: {} } } }
            })
          )
    ),
  { global: true }
)

export const taskTools = Layer.effectDiscard(
  Effect.gen(function* () {
    const server = yield* McpServer.McpServer
    for (const [name, handle] of Object.entries(tools)) {
      yield* server.addTool({
        tool: new McpSchema.Tool({ name, description: name, inputSchema: { type: "object" } }),
        annotations: Context.empty(),
        handle
      })
    }
  })
).pipe(Layer.merge(onlyAsTasks))
