import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { LlmReply } from "@stepwright/core/LlmReply"
import { identity, LlmRequest, Message } from "@stepwright/core/LlmRequest"
import * as jsonText from "../file/jsonText.ts"
import { sortedKeys } from "../file/sortedKeys.ts"

/** One recorded call. Its metadata says who asked first, for readers; the run is not kept. */
export interface Entry {
  readonly request: LlmRequest
  readonly reply: LlmReply
}

// One line of text a line of JSON, so that a change shows as such in a diff.
const Lines = Schema.Array(Schema.String).pipe(
  Schema.decodeTo(
    Schema.String,
    SchemaTransformation.transform<string, ReadonlyArray<string>>({
      decode: (lines) => lines.join("\n"),
      encode: (text) => text.split("\n")
    })
  )
)

const { messages: _messages, metadata, ...requestFields } = LlmRequest.fields
const { run: _run, fresh: _fresh, ...origin } = metadata.fields
const { id: _id, text: _text, ...replyFields } = LlmReply.fields

// A response's id is another one at each recording and of no use in a replay: it is left out.
const Recorded = Schema.Struct({
  ...origin,
  request: Schema.Struct({
    ...requestFields,
    messages: Schema.Array(Schema.Struct({ role: Message.fields.role, content: Lines }))
  }),
  reply: Schema.Struct({ ...replyFields, text: Lines })
})

const toEntry = ({ path, step, turn, request, reply }: typeof Recorded.Type): Entry => ({
  request: { ...request, metadata: { run: "", path, step, turn } },
  reply
})

/** Two entries for one request: a merge or an edit by hand leaves such, and only one of them could ever answer. */
const repeated = (all: ReadonlyArray<typeof Recorded.Type>) => {
  const seen = new Map<string, number>()
  for (const [index, recorded] of all.entries()) {
    const id = identity(toEntry(recorded).request)
    const first = seen.get(id)
    if (first !== undefined) return { path: [index], issue: `the same request as entries.${first}: keep one of them` }
    seen.set(id, index)
  }
  return true
}

const Single = Schema.Struct({
  version: Schema.Literal(1),
  entries: Schema.Array(Recorded).check(Schema.makeFilter(repeated))
})

const File = Schema.Struct({ version: Schema.Literal(2), ...Recorded.fields })

const decodeSingle = jsonText.decode(Single, { onExcessProperty: "error" })
const decode = jsonText.decode(File, { onExcessProperty: "error" })
const encode = Schema.encodeSync(File, { disableChecks: true })

/** The entries in the text of a cassette that is a single file, or all that is wrong with it and where. */
export const parseSingle = (text: string): Effect.Effect<ReadonlyArray<Entry>, ReadonlyArray<jsonText.Problem>> =>
  Effect.map(decodeSingle(text), ({ entries }) => entries.map(toEntry))

/** The entry in the text of a file, or all that is wrong with it and where. */
export const parse = (text: string): Effect.Effect<Entry, ReadonlyArray<jsonText.Problem>> =>
  Effect.map(decode(text), toEntry)

/** The text of a file, the same for equal entries. */
export const print = ({ request, reply }: Entry): string => {
  const { format, metadata } = request
  const { path, step, turn } = metadata
  const ordered = format.type === "json" ? { ...format, schema: sortedKeys(format.schema) } : format
  const file = encode({ version: 2, path, step, turn, request: { ...request, format: ordered }, reply })
  return `${JSON.stringify(file, null, 2).replace(unseen, escape)}\n`
}

/** What no editor shows, or takes for the end of a line. */
const unseen = /[\x7f-\x9f\u2028\u2029\ufeff]/gu

const escape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
