import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Hasher } from "@stepwright/core/Hasher"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import { type Sample, Project } from "./Project.ts"

/** Sample files as prompts show them: whole, or the beginning of one that is long, with its size and its hash. */
export const Shown = Schema.Array(Schema.Struct({ path: Schema.String, content: Schema.String }))
export type Shown = typeof Shown.Type

/** How much of one file is shown, and of all together. **Units** characters */
const most = 4000
const mostOfAll = 24_000

const beginning = (text: string, limit: number) => {
  // not in the middle of a character
  const cut = text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, "")
  return cut.slice(0, cut.lastIndexOf("\n") + 1) || cut
}

const shown = (samples: ReadonlyArray<Sample>, hash: (text: string) => string): Shown => {
  let left = mostOfAll
  return samples.map(({ path, text }) => {
    const limit = Math.min(most, left)
    const content = text.length <= limit ? text : beginning(text, Math.min(limit, 1000))
    left -= content.length
    const rest = `... (the first ${content.length} of ${text.length} characters, SHA-256 ${hash(text)})`
    return { path, content: content.length === text.length ? text : `${content.trimEnd()}\n${rest}\n` }
  })
}

export const print = (samples: Shown): string => (samples.length === 0 ? "none" : OutputParser.files.print(samples))

export const Input = Schema.Struct({ samples: Project.fields.samples })

/** What prompts show of the samples. */
export const step = Step.effect("samples", {
  input: Input,
  output: Shown,
  run: ({ samples }) => Effect.map(Hasher, (hash) => shown(samples, hash))
})
