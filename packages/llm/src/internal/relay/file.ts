import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import { Parameters, type LlmRequest } from "@stepwright/core/LlmRequest"

/** What the head of a request file says. */
export const Head = Schema.Struct({
  id: Schema.String,
  path: Schema.String,
  step: Schema.String,
  turn: Schema.Int,
  model: Schema.String,
  format: Schema.String,
  parameters: Parameters,
  asked: Schema.DateTimeUtcFromString
})
export type Head = typeof Head.Type

const encode = Schema.encodeSync(Head)
const decode = Schema.decodeUnknownOption(Head)
const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Json))

/** The name of a request's files before `.request.md` and `.reply.md`: order, path, and what identifies the request. */
export const stem = (order: number, { metadata }: LlmRequest, id: string): string => {
  const path = metadata.path.replace(/[^\w.-]+/gu, "-").slice(0, 80)
  return `${String(order).padStart(3, "0")}-${path}-${id}`
}

/** The sentence by which a prompt says the shape of a reply in JSON. */
const [shape = ""] = OutputParser.json(Schema.Json).instructions.split("\n")

/** What looks like a heading of a request file. */
const heading = /^\s*#+\s*(?:message\s*\d|json schema)/imu

/**
 * The request as Markdown: a head of `name: JSON` lines, then each message under a heading of its role, and the JSON
 * Schema of the reply where no message says its shape. Where a message
 * has what looks like one, the headings end in the id, which no message can know: it is a hash of them all.
 */
export const print = (request: LlmRequest, id: string, reply: string, asked: DateTime.Utc): string => {
  const { model, messages, format, parameters, metadata } = request
  const { path, step, turn } = metadata
  const head = encode({ id, path, step, turn, model, format: format.type, parameters, asked })
  const isUnclear = messages.some(({ content }) => heading.test(content))
  const end = isUnclear ? ` (${id})` : ""
  return [
    "---",
    ...Object.entries(head).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
    "---",
    "",
    `The reply is the whole content of \`${reply}\` beside this file. Write it under another name, then rename it.`,
    ...(isUnclear
      ? ["", `The headings of this file end in (${id}); whatever else looks like one is part of a message.`]
      : []),
    ...messages.flatMap(({ role, content }, index) => [
      "",
      `# Message ${index + 1} of ${messages.length}: ${role}${end}`,
      "",
      content
    ]),
    ...(format.type === "json" && !messages.some(({ content }) => content.includes(shape))
      ? [
          "",
          `# JSON Schema of the reply: ${format.name}${end}`,
          "",
          "```json",
          JSON.stringify(format.schema, null, 2),
          "```"
        ]
      : []),
    ""
  ].join("\n")
}

/** The head of a request file, if it is one. */
export const parseHead = (text: string): Option.Option<Head> => {
  const [open, ...lines] = text.split("\n")
  const end = lines.indexOf("---")
  if (open !== "---" || end < 0) return Option.none()
  const fields = lines.slice(0, end).map((line) => {
    const colon = line.indexOf(": ")
    return [line.slice(0, colon), Option.getOrUndefined(decodeJson(line.slice(colon + 2)))] as const
  })
  return decode(Object.fromEntries(fields))
}
