// Texts that break formats.

import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

/** Markup, escapes, line ends, control characters, white space of all kinds. */
const hostile = [
  "\\",
  "`",
  "```",
  "````",
  "~~~",
  "```py",
  "\n",
  "\n\n",
  "\r",
  "\r\n",
  "\0",
  " ",
  "\t",
  "  ",
  "\u00a0",
  "\u2028",
  "<think>",
  "</think>",
  "<answer>",
  "</answer>",
  "#### ",
  "- ",
  "**",
  ":",
  "{{doc}}",
  "/",
  "//",
  '"',
  "'",
  "{",
  "]",
  ","
]

/** Texts made of the given pieces, of what breaks formats, and of arbitrary strings. */
export const texts = (pieces: ReadonlyArray<string> = [], common: ReadonlyArray<string> = hostile) =>
  Arbitrary.schema(
    Schema.Array(
      Schema.Union([Schema.Literals([...pieces, ...common]), Schema.Literals(["a", "\n", ...pieces]), Schema.String])
    ).check(Schema.isMaxLength(24))
  ).pipe(Arbitrary.map((parts) => parts.join("")))
