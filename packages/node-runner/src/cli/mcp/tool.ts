// A tool of a model as the server registers it, and how one is made.

import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as StandardSchema from "@stepwright/core/StandardSchema"
import type * as McpSchema from "effect/ai/McpSchema"
import { usage } from "../base/cliError.ts"

/** A JSON Schema of an object. */
export type ObjectSchema = Readonly<Record<string, unknown>> & { readonly type: "object" }

/** What a tool answers: data, or what a person is to be asked before there is any. */
export type Answer = Readonly<Record<string, unknown>> | McpSchema.InputRequired

/** Whether a person is to be asked first. */
export const isAsking = (answer: unknown): answer is McpSchema.InputRequired =>
  Predicate.isTagged(answer, "InputRequired")

export interface About {
  readonly name: string
  readonly title: string
  readonly description: string
  /** Whether it only looks. */
  readonly isReadOnly?: boolean
  /** Whether a run goes on when it has answered, which it names. */
  readonly begins?: boolean
}

type Fields = Schema.Struct.Fields

/** The JSON Schema of an object that a Schema reads, if it reads one. */
export const objectSchemaOf = (schema: Schema.Codec<unknown, unknown>): ObjectSchema | undefined => {
  const root = StandardSchema.jsonSchema(schema) as Readonly<Record<string, unknown>>
  return root["type"] === "object" ? (root as ObjectSchema) : undefined
}

/** The JSON Schema of an object of fields. */
export const objectOf = (fields: Fields): ObjectSchema =>
  // a struct is an object
  objectSchemaOf(Schema.Struct(fields) as unknown as Schema.Codec<unknown, unknown>)!

/** A tool whose arguments and answers are of fields. */
export const tool = <In extends Fields, E, R>(
  about: About,
  input: In,
  output: Fields,
  handle: (input: Schema.Struct.Type<In>) => Effect.Effect<Answer, E, R>
) => {
  const codec = Schema.toCodecJson(Schema.Struct(input) as unknown as Schema.Codec<Schema.Struct.Type<In>, unknown>)
  const decode = Schema.decodeUnknownEffect(codec, { errors: "all" })
  return {
    ...about,
    input: objectOf(input),
    output: objectOf(output),
    handle: (given: unknown) =>
      Effect.flatMap(
        Effect.mapError(decode(given ?? {}), ({ message }) =>
          usage(`the arguments do not fit: ${message}`, { target: about.name })
        ),
        handle
      )
  }
}
