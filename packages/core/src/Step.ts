import * as Effect from "effect/Effect"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import type * as Schema from "effect/Schema"
import { formatHole } from "./internal/ask/formatHole.ts"
import type { AnyCodec, JsonCodec } from "./internal/json/codec.ts"
import * as JsonCodec_ from "./internal/json/codec.ts"
import { defaultParser } from "./internal/parser/default.ts"
import * as modelCall from "./internal/ask/call.ts"
import type { StepOutputError } from "./internal/ask/call.ts"
import { LlmClient } from "./LlmClient.ts"
import type { LlmError } from "./LlmError.ts"
import type { LlmReply } from "./LlmReply.ts"
import type { LlmRequest, Message, Parameters } from "./LlmRequest.ts"
import type * as OutputParser from "./OutputParser.ts"
import * as PromptTemplate from "./PromptTemplate.ts"
import type { StepTemplateConfig } from "./WorkflowConfig.ts"

export { StepOutputError } from "./internal/ask/call.ts"

const TypeId = "~@stepwright/core/Step"

/** Where a step runs and who listens. `restore` makes interruptible what the runner around it made uninterruptible. */
export interface StepContext {
  readonly run: string
  readonly path: string
  /** Whether a reply that is kept somewhere, as on a cassette, is not good enough. */
  readonly fresh: boolean
  readonly restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Called with each reply of a model before it is parsed. */
  readonly replied: (request: LlmRequest, reply: LlmReply) => Effect.Effect<void>
}

/** A step that has its input: what it depends on besides the step itself, and its work. */
export interface Prepared<out Out, out E, out R> {
  readonly parts: Effect.Effect<Readonly<Record<string, unknown>>, E, R>
  readonly execute: (context: StepContext) => Effect.Effect<Out, E, R>
}

/** What a model step sends, and how: all of it data. */
export interface ModelSettings {
  readonly prompt: PromptTemplate.PromptTemplate<string>
  readonly system: string | undefined
  readonly parser: string
  readonly models: readonly [string, ...ReadonlyArray<string>]
  readonly parameters: Parameters
  readonly repair: number
}

/** One unit of work of a workflow: typed input → typed output. A value; `run` makes it a plain Effect. */
export interface Step<in In, out Out, out E = never, out R = never> extends Pipeable {
  readonly [TypeId]: typeof TypeId
  readonly name: string
  readonly version: number
  readonly input: JsonCodec<unknown>
  readonly output: JsonCodec<Out>
  readonly error: JsonCodec<unknown> | undefined
  /** What the fingerprint covers for any input. */
  readonly parts: Readonly<Record<string, unknown>>
  readonly prepare: (input: In) => Prepared<Out, E, R>
  /** Whether a recorded output still holds in the world outside. */
  readonly isCurrent: (output: unknown, input: In) => Effect.Effect<boolean, E, R>
  /** Present for steps that ask a model. */
  readonly model: ModelSettings | undefined
  /** The same step with other settings; what `defaults` says holds where neither the step nor `own` does. */
  readonly configure: (
    own: Omit<StepTemplateConfig, "prompt"> & { readonly prompt?: PromptTemplate.PromptTemplate<string> },
    defaults: StepTemplateConfig
  ) => Step<In, Out, E, R>
}

export type Any = Step<never, unknown, unknown, unknown>

export const isStep = (value: unknown): value is Any => typeof value === "object" && value !== null && TypeId in value

type Variables<V extends string> = { readonly [K in Exclude<V, typeof formatHole>]: PromptTemplate.Value }

/** What is said of a variable that the prompt has no hole for. */
type EveryVariableHasAHole<V, X> = [Exclude<keyof X, V>] extends [never]
  ? unknown
  : `the prompt has no hole {{${Exclude<keyof X, V> & string}}}`

export interface MakeOptions<V extends string, I extends AnyCodec, O extends AnyCodec, X> {
  readonly input: I
  readonly output: O
  readonly prompt: PromptTemplate.PromptTemplate<V> & EveryVariableHasAHole<NoInfer<V>, NoInfer<X>>
  readonly variables: (input: I["Type"]) => X
  readonly system?: string
  /** Earlier turns to learn from: what was asked, and the answer in the parser's own print. */
  readonly examples?: ReadonlyArray<{ readonly input: I["Type"]; readonly output: O["Type"] }>
  readonly parser?: OutputParser.OutputParser<O["Encoded"]>
  readonly model?: string | readonly [string, ...ReadonlyArray<string>]
  readonly parameters?: Parameters
  /** How often to ask again when a reply does not parse; 2 by default. */
  readonly repair?: number
  /** Raise it when the code of the step changes in a way that its prompt does not show. */
  readonly version?: number
}

/**
 * A step that asks a language model.
 *
 * **Shape** input → prompt → reply → parser → output. **Fails with** `StepOutputError` when no reply could be used,
 * `LlmError` when the model could not be asked.
 *
 * ```ts
 * const summary = Step.make("summary", {
 *   input: Schema.Struct({ text: Schema.String }),
 *   output: Schema.String,
 *   prompt: PromptTemplate.make("Summarise in one sentence:\n{{text}}"),
 *   variables: ({ text }) => ({ text })
 * })
 * ```
 */
export const make = <const V extends string, I extends AnyCodec, O extends AnyCodec, X extends Variables<NoInfer<V>>>(
  name: string,
  options: MakeOptions<V, I, O, X>
): Step<I["Type"], O["Type"], StepOutputError | LlmError, LlmClient> =>
  modelStep({
    ...options,
    name,
    version: options.version ?? 1,
    input: JsonCodec_.make(options.input),
    output: JsonCodec_.make(options.output),
    // MakeOptions ties the holes of the prompt to the names of the variables
    prompt: options.prompt as PromptTemplate.PromptTemplate<string>,
    variables: options.variables as (input: I["Type"]) => Readonly<Record<string, PromptTemplate.Value>>,
    parser: (options.parser as OutputParser.OutputParser<unknown>) ?? defaultParser(options.output)
  })

interface ModelStepOptions<In, Out> {
  readonly name: string
  readonly version: number
  readonly input: JsonCodec<In>
  readonly output: JsonCodec<Out>
  readonly prompt: PromptTemplate.PromptTemplate<string>
  readonly variables: (input: In) => Readonly<Record<string, PromptTemplate.Value>>
  readonly system?: string
  readonly examples?: ReadonlyArray<{ readonly input: In; readonly output: Out }>
  readonly parser: OutputParser.OutputParser<unknown>
  readonly model?: string | readonly [string, ...ReadonlyArray<string>]
  readonly parameters?: Parameters
  readonly repair?: number
}

const modelStep = <In, Out>(
  options: ModelStepOptions<In, Out>
): Step<In, Out, StepOutputError | LlmError, LlmClient> => {
  const { name, output, parser, prompt, variables, version } = options
  const models = typeof options.model === "string" ? ([options.model] as const) : (options.model ?? ["default"])
  const parameters = options.parameters ?? {}
  const repair = options.repair ?? 2
  if (!(repair >= 0)) throw new Error(`step "${name}": repair must be 0 or more, not ${repair}`)
  const format = modelCall.format(name, parser, output)
  const ask = (input: In): Message => {
    const values = { ...variables(input), [formatHole]: parser.instructions }
    const text = PromptTemplate.render(prompt, values)
    const appended = parser.instructions === "" || prompt.holes.includes(formatHole) ? "" : `\n\n${parser.instructions}`
    return { role: "user", content: text + appended }
  }
  const opening: ReadonlyArray<Message> = [
    ...(options.system === undefined ? [] : [{ role: "system" as const, content: options.system }]),
    ...(options.examples ?? []).flatMap((example): ReadonlyArray<Message> => [
      ask(example.input),
      { role: "assistant", content: parser.print(output.encode(example.output)) }
    ])
  ]
  return proto({
    name,
    version,
    input: options.input,
    output,
    error: undefined,
    parts: { step: [name, version], parser: parser.id, format, parameters },
    prepare: (input) => {
      const messages = [...opening, ask(input)]
      return {
        parts: Effect.succeed({ prompt: messages }),
        execute: (context) =>
          modelCall.execute({ name, parser, output, models, parameters, repair, format }, messages, context)
      }
    },
    isCurrent: () => Effect.succeed(true),
    model: { prompt, system: options.system, parser: parser.id, models, parameters, repair },
    configure: (own, defaults) =>
      modelStep({
        ...defaults,
        ...options,
        ...own,
        parameters: { ...defaults.parameters, ...options.parameters, ...own.parameters }
      })
  })
}

export interface EffectOptions<I extends AnyCodec, O extends AnyCodec, E, R> {
  readonly input: I
  readonly output: O
  /** How the step's errors are written to the state; without it as tag and message. */
  readonly error?: Schema.Codec<E, unknown>
  readonly version?: number
  /** What the result depends on besides the input, as any JSON value: a sandbox's identity, the hash of a file. */
  readonly key?: (input: I["Type"]) => Effect.Effect<Schema.Json, E, R>
  /** Whether a recorded output still holds, say whether the files it tells of are there; if not, the step runs again. */
  readonly isCurrent?: (output: O["Type"], input: I["Type"]) => Effect.Effect<boolean, E, R>
  readonly run: (input: I["Type"]) => Effect.Effect<O["Type"], E, R>
}

/** A step that calls no model: any Effect with a Schema for its input and output. */
export const effect = <I extends AnyCodec, O extends AnyCodec, E = never, R = never>(
  name: string,
  options: EffectOptions<I, O, E, R>
): Step<I["Type"], O["Type"], E, R> => {
  const { isCurrent, key, run: work, version = 1 } = options
  const input = JsonCodec_.make(options.input)
  const self: Step<I["Type"], O["Type"], E, R> = proto({
    name,
    version,
    input,
    output: JsonCodec_.make(options.output),
    error: options.error && JsonCodec_.make(options.error),
    parts: { step: [name, version] },
    prepare: (value: I["Type"]) => ({
      parts:
        key === undefined
          ? Effect.succeed({ input: input.encode(value) })
          : Effect.map(key(value), (key) => ({ input: input.encode(value), key })),
      execute: ({ restore }) => restore(work(value))
    }),
    isCurrent: isCurrent ?? (() => Effect.succeed(true)),
    model: undefined,
    configure: () => self
  })
  return self
}

/** Runs a step by itself: no workflow, no record. */
export const run = <In, Out, E, R>(self: Step<In, Out, E, R>, input: In): Effect.Effect<Out, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    self.prepare(input).execute({ run: "", path: self.name, fresh: false, restore, replied: () => Effect.void })
  )

const proto = <In, Out, E, R>(fields: Omit<Step<In, Out, E, R>, typeof TypeId | "pipe">): Step<In, Out, E, R> => ({
  [TypeId]: TypeId,
  ...fields,
  pipe() {
    return pipeArguments(this, arguments)
  }
})
