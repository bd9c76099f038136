import { Arbitrary, Schema } from "effect"

/** The texts of one or more files, which hold anything at all: what marks a file in a reply, too. */
export const contents = Arbitrary.schema(
  Schema.NonEmptyArray(
    Schema.Array(
      Schema.Union([Schema.String, Schema.Literals(["\n", "```", "````python", "### File: `a.py`", "\r\n", " "])])
    )
  )
).pipe(Arbitrary.map((files) => files.map((parts) => parts.join(""))))
