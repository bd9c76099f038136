import * as Schema from "effect/Schema"

/** A text that must say something; what it says stands in the format's instructions. */
export const text = (description: string) => Schema.NonEmptyString.annotate({ description })

export const texts = (description: string) => Schema.Array(Schema.String).annotate({ description })
