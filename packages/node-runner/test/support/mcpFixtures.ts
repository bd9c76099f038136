import { createHmac } from "node:crypto"
import { Context, Effect, Layer, Option, Schema } from "effect"
import { McpSchema, McpServer } from "effect/ai"

// what the scenarios of @modelcontextprotocol/conformance want to find on a server

type Requests = Readonly<Record<string, McpSchema.McpInputRequest>>

const pixel = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="),
  (char) => char.charCodeAt(0)
)
const silence = Uint8Array.from(atob("UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="), (char) =>
  char.charCodeAt(0)
)

const none = Context.empty()
const text = (words: string) => ({ type: "text" as const, text: words })
const image = { type: "image" as const, data: pixel, mimeType: "image/png" }
const resource = (uri: string, mimeType: string, words: string) => ({
  type: "resource" as const,
  resource: { uri, mimeType, text: words }
})
const said = (...content: ReadonlyArray<unknown>) => new McpSchema.CallToolResult({ content: content as never })

const objectOf = (properties: object = {}, required: ReadonlyArray<string> = []) => ({
  type: "object" as const,
  properties,
  required
})

const elicitation = (message: string, properties: object): McpSchema.McpInputRequest => ({
  method: "elicitation/create",
  params: { mode: "form", message, requestedSchema: objectOf(properties, Object.keys(properties)) }
})
const sampling = (words: string, maxTokens: number): McpSchema.McpInputRequest => ({
  method: "sampling/createMessage",
  params: { messages: [{ role: "user", content: text(words) }], maxTokens }
})
const roots: McpSchema.McpInputRequest = { method: "roots/list", params: {} }

/** Asks a client of before for something, and tells what it answered. */
const asks = <A>(ask: (client: McpSchema.McpReverseClient) => Effect.Effect<A, unknown>) =>
  Effect.gen(function* () {
    const connection = yield* Effect.serviceOption(McpSchema.McpServerClient)
    if (Option.isNone(connection)) return yield* new McpSchema.InternalError({ message: "there is no way to ask" })
    return yield* ask(yield* connection.value.getClient)
  }).pipe(
    Effect.scoped,
    Effect.mapError((error) => new McpSchema.InternalError({ message: String(error) }))
  )

const elicits = (message: string, requestedSchema: object, say: (answer: McpSchema.ElicitResult) => string) =>
  asks((client) =>
    Schema.decodeUnknownEffect(McpSchema.ElicitRequestFormParams)({ message, requestedSchema }).pipe(
      Effect.flatMap(client.elicit)
    )
  ).pipe(Effect.map((answer) => said(text(say(answer)))))

const told = (answer: McpSchema.ElicitResult) =>
  `action=${answer.action}, content=${JSON.stringify("content" in answer ? answer.content : {})}`

/** A state that only this server can have made. */
const sealed = (state: string) => `${state}.${createHmac("sha256", "of this test").update(state).digest("hex")}`

/** Round after round: what is asked at each, and what is said at the end. */
const rounds = (all: ReadonlyArray<Requests>, end: (answers: unknown) => string, isStateful = false) =>
  Effect.gen(function* () {
    const { inputResponses = {}, requestState } = yield* McpSchema.McpRequestContext
    if (requestState !== undefined && !all.some((_, round) => sealed(String(round)) === requestState)) {
      return yield* new McpSchema.InvalidParams({ message: "this is no state of mine" })
    }
    const before = requestState === undefined ? 0 : Number(requestState.split(".", 1)[0])
    const isAnswered = Object.keys(all[before]!).every((key) => key in inputResponses)
    const round = isAnswered ? before + 1 : before
    const inputRequests = all[round]
    if (inputRequests === undefined) return said(text(end(inputResponses)))
    return new McpSchema.InputRequired({
      inputRequests,
      ...(isStateful && { requestState: sealed(String(round)) })
    })
  })

type Handle = Effect.Effect<
  McpSchema.CallToolResult | McpSchema.InputRequired,
  McpSchema.InternalError | McpSchema.InvalidParams,
  McpSchema.McpRequestContext
>

const answered = (answers: unknown) => JSON.stringify(answers)

const name = { user_name: elicitation("What is your name?", { name: { type: "string" } }) }

const wholeSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } }
    }
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" }
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false
}

const choices = ["option1", "option2", "option3"]
const titled = [
  { const: "value1", title: "First Option" },
  { const: "value2", title: "Second Option" },
  { const: "value3", title: "Third Option" }
]

const tools = (
  server: McpServer.McpServer["Service"]
): Readonly<Record<string, Handle | readonly [object, (given: never) => Handle]>> => {
  const log = (data: string) =>
    server.notifications["notifications/message"]({ level: "info", data }).pipe(Effect.ignore)
  const progress = (progress: number) =>
    Effect.gen(function* () {
      const context = yield* McpSchema.McpRequestContext
      const client = yield* Effect.serviceOption(McpSchema.McpServerClient)
      const { progressToken } = (Option.getOrElse(client, () => context).requestMetadata ?? {}) as {
        readonly progressToken?: string | number
      }
      if (progressToken === undefined) return
      yield* Effect.ignore(server.notifications["notifications/progress"]({ progressToken, progress, total: 100 }))
    })
  return {
    test_simple_text: Effect.succeed(said(text("This is a simple text response for testing."))),
    test_image_content: Effect.succeed(said(image)),
    test_audio_content: Effect.succeed(said({ type: "audio", data: silence, mimeType: "audio/wav" })),
    test_embedded_resource: Effect.succeed(
      said(resource("test://embedded-resource", "text/plain", "This is an embedded resource content."))
    ),
    test_multiple_content_types: Effect.succeed(
      said(
        text("Multiple content types test:"),
        image,
        resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
      )
    ),
    test_tool_with_logging: Effect.gen(function* () {
      yield* log("Tool execution started")
      yield* log("Tool processing data")
      yield* log("Tool execution completed")
      return said(text("logged"))
    }),
    test_logging_tool: Effect.as(log("it is called"), said(text("logged"))),
    test_error_handling: new McpSchema.InternalError({
      message: "This tool intentionally returns an error for testing"
    }),
    test_tool_with_progress: Effect.gen(function* () {
      for (const so of [0, 50, 100]) yield* progress(so)
      return said(text("done"))
    }),
    test_sampling: [
      objectOf({ prompt: { type: "string" } }, ["prompt"]),
      ({ prompt }: { readonly prompt: string }) =>
        asks((client) =>
          Schema.decodeUnknownEffect(McpSchema.CreateMessage.payloadSchema)(sampling(prompt, 100).params).pipe(
            Effect.flatMap(client.createMessage)
          )
        ).pipe(Effect.map(({ content }) => said(text(`LLM response: ${JSON.stringify(content)}`))))
    ],
    test_elicitation: [
      objectOf({ message: { type: "string" } }, ["message"]),
      ({ message }: { readonly message: string }) =>
        elicits(
          message,
          objectOf(
            {
              username: { type: "string", description: "User's response" },
              email: { type: "string", description: "User's email address" }
            },
            ["username", "email"]
          ),
          (answer) => `User response: ${told(answer)}`
        )
    ],
    test_elicitation_sep1034_defaults: elicits(
      "Defaults",
      objectOf({
        name: { type: "string", default: "John Doe" },
        age: { type: "integer", default: 30 },
        score: { type: "number", default: 95.5 },
        status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
        verified: { type: "boolean", default: true }
      }),
      (answer) => `Elicitation completed: ${told(answer)}`
    ),
    test_elicitation_sep1330_enums: elicits(
      "Choices",
      objectOf({
        untitledSingle: { type: "string", enum: choices },
        titledSingle: { type: "string", oneOf: titled },
        legacyEnum: {
          type: "string",
          enum: ["opt1", "opt2", "opt3"],
          enumNames: ["Option One", "Option Two", "Option Three"]
        },
        untitledMulti: { type: "array", items: { type: "string", enum: choices } },
        titledMulti: { type: "array", items: { anyOf: titled } }
      }),
      (answer) => `Elicitation completed: ${told(answer)}`
    ),
    json_schema_2020_12_tool: [wholeSchema, () => Effect.succeed(said(text("it fits")))],
    test_headers: [
      objectOf({ region: { type: "string", "x-mcp-header": "Region" }, query: { type: "string" } }, ["region"]),
      ({ region }: { readonly region: string }) => Effect.succeed(said(text(region)))
    ],
    test_missing_capability: rounds([{ capital: sampling("What is the capital of France?", 100) }], answered),
    test_streaming_elicitation: rounds([name], answered),
    test_trigger_tool_change: Effect.as(
      Effect.ignore(server.notifications["notifications/tools/list_changed"]({})),
      said(text("changed"))
    ),
    test_trigger_prompt_change: Effect.as(
      Effect.ignore(server.notifications["notifications/prompts/list_changed"]({})),
      said(text("changed"))
    ),
    test_input_required_result_elicitation: rounds([name], answered),
    test_input_required_result_sampling: rounds(
      [{ capital_question: sampling("What is the capital of France?", 100) }],
      answered
    ),
    test_input_required_result_list_roots: rounds([{ client_roots: roots }], answered),
    test_input_required_result_request_state: rounds(
      [{ confirm: elicitation("Please confirm", { ok: { type: "boolean" } }) }],
      () => "state-ok",
      true
    ),
    test_input_required_result_tampered_state: rounds(
      [{ confirm: elicitation("Please confirm", { ok: { type: "boolean" } }) }],
      () => "state-ok",
      true
    ),
    test_input_required_result_multiple_inputs: rounds(
      [{ ...name, greeting: sampling("Generate a greeting", 50), client_roots: roots }],
      answered,
      true
    ),
    test_input_required_result_multi_round: rounds(
      [
        { step1: elicitation("Step 1: What is your name?", { name: { type: "string" } }) },
        { step2: elicitation("Step 2: What is your favorite color?", { color: { type: "string" } }) }
      ],
      answered,
      true
    ),
    test_input_required_result_capabilities: Effect.flatMap(McpSchema.McpRequestContext, ({ clientCapabilities }) =>
      rounds(
        [
          {
            ...(clientCapabilities.elicitation !== undefined && name),
            ...(clientCapabilities.sampling !== undefined && { greeting: sampling("Generate a greeting", 50) }),
            ...(clientCapabilities.roots !== undefined && { client_roots: roots })
          }
        ],
        answered
      )
    )
  }
}

const user = (...content: ReadonlyArray<unknown>) =>
  new McpSchema.GetPromptResult({ messages: content.map((content) => ({ role: "user", content })) as never })

type Arguments = Readonly<Record<string, string>>

const prompts: Readonly<
  Record<
    string,
    readonly [
      ReadonlyArray<string>,
      (
        given: Arguments
      ) => Effect.Effect<McpSchema.GetPromptResult | McpSchema.InputRequired, never, McpSchema.McpRequestContext>
    ]
  >
> = {
  test_simple_prompt: [[], () => Effect.succeed(user(text("This is a simple prompt for testing.")))],
  test_prompt_with_arguments: [
    ["arg1", "arg2"],
    ({ arg1, arg2 }) => Effect.succeed(user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)))
  ],
  test_prompt_with_embedded_resource: [
    ["resourceUri"],
    ({ resourceUri = "" }) =>
      Effect.succeed(
        user(
          resource(resourceUri, "text/plain", "Embedded resource content for testing."),
          text("Please process the embedded resource above.")
        )
      )
  ],
  test_prompt_with_image: [[], () => Effect.succeed(user(image, text("Please analyze the image above.")))],
  test_input_required_result_prompt: [
    [],
    () =>
      Effect.map(McpSchema.McpRequestContext, ({ inputResponses }) =>
        inputResponses === undefined
          ? new McpSchema.InputRequired({
              inputRequests: {
                user_context: elicitation("What context should the prompt use?", { context: { type: "string" } })
              }
            })
          : user(text(answered(inputResponses)))
      )
  ]
}

const contents = (uri: string, mimeType: string, what: string | Uint8Array) => ({
  contents: [typeof what === "string" ? { uri, mimeType, text: what } : { uri, mimeType, blob: what }]
})

const resources: ReadonlyArray<readonly [string, string, string | Uint8Array]> = [
  ["test://static-text", "text/plain", "This is the content of the static text resource."],
  ["test://static-binary", "image/png", pixel],
  ["test://watched-resource", "text/plain", "It is watched."]
]

const templated = McpServer.resource`test://template/${McpSchema.param("id", Schema.String)}/data`({
  name: "template",
  mimeType: "application/json",
  content: (uri, id) =>
    Effect.succeed(
      contents(uri, "application/json", JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }))
    )
})

/** Registers all of it. */
export const fixtures = Layer.effectDiscard(
  Effect.gen(function* () {
    const server = yield* McpServer.McpServer
    for (const [name, tool] of Object.entries(tools(server))) {
      const [inputSchema, handle] = Array.isArray(tool) ? tool : [objectOf(), () => tool]
      yield* server.addTool({
        tool: new McpSchema.Tool({ name, description: name, inputSchema }),
        annotations: none,
        handle: handle as (given: unknown) => Handle
      })
    }
    for (const [name, [given, handle]] of Object.entries(prompts)) {
      yield* server.addPrompt({
        prompt: new McpSchema.Prompt({
          name,
          description: name,
          arguments: given.map((name) => ({ name, description: name, required: true })) as never
        }),
        annotations: none,
        completions: Object.fromEntries(
          given.map((name) => [name, () => Effect.succeed({ completion: { values: ["paris", "park"] } } as never)])
        ),
        handle
      })
    }
    for (const [uri, mimeType, what] of resources) {
      yield* server.addResource({
        resource: new McpSchema.Resource({ uri, name: uri, mimeType }),
        annotations: none,
        handle: Effect.succeed(contents(uri, mimeType, what) as McpSchema.ReadResourceResult)
      })
    }
  })
).pipe(Layer.merge(templated))
