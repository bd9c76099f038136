import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { AttemptSink } from "@stepwright/core/AttemptSink"
import { LlmClient } from "@stepwright/core/LlmClient"
import type { ResponseFormat } from "@stepwright/core/LlmRequest"
import { OpenAiLlm } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { completion, response } from "./support/openAiWire.ts"
import { send, serve } from "./support/server.ts"

const formatOf = (schema: Schema.Constraint, name = "task list"): ResponseFormat => {
  const { definitions, schema: root } = Schema.toJsonSchemaDocument(Schema.toCodecJson(schema))
  // a JSON Schema document is JSON
  return { type: "json", name, schema: { ...root, $defs: definitions } as Schema.Json }
}

/** A request for `format` to a server that answers `text`. */
const askFor = (format: ResponseFormat, text = "{}", options: Partial<OpenAiLlm.Options> = {}) =>
  Effect.gen(function* () {
    const body = options.api === "responses" ? response({ text }) : completion({ content: text })
    const { url, received } = yield* serve(send(200, body))
    let attempts = 0
    const started = () => Effect.sync(() => (attempts++, () => Effect.void))
    const reply = yield* Effect.flatMap(LlmClient, (client) => client.generate(request("ping", "Hi", { format }))).pipe(
      Effect.provide(OpenAiLlm.layer({ apiKey: Redacted.make("sk-1"), baseUrl: url, model: "model-1", ...options })),
      Effect.provideService(AttemptSink, { started }),
      Effect.result
    )
    return { reply, sent: received[0]?.body, attempts }
  })

interface Tree {
  readonly name: string
  readonly children: ReadonlyArray<Tree>
}
const Tree: Schema.Codec<Tree> = Schema.Struct({
  name: Schema.String,
  children: Schema.Array(Schema.suspend(() => Tree))
}).annotate({ identifier: "Tree" })

const Title = Schema.Struct({ title: Schema.String })
const strictTitle = {
  type: "object",
  properties: { title: { type: "string" } },
  required: ["title"],
  additionalProperties: false
}

describe("OpenAiLlm", () => {
  describe("structuredOutput", () => {
    it.live("sends the schema in strict mode, under a name that the API takes", () =>
      Effect.gen(function* () {
        const schema = { name: "task_list", schema: strictTitle, strict: true }
        const chat = yield* askFor(formatOf(Title))
        expect(chat.sent?.["response_format"]).toEqual({ type: "json_schema", json_schema: schema })
        const responses = yield* askFor(formatOf(Title), "{}", { api: "responses" })
        expect(responses.sent?.["text"]).toEqual({ format: { type: "json_schema", ...schema } })
      }).pipe(Effect.scoped)
    )

    const shapes: ReadonlyArray<[what: string, schema: Schema.Constraint, strict: unknown, asked: unknown]> = [
      ["a list", Schema.Array(Schema.String), { value: ["a"] }, ["a"]],
      ["a choice", Schema.Union([Title, Schema.Null]), { value: { title: "t" } }, { title: "t" }],
      ["a text", Schema.Literals(["yes", "no"]), { value: "yes" }, "yes"],
      [
        "what may be left out",
        Schema.Struct({ a: Schema.optionalKey(Schema.String), b: Schema.optionalKey(Schema.Finite) }),
        { a: null, b: 1 },
        { b: 1 }
      ],
      [
        "what breaks a rule of the schema",
        Schema.Struct({ a: Schema.optionalKey(Schema.String), b: Schema.NonEmptyString }),
        { a: null, b: "" },
        { b: "" }
      ],
      [
        "a record",
        Schema.Struct({ sizes: Schema.Record(Schema.String, Schema.Finite) }),
        { sizes: [{ "0": "a.ts", "1": 3 }] },
        { sizes: { "a.ts": 3 } }
      ],
      ["a record alone", Schema.Record(Schema.String, Schema.Finite), { value: [{ "0": "a", "1": 3 }] }, { a: 3 }],
      [
        "a pair",
        Schema.Struct({ at: Schema.Tuple([Schema.String, Schema.Int]) }),
        { at: { "0": "x", "1": 3 } },
        { at: ["x", 3] }
      ]
    ]
    for (const [what, schema, strict, asked] of shapes) {
      it.live(`gives ${what} the shape that was asked for, not that of strict mode`, () =>
        Effect.gen(function* () {
          const { reply } = yield* askFor(formatOf(schema), JSON.stringify(strict))
          expect(reply).toMatchObject({ _tag: "Success", success: { text: JSON.stringify(asked) } })
        }).pipe(Effect.scoped)
      )

      it.live(`takes ${what} as it was asked for from a server that does not know strict mode`, () =>
        Effect.gen(function* () {
          const text = `  ${JSON.stringify(asked)}\n`
          const { reply } = yield* askFor(formatOf(schema), text)
          expect(reply).toMatchObject({ _tag: "Success", success: { text } })
        }).pipe(Effect.scoped)
      )
    }

    it.live("leaves the text of every other reply as the model wrote it", () =>
      Effect.gen(function* () {
        const format = formatOf(
          Schema.Struct({ items: Schema.NonEmptyArray(Schema.String), note: Schema.NonEmptyString })
        )
        for (const text of ['{ "items": ["a"], "note": "" }', '{"items":["a', "No.", '{"items":{"0":"a"}}']) {
          const { reply } = yield* askFor(format, text)
          expect(reply).toMatchObject({ _tag: "Success", success: { text } })
        }
      }).pipe(Effect.scoped)
    )

    it.live("keeps a list that may not be empty a list", () =>
      Effect.gen(function* () {
        const { sent } = yield* askFor(formatOf(Schema.Struct({ items: Schema.NonEmptyArray(Schema.String) })))
        expect(sent).toMatchObject({
          response_format: {
            json_schema: {
              schema: { properties: { items: { type: "array", items: { type: "string" }, minItems: 1 } } }
            }
          }
        })
      }).pipe(Effect.scoped)
    )

    it.live("sends a schema that refers to itself", () =>
      Effect.gen(function* () {
        const { sent } = yield* askFor(formatOf(Tree))
        expect(JSON.stringify(sent?.["response_format"])).toContain('"$ref":"#/$defs/')
      }).pipe(Effect.scoped)
    )

    const free = formatOf(Schema.Struct({ data: Schema.Json }), "free")

    it.live("refuses a schema that strict mode cannot express, before any call", () =>
      Effect.gen(function* () {
        const { reply, sent, attempts } = yield* askFor(free)
        expect(reply).toMatchObject({ failure: { reason: { _tag: "InvalidRequest" } } })
        expect(String(reply)).toContain('schema "free" (any value is allowed at /properties/data)')
        expect([sent, attempts]).toEqual([undefined, 0])
      }).pipe(Effect.scoped)
    )

    it.live("sends such a schema otherwise when told to", () =>
      Effect.gen(function* () {
        const json = yield* askFor(free, "{}", { inexpressibleSchema: "json" })
        expect(json.sent).toMatchObject({ response_format: { type: "json_object" } })
        const text = yield* askFor(free, "{}", { inexpressibleSchema: "instructions" })
        expect(text.sent).not.toHaveProperty("response_format")
        expect(JSON.stringify(text.sent?.["messages"])).toContain("JSON Schema")
        const strict = yield* askFor(formatOf(Title), "{}", { inexpressibleSchema: "json" })
        expect(strict.sent).toMatchObject({ response_format: { type: "json_schema" } })
      }).pipe(Effect.scoped)
    )

    it.live(
      "sends every schema in the messages to servers that take none, the first message staying the only system's",
      () =>
        Effect.gen(function* () {
          const { sent } = yield* askFor(formatOf(Title), "{}", { structuredOutput: "json" })
          expect(sent?.["response_format"]).toEqual({ type: "json_object" })
          expect(sent?.["messages"]).toEqual([
            { role: "system", content: expect.stringMatching(/^Reply with JSON only.*\n\{"type":"object"/u) },
            { role: "user", content: "Hi" }
          ])
          const responses = yield* askFor(formatOf(Title), "{}", { structuredOutput: "json", api: "responses" })
          expect(responses.sent?.["text"]).toEqual({ format: { type: "json_object" } })
          const instructions = yield* askFor(formatOf(Title), "{}", { structuredOutput: "instructions" })
          expect(instructions.sent).not.toHaveProperty("response_format")
        }).pipe(Effect.scoped)
    )
  })
})
