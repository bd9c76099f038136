import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { DefinitionError } from "../DefinitionError.ts"
import { Fingerprint } from "../Fingerprint.ts"
import { LlmReply } from "../LlmReply.ts"
import { LlmRequest } from "../LlmRequest.ts"
import * as Usage from "../Usage.ts"
import { WorkflowEvent } from "../WorkflowEvent.ts"
import { format, StepRecord } from "../WorkflowState.ts"

/** Gives back what a Schema takes, compiled once; what it does not take is of no use to any test. */
const checked = <A>(name: string, schema: Schema.Codec<A, unknown>): ((value: unknown) => A) => {
  const check = Schema.decodeUnknownResult(Schema.toType(schema))
  return (value) =>
    Result.getOrThrowWith(check(value), ({ message }) => new DefinitionError({ place: name, detail: message }))
}

const checkedUsage = checked("usage", Usage.Usage)
const checkedReply = checked("reply", LlmReply)
const checkedRequest = checked("request", LlmRequest)
const checkedRecord = checked("record", StepRecord)

/** Tokens of a prompt and of a reply, 10 and 5 unless they are given. */
export const usage = (input = 10, output = 5, others: Usage.Usage = {}): Usage.Usage =>
  checkedUsage({ input, output, ...others })

/** A reply with this text, which the model ended by itself. */
export const reply = (text: string, fields: Partial<LlmReply> = {}): LlmReply =>
  checkedReply({ text, finishReason: "stop", usage: usage(), ...fields })

/** A request for text with one message. Each field may be another, metadata one by one. */
export const request = (
  prompt: string,
  {
    metadata,
    ...fields
  }: Partial<Omit<LlmRequest, "metadata">> & { readonly metadata?: Partial<LlmRequest["metadata"]> } = {}
): LlmRequest =>
  checkedRequest({
    model: "default",
    messages: [{ role: "user", content: prompt }],
    format: { type: "text" },
    parameters: {},
    ...fields,
    metadata: { run: "run", path: "step", step: "step", turn: 1, ...metadata }
  })

/** A fingerprint that no step has. */
export const fingerprint = (value = ""): Fingerprint => ({ value, parts: {} })

const at = 0
const step = { path: "step", step: "step", at }

const defaults = {
  RunInitialized: { format, run: "run", workflow: "workflow", version: 1, definition: "", input: null, at },
  RunImported: { run: "run", at },
  InputProvided: { input: null, at },
  RunStarted: { version: 1, definition: "", at },
  RunEnded: { status: "COMPLETED", orphaned: [], at },
  StepStarted: step,
  StepReplied: {
    path: step.path,
    turn: 1,
    model: "default",
    prompt: "prompt",
    reply: "reply",
    finishReason: "stop",
    usage: usage(),
    at
  },
  RequestStarted: { path: step.path, request: 1, model: "default", atMost: { input: 10 }, at },
  RequestEnded: { path: step.path, request: 1, at },
  StepSucceeded: { ...step, fingerprint: fingerprint(), output: null, by: "code" },
  StepFailed: { ...step, tag: "Error", message: "it failed" },
  ResultMoved: { from: "from", to: "to", answer: "", at },
  RepliesMoved: { from: "from", to: "to", opening: "prompt", at },
  ResultShared: { ...step, from: "step" },
  GateAsked: { ...step, fingerprint: "", question: "question" }
} satisfies { readonly [T in Tag]: Partial<Fields<T>> }

/** Each kind by its own Schema, a member of that of all, as it says more of what is wrong. */
const checkedEvents = new Map<string, (value: unknown) => WorkflowEvent>(
  WorkflowEvent.members.map((member) => {
    const tag = member.fields._tag.schema.literal
    return [tag, checked<WorkflowEvent>(tag, member as Schema.Codec<WorkflowEvent>)]
  })
)

type Tag = WorkflowEvent["_tag"]
type Event<T extends Tag> = Extract<WorkflowEvent, { readonly _tag: T }>
type Fields<T extends Tag> = Omit<Event<T>, "_tag">

/** What must be given: what no default is known for. */
type Given<T extends Tag> = Partial<Fields<T>> & Omit<Fields<T>, keyof (typeof defaults)[T] | OptionalKeys<Fields<T>>>
type OptionalKeys<A> = { [K in keyof A]-?: {} extends Pick<A, K> ? K : never }[keyof A]

/**
 * An event of this kind, with what is given in place of its defaults: run `run`, path and step `step`, time 0. Throws
 * a `DefinitionError` where the Schema refuses it.
 *
 * ```ts
 * const failed = Fixtures.event("StepFailed", { path: "draft", tag: "StepOutputError" })
 * assert.equal(failed.message, "it failed")
 * ```
 */
export const event = <T extends Tag>(
  tag: T,
  ...[fields]: {} extends Given<T> ? [fields?: Given<T>] : [fields: Given<T>]
): Event<T> =>
  // there is a Schema for every tag, and it has told that this is one
  checkedEvents.get(tag)!({ _tag: tag, ...defaults[tag], ...fields }) as Event<T>

/** A record of a step that nothing has happened to yet. */
export const record = (fields: Partial<StepRecord> = {}): StepRecord =>
  checkedRecord({
    step: "step",
    attempts: 0,
    replies: 0,
    usage: Usage.zero,
    requests: { started: 0, ended: 0, usage: Usage.zero },
    ...fields
  })
