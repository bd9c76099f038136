import { Arbitrary, Schema } from "effect"

/** What shows that a text is no file of Python: a shell's prompt, what marks the lines of an edit, an open string. */
const signs = /[$>+\-…@|="']/g

/** The texts of one or more files, which hold anything but such signs: what marks a file in a reply, too. */
export const contents = Arbitrary.schema(
  Schema.NonEmptyArray(
    Schema.Array(
      Schema.Union([Schema.String, Schema.Literals(["\n", "```", "````python", "### File: `a.py`", "\r\n", " "])])
    )
  )
).pipe(Arbitrary.map((files) => files.map((parts) => parts.join("").replaceAll(signs, "x"))))
