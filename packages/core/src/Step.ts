import * as Effect from "effect/Effect"
import type { Pipeable } from "effect/Pipeable"
import type * as Schema from "effect/Schema"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import { formatHole } from "./internal/ask/formatHole.ts"
import { type ModelSettings, settingsOf, type StepOutputError } from "./internal/ask/call.ts"
import * as step from "./internal/ask/step.ts"
import { goesBack } from "./internal/json/codec.ts"
import * as codec from "./internal/standard/codec.ts"
import type { Name } from "./internal/words/name.ts"
import { defaultParser } from "./internal/parser/default.ts"
import type { LlmClient } from "./LlmClient.ts"
import type { LlmError } from "./LlmError.ts"
import type { Noted } from "./Note.ts"
import type { OutputParser } from "./OutputParser.ts"
import type { AnySchema, EffectSchema, Encoded, Given, Taken } from "./StandardSchema.ts"
import type { PromptTemplate } from "./PromptTemplate.ts"
import type { Delivered } from "./Workspace.ts"
import type { TestCounts } from "./TestRunner.ts"

export { type CallSettings, ModelSettings, StepOutputError } from "./internal/ask/call.ts"
export { formatHole } from "./internal/ask/formatHole.ts"
export type { AskSettings, Produces } from "./internal/ask/step.ts"
export type { Name } from "./internal/words/name.ts"

/** What a step or a workflow takes, gives, fails with and needs: types, and nothing at run time. */
export interface Types<in In, out Out, out E, out R> {
  readonly _In: (_: In) => void
  readonly _Out: (_: never) => Out
  readonly _E: (_: never) => E
  readonly _R: (_: never) => R
}

/** One unit of work of a workflow: typed input → typed output. A value; `run` makes it a plain Effect. */
export interface Step<in In, out Out, out E = never, out R = never> extends Pipeable {
  readonly "~@stepwright/core/Step": Types<In, Out, E, R>
  readonly name: string
  readonly version: number
  readonly input: AnyCodec
  readonly output: AnyCodec
  /** How its errors are written to the state, where it says so. */
  readonly error: AnyCodec | undefined
  /** Present for steps that ask a model. */
  readonly model: step.AskSettings | undefined
  /** What its output tells a report of the run: files that it delivered, or tests that it ran. */
  readonly produces: step.Produces | undefined
  /** Whether it waits for the decision of a person, as what `Workflow.gate` adds does. */
  readonly isGate: boolean
  /** Whether a `ResultCache` may have its results. */
  readonly cache: boolean
  /** Whether its work takes processor or memory, so that a `StepExecutor` may have another process do it. */
  readonly heavy: boolean
}

/** Any Schema that needs no services. */
export type AnyCodec = Schema.Codec<unknown, unknown>

export type Any = Step<never, unknown, unknown, unknown>

export const isStep = (value: unknown): value is Any => step.isStep(value)

/** What is said of a variable that the prompt has no hole for. */
type EveryVariableHasAHole<V, X> = [Exclude<keyof X, V>] extends [never]
  ? unknown
  : `the prompt has no hole {{${Exclude<keyof X, V> & string}}}`

export interface MakeOptions<
  V extends string,
  I extends AnySchema,
  O extends AnySchema,
  X,
  /** What an input is made of and is, and an output. */
  In = Given<I>,
  Input = Taken<I>,
  Out = Given<O>,
  Output = Taken<O>,
  Json = Encoded<O>
> extends ModelSettings {
  readonly input: I
  readonly output: O
  readonly prompt: PromptTemplate<V> & EveryVariableHasAHole<NoInfer<V>, NoInfer<X>>
  readonly variables: (input: Input) => X
  readonly system?: string
  /** Earlier turns to learn from: what was asked, and the answer in the parser's own print. */
  readonly examples?: ReadonlyArray<{ readonly input: In; readonly output: Out }>
  readonly parser?: OutputParser<Json>
  /** What is wrong with an output beside its input, said to the model, which is asked again; nothing or `""` if all is well. */
  readonly check?: (output: Output, input: Input) => string | undefined
  /** Raise it when the code of the step, its `check` too, changes in a way that its prompt does not show. */
  readonly version?: number
  /** `false`: no `ResultCache` has its results. */
  readonly cache?: boolean
}

interface AnyOptions extends ModelSettings {
  readonly input: AnySchema
  readonly output: AnySchema
  readonly error?: AnySchema
  readonly parser?: OutputParser<unknown>
  readonly version?: number
  readonly cache?: boolean
  readonly heavy?: boolean
}

const modelStep = (name: string, { cache = true, version = 1, ...options }: AnyOptions) => {
  const output = codec.make(options.output, `output of step "${name}"`)
  // MakeOptions ties the prompt's holes, the variables and the parser to each other and to input and output
  return step.modelStep({
    ...options,
    name,
    version,
    cache,
    settings: settingsOf(options),
    input: codec.make(options.input, `input of step "${name}"`),
    output,
    parser: options.parser ?? defaultParser(output.schema)
  } as never)
}

const effectStep = (name: string, { cache = false, error, heavy = false, version = 1, ...options }: AnyOptions) =>
  // EffectOptions ties what the functions take and give to input, output and error
  step.effectStep({
    ...options,
    name,
    version,
    cache,
    heavy,
    input: codec.make(options.input, `input of step "${name}"`),
    output: codec.make(options.output, `output of step "${name}"`),
    error: error && codec.make(error, `error of step "${name}"`)
  } as never)

/**
 * A step that asks a language model.
 *
 * **Shape** input → prompt → reply → parser → check → output. **Fails with** `StepOutputError` when no reply could be used,
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
export const make: {
  <
    const V extends string,
    I extends EffectSchema,
    O extends EffectSchema,
    // written out, as the compiler then does where a value is none of them
    X extends { readonly [P in Exclude<NoInfer<V>, typeof formatHole>]: string | number | boolean },
    const K extends string = string
  >(
    name: Name<K>,
    options: MakeOptions<V, I, O, X, I["Type"], I["Type"], O["Type"], O["Type"], O["Encoded"]>
  ): Step<I["Type"], O["Type"], StepOutputError | LlmError, LlmClient>
  <
    const V extends string,
    I extends AnySchema,
    O extends AnySchema,
    X extends { readonly [P in Exclude<NoInfer<V>, typeof formatHole>]: string | number | boolean },
    const K extends string = string
  >(
    name: Name<K>,
    options: MakeOptions<V, I, O, X>
  ): Step<Given<I>, Taken<O>, StepOutputError | LlmError, LlmClient>
} = modelStep as never

/** What a step may say that it produces, by what its output has. */
type ProducesFrom<Out> = [ProducesOf<Out>] extends [never]
  ? "its output has neither files, nor counts of tests, nor notes"
  : ProducesOf<Out>

type ProducesOf<Out> =
  | (Out extends Delivered ? "files" : never)
  | (Out extends Tested ? "tests" : never)
  | (Out extends Noted ? "notes" : never)

type Tested = Pick<TestCounts, "run" | "passed" | "skipped">

export interface EffectOptions<
  I extends AnySchema,
  O extends AnySchema,
  E,
  R,
  /** What an input is, and what an output is made of and is. */
  Input = Taken<I>,
  Out = Given<O>,
  Output = Taken<O>
> {
  readonly input: I
  readonly output: O
  /** How the step's errors are written to the state; without it as tag and message. */
  readonly error?: Schema.Codec<E, unknown> | StandardSchemaV1<E, E>
  readonly version?: number
  /** What the result depends on besides the input, as any JSON value: a sandbox's identity, the hash of a file. */
  readonly key?: (input: Input) => Effect.Effect<Schema.Json, E, R>
  /** Whether a recorded output still holds, say whether the files it tells of are there; if not, the step runs again. */
  readonly isCurrent?: (output: Output, input: Input) => Effect.Effect<boolean, E, R>
  /** `"files"`, `"tests"` or `"notes"`, for an output of that shape: reports then show it. */
  readonly produces?: ProducesFrom<Output>
  /**
   * `true`: a `ResultCache` may have its results, also for steps of the same name, version and Schemas in other runs. What
   * it comes to must then hang on its input and `key` alone, and be all that it does.
   */
  readonly cache?: boolean
  /**
   * `true`: its work takes processor or memory, so that on a cluster any worker with room does it. It must then find all it
   * needs on each of them, and ask no model. No part of what makes two results the same.
   */
  readonly heavy?: boolean
  readonly run: (input: Input) => Effect.Effect<Out, E, R>
}

/** A step that calls no model: any Effect with a Schema for its input and output. */
export const effect: {
  <I extends EffectSchema, O extends EffectSchema, E = never, R = never, const K extends string = string>(
    name: Name<K>,
    options: EffectOptions<I, O, E, R, I["Type"], O["Type"], O["Type"]>
  ): Step<I["Type"], O["Type"], E, R>
  <I extends AnySchema, O extends AnySchema, E = never, R = never, const K extends string = string>(
    name: Name<K>,
    options: EffectOptions<I, O, E, R>
  ): Step<Given<I>, Taken<O>, E, R>
} = effectStep as never

/** Runs a step by itself: no workflow, no record. */
export const run = <In, Out, E, R>(self: Step<In, Out, E, R>, input: In): Effect.Effect<Out, E, R> =>
  Effect.uninterruptibleMask((restore) => {
    const context = {
      run: "",
      path: self.name,
      fresh: false,
      restore,
      recall: () => Effect.undefined,
      replied: () => Effect.void
    }
    const inside = step.insideOf(self)
    const work = inside.prepare(() => codec.taken(inside.input, input)).work(context)
    // what a step does is of its own types
    return (
      goesBack(inside.output) ? work : Effect.map(work, (value) => codec.taken(inside.output, value))
    ) as Effect.Effect<Out, E, R>
  })
