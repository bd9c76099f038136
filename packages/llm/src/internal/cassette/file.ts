import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { LlmReply } from "@stepwright/core/LlmReply"
import { identity, LlmRequest, Message } from "@stepwright/core/LlmRequest"
import * as jsonText from "../file/jsonText.ts"

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

const File = Schema.Struct({
  version: Schema.Literal(1),
  entries: Schema.Array(Recorded).check(Schema.makeFilter(repeated))
})

const decode = jsonText.decode(File, { onExcessProperty: "error" })
const encode = Schema.encodeSync(Recorded, { disableChecks: true })

/** The entries in a file's text, or all that is wrong with it and where. */
export const parse = (text: string): Effect.Effect<ReadonlyArray<Entry>, ReadonlyArray<jsonText.Problem>> =>
  Effect.map(decode(text), ({ entries }) => entries.map(toEntry))

/** A file's text in UTF-8, the same for the same entries: in order of path, turn and then hash, their key. */
export const print = (entries: Iterable<readonly [hash: string, entry: Entry]>): Uint8Array => {
  const sorted = [...entries].toSorted(
    ([hashA, { request: a }], [hashB, { request: b }]) =>
      compare(a.metadata.path, b.metadata.path) || a.metadata.turn - b.metadata.turn || compare(hashA, hashB)
  )
  return concat([
    head,
    ...sorted.flatMap(([, entry], index) => [index === 0 ? first : next, printOne(entry)]),
    sorted.length === 0 ? emptyTail : tail
  ])
}

const utf8 = new TextEncoder()
const head = utf8.encode('{\n  "version": 1,\n  "entries": [')
const first = utf8.encode("\n    ")
const next = utf8.encode(",\n    ")
const tail = utf8.encode("\n  ]\n}\n")
const emptyTail = utf8.encode("]\n}\n")

// A file is written anew for each recording, and all but one of its entries have not changed.
const printed = new WeakMap<Entry, Uint8Array>()

const printOne = (entry: Entry): Uint8Array => {
  const known = printed.get(entry)
  if (known !== undefined) return known
  const { request, reply } = entry
  const { path, step, turn } = request.metadata
  const json = JSON.stringify(encode({ path, step, turn, request, reply }), null, 2)
  // A line break in a JSON text is none of a string in it.
  const bytes = utf8.encode(json.replaceAll("\n", "\n    "))
  printed.set(entry, bytes)
  return bytes
}

const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
