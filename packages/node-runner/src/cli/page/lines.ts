import { Buffer } from "node:buffer"
import type * as Schema from "effect/Schema"
import type { WorkflowConfig } from "@stepwright/core/WorkflowConfig"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import type { Answer, StepFailure } from "@stepwright/core/WorkflowState"
import { bytes as sizeOf } from "../base/format.ts"
import type { Held, Kind } from "./held.ts"

// What a page has of a run, in lines: `e` and an event, `t` and a text, or `x` and the size of a text that was left out.
// A text is asked for by its number among texts. All lines are JSON, so none has an end of a line in it.

export interface Line {
  readonly line: string
  /** What of it may be left out, and the line without. */
  readonly held?: Held | undefined
  readonly without?: string
}

type Scrub = (text: string) => string

/** What is made of a text in a value, by the name of the member that it is, or is in; `""`: it is a name itself. */
type Each = (key: string) => (text: string) => string

const walk = (value: Schema.Json, each: Each, key = ""): Schema.Json => {
  if (typeof value === "string") return each(key)(value)
  if (typeof value !== "object" || value === null) return value
  if (isList(value)) return value.map((part) => walk(part, each, key))
  const inside = insideOf(key, each)
  return Object.fromEntries(
    // records are by path, and a step may be called as anything here
    Object.entries(value).map(([name, part]) => [each("")(name), walk(part, inside, key === "records" ? "" : name)])
  )
}

/** What of an event says something, so that nothing in it is a digest of the journal's; and what is digests alone. */
const contents = new Set(["input", "output", "value", "message"])

/** Whatever is in these counts as what they are. */
const insideOf = (key: string, each: Each): Each =>
  contents.has(key) || key === "fingerprint" ? (name) => each(name === "" ? name : key) : each

const isList = (value: Schema.Json): value is ReadonlyArray<Schema.Json> => Array.isArray(value)

/** A value, each of its texts as `scrub` makes it, names of members too. */
export const scrubbed = (value: unknown, scrub: Scrub): Schema.Json =>
  // what a server says is JSON
  walk(value as Schema.Json, () => scrub)

/** Digests, and the first digits of them. */
const isDigest = (text: string): boolean => /^[\da-f]{64}$/u.test(text)
const isPart = (text: string): boolean => /^[\da-f]{8}$/u.test(text)

const bytesOf = (value: unknown): number => Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value))

const instead = (value: unknown): string => `(left out of this file: ${sizeOf(bytesOf(value))})`

/** A configuration less what it asks with: its templates, and the texts before which a reply ends. */
export const withoutTexts = (config: WorkflowConfig): WorkflowConfig =>
  // a step may have any of these names, but is an object
  JSON.parse(JSON.stringify(config), (key, value) => {
    if ((key === "prompt" || key === "system") && typeof value === "string") return instead(value)
    return key === "stop" && Array.isArray(value) ? value.map(instead) : value
  })

const ownConfig = ({ config }: { readonly config?: WorkflowConfig | undefined }) =>
  config && { config: withoutTexts(config) }

/** Makes lines, with a number for each text. */
export const make = (scrub: Scrub) => {
  const lines: Array<Line> = []
  let count = 0
  /** Digests say of a text that somebody guesses whether it is that, and cannot be compressed: each has a number. */
  const names = new Map<string, string>()
  const nameOf = (digest: string): string => {
    const known = names.get(digest)
    if (known !== undefined) return known
    const name = `#${names.size}`
    names.set(digest, name)
    return name
  }

  const addText = (kind: Kind | undefined, of: string, text: string): number => {
    const clean = scrub(text)
    const bytes = Buffer.byteLength(clean)
    lines.push({
      line: `t${JSON.stringify(clean)}`,
      without: `x${sizeOf(bytes)}`,
      held: kind && { kind, of: scrub(of), bytes }
    })
    return count++
  }

  const addEvent = (event: WorkflowEvent, textOf: (hash: string) => string | undefined) => {
    const place = (kind: Kind, of: string, digest: string) => {
      const text = names.has(digest) ? undefined : textOf(digest)
      if (text !== undefined) names.set(digest, String(addText(kind, of, text)))
    }
    if (event._tag === "StepReplied") {
      place("prompt", event.path, event.prompt)
      place("reply", event.path, event.reply)
    }
    if (event._tag === "GateAsked") place("question", event.path, event.question)
    const { held, without } = contentOf(event)
    const print = (one: object) => {
      // an event is JSON
      const json = walk(one as Schema.Json, (key) => {
        if (key === "" || contents.has(key)) return scrub
        const isName = (text: string) => isDigest(text) || (key === "fingerprint" && isPart(text))
        return (text) => (isName(text) ? nameOf(text) : scrub(text))
      })
      return `e${JSON.stringify(json)}`
    }
    lines.push({
      line: print(event),
      ...(held && { held: { ...held, of: scrub(held.of) } }),
      ...(without && { without: print(without) })
    })
  }
  return { lines, addText, addEvent }
}

const errorOf = (of: string, { message, value = null }: StepFailure): Held => ({
  kind: "error",
  of,
  bytes: bytesOf([message, value])
})

/** The errors in the state that a run starts from. */
export const errorsBefore = (event: WorkflowEvent): ReadonlyArray<Held> =>
  event._tag === "RunImported"
    ? Object.entries(event.state.records).flatMap(([path, { error, former = [] }]) =>
        [error, ...former].flatMap((one) => (one !== undefined && "message" in one ? [errorOf(path, one)] : []))
      )
    : []

const withoutOutput = (answer: Answer): Answer =>
  "output" in answer ? { ...answer, output: instead(answer.output) } : answer

/** What an event says besides how the run went, and the event without that. */
const contentOf = (event: WorkflowEvent): { readonly held?: Held; readonly without?: object } => {
  switch (event._tag) {
    case "RunInitialized":
      return {
        held: { kind: "input", of: "", bytes: bytesOf(event.input) },
        without: { ...event, input: instead(event.input), ...ownConfig(event) }
      }
    case "InputProvided":
      return {
        held: { kind: "input", of: "", bytes: bytesOf(event.input) },
        without: { ...event, input: instead(event.input) }
      }
    case "RunImported": {
      const { state } = event
      const records = Object.entries(state.records).map(([path, record]) => {
        const { former, result } = record
        return [
          path,
          {
            ...record,
            ...(result && { result: withoutOutput(result) }),
            ...(former && { former: former.map(withoutOutput) })
          }
        ]
      })
      return {
        held: { kind: "output", of: state.run, bytes: bytesOf(state) },
        without: {
          ...event,
          state: { ...state, input: instead(state.input), ...ownConfig(state), records: Object.fromEntries(records) }
        }
      }
    }
    case "StepSucceeded":
      return {
        held: { kind: "output", of: event.path, bytes: bytesOf(event.output) },
        without: { ...event, output: instead(event.output) }
      }
    case "StepFailed":
      return { held: errorOf(event.path, event) }
    default:
      return {}
  }
}
