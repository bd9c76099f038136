import * as Effect from "effect/Effect"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { DefinitionError } from "../../DefinitionError.ts"
import type { Message } from "../../LlmRequest.ts"
import * as PromptTemplate from "../../PromptTemplate.ts"
import * as JsonCodec from "../json/codec.ts"
import * as exact from "../json/exact.ts"
import { own } from "../json/own.ts"
import { taken } from "../standard/codec.ts"
import { effectOf } from "../words/effectOf.ts"
import { nameProblem } from "../words/name.ts"
import { withCallsOf } from "../words/told.ts"
import type { OutputParser } from "../parser/outputParser.ts"
import * as call from "./call.ts"
import type { StepContext } from "./context.ts"
import { formatHole } from "./formatHole.ts"
import { messageOf } from "../words/messageOf.ts"

/** The key of what an engine of any copy of this library needs of a step, and its public type does not show. */
const TypeId = "~@stepwright/core/Step"

/** What a model step sends, and how: all of it data. */
export interface AskSettings extends call.CallSettings {
  readonly prompt: PromptTemplate.PromptTemplate
  readonly system?: string
  readonly parser: string
}

/** What a step's result is to whoever reports a run. */
export type Produces = "files" | "tests" | "notes"

/** A step that has its input: what it depends on besides the step itself, and its work. */
export interface Prepared {
  readonly parts: Readonly<Record<string, unknown>>
  /** What it depends on besides that, which takes an effect to know. */
  readonly key?: Effect.Effect<unknown, unknown, unknown>
  /** What is wrong with an output beside its input. */
  readonly check?: ((output: unknown) => string | undefined) | undefined
  readonly work: (context: StepContext) => Effect.Effect<unknown, unknown, unknown>
}

/** What can be replaced in a model step. */
export interface Replacement {
  readonly settings: call.ModelSettings
  readonly prompt?: PromptTemplate.PromptTemplate
  readonly system?: string
}

/** How a model answers a step: the text that has an output in it, and whether a text can be used. */
export interface Speech {
  readonly print: (output: unknown) => string
  readonly accepts: (text: string, input: unknown) => boolean
  /** What is wrong with an output beside its input, as its maker wrote it. */
  readonly check: ((output: unknown, input: unknown) => string | undefined) | undefined
}

/** What the engine does with a step. */
export interface Inside {
  readonly input: JsonCodec.JsonCodec<unknown>
  readonly output: JsonCodec.JsonCodec<unknown>
  readonly error: JsonCodec.JsonCodec<unknown> | undefined
  /** What the fingerprint covers for any input. */
  readonly parts: Readonly<Record<string, unknown>>
  /** `read` gives the input, to each who asks one of their own; `encoded` is the same as JSON. */
  readonly prepare: (read: () => unknown, encoded?: Schema.Json) => Prepared
  /** Whether a recorded output still holds in the world outside; without it, it does. */
  readonly isCurrent?:
    | ((output: () => unknown, input: () => unknown) => Effect.Effect<boolean, unknown, unknown>)
    | undefined
  /** How a model answers it, if one does. */
  readonly speech?: Speech
  /** The same step with something replaced; what `defaults` says holds where neither the step nor `own` does. */
  readonly configure: (own: Replacement, defaults: call.ModelSettings) => UntypedStep
  /** The step as code made it, of one in which something was replaced. */
  readonly origin?: UntypedStep | undefined
}

/** A step whose types are forgotten. */
export interface UntypedStep extends Pipeable {
  readonly name: string
  readonly version: number
  readonly input: JsonCodec.AnyCodec
  readonly output: JsonCodec.AnyCodec
  readonly error: JsonCodec.AnyCodec | undefined
  readonly model: AskSettings | undefined
  readonly produces: Produces | undefined
  /** Whether it waits for the decision of a person. */
  readonly isGate: boolean
  /** Whether a cache may have its results. */
  readonly cache: boolean
  /** Whether its work takes processor or memory. */
  readonly heavy: boolean
  readonly [TypeId]: Inside
}

export const isStep = (value: unknown): value is UntypedStep => Predicate.hasProperty(value, TypeId)

/** What the engine does with a step: of any type, as it is a step that was made here. */
export const insideOf = (step: { readonly [TypeId]: unknown }): Inside => step[TypeId] as Inside

/** The step with some of its inside replaced. */
export const within = (self: UntypedStep, inside: Partial<Inside>): UntypedStep => ({
  ...self,
  [TypeId]: { ...insideOf(self), ...inside }
})

type Shown = Pick<UntypedStep, "name" | "version" | "model" | "produces" | "isGate" | "cache" | "heavy">

const make = (shown: Shown, inside: Inside): UntypedStep => {
  const problem = nameProblem(shown.name)
  if (problem !== undefined) throw new DefinitionError({ place: `step "${shown.name}"`, detail: problem })
  return {
    ...shown,
    input: inside.input.schema,
    output: inside.output.schema,
    error: inside.error?.schema,
    [TypeId]: inside,
    pipe() {
      return pipeArguments(this, arguments)
    }
  }
}

interface ModelStep extends Replacement {
  readonly name: string
  readonly version: number
  readonly cache: boolean
  readonly input: JsonCodec.JsonCodec<unknown>
  readonly output: JsonCodec.JsonCodec<unknown>
  readonly prompt: PromptTemplate.PromptTemplate
  readonly variables: (input: unknown) => Readonly<Record<string, PromptTemplate.Value>>
  readonly examples?: ReadonlyArray<{ readonly input: unknown; readonly output: unknown }>
  readonly parser: OutputParser<unknown>
  readonly check?: ((output: unknown, input: unknown) => string | undefined) | undefined
  readonly origin?: UntypedStep
}

/** A step that asks a model. */
export const modelStep = (options: ModelStep): UntypedStep => {
  const { cache, check, examples = [], name, output, parser, prompt, system, variables, version } = options
  const settings = call.settle(options.settings)
  if (!(settings.repair >= 0)) {
    const detail = `repair must be 0 or more, not ${settings.repair}`
    throw new DefinitionError({ place: `step "${name}"`, detail })
  }
  const format = call.formatOf(name, parser, output)
  const ask = (input: unknown): Message => {
    const values = { ...variables(input), [formatHole]: parser.instructions }
    const text = PromptTemplate.render(prompt, values)
    const appended = parser.instructions === "" || prompt.holes.includes(formatHole) ? "" : `\n\n${parser.instructions}`
    return { role: "user", content: text + appended }
  }
  const checked =
    check &&
    ((output: unknown, input: unknown) =>
      Result.getOrThrowWith(
        Result.try(() => check(own(output), input)),
        (error) => withCallsOf(new Error(`the check of "${name}" threw: ${String(error)}`), error)
      ))
  const opening: ReadonlyArray<Message> = [
    ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
    ...examples.flatMap(({ input, output: answer }, index): ReadonlyArray<Message> => {
      const fits = <A>(make: () => A): A =>
        Result.getOrThrowWith(
          Result.try(make),
          (error) =>
            new DefinitionError({ place: `step "${name}"`, detail: `example ${index + 1}: ${messageOf(error)}` })
        )
      const question = ask(fits(() => taken(options.input, input)))
      const text = parser.print(fits(() => output.encode(answer)))
      const given = fits(() => taken(output, answer))
      const problem = checked?.(given, taken(options.input, input))
      if (!problem) return [question, { role: "assistant", content: text }]
      const detail = `its check refuses example ${index + 1}: ${problem}`
      throw new DefinitionError({ place: `step "${name}"`, detail })
    })
  ]
  const model = { ...settings, prompt, parser: parser.id, ...(system !== undefined && { system }) }
  const self: UntypedStep = make(
    { name, version, model, produces: undefined, isGate: false, cache, heavy: false },
    {
      input: options.input,
      output,
      error: undefined,
      parts: { step: [name, version], parser: parser.id, format, parameters: settings.parameters },
      speech: {
        print: (value) => parser.print(output.encode(value)),
        check,
        accepts: (text, input) => {
          const check = checked && ((output: unknown) => checked(output, own(input)))
          const reply = { text, finishReason: "stop", usage: {} } as const
          return Result.isSuccess(call.read({ step: name, settings, format, parser, output, check }, reply))
        }
      },
      prepare: (read) => {
        const messages = [...opening, ask(read())]
        const check = checked && ((output: unknown) => checked(output, read()))
        return {
          parts: { prompt: messages },
          check,
          work: (context) => call.ask({ step: name, settings, format, parser, output, check }, messages, context)
        }
      },
      configure: (own, defaults) =>
        modelStep({
          ...options,
          ...own,
          settings: call.merge(defaults, options.settings, own.settings),
          origin: options.origin ?? self
        }),
      origin: options.origin
    }
  )
  return self
}

interface EffectStep {
  readonly name: string
  readonly version: number
  readonly cache: boolean
  readonly heavy: boolean
  readonly input: JsonCodec.JsonCodec<unknown>
  readonly output: JsonCodec.JsonCodec<unknown>
  readonly error: JsonCodec.JsonCodec<unknown> | undefined
  readonly produces: Produces | undefined
  readonly key: ((input: unknown) => Effect.Effect<Schema.Json, unknown, unknown>) | undefined
  readonly isCurrent: ((output: unknown, input: unknown) => Effect.Effect<boolean, unknown, unknown>) | undefined
  readonly run: (input: unknown) => Effect.Effect<unknown, unknown, unknown>
}

const exactKey = (name: string, key: unknown) =>
  Result.getOrThrowWith(
    Result.try(() => exact.copy(key)),
    (error) => new TypeError(`the key of "${name}": ${messageOf(error)}`)
  )

/** A step that calls no model. */
export const effectStep = ({ isCurrent, key, run, ...step }: EffectStep): UntypedStep => {
  const { cache, error, heavy, input, name, output, produces, version } = step
  const self = make(
    { name, version, model: undefined, produces, isGate: false, cache, heavy },
    {
      input,
      output,
      error,
      parts: { step: [name, version] },
      prepare: (read, input) => ({
        parts: { input },
        // two keys that are not equal must not look so
        ...(key !== undefined && {
          key: Effect.map(
            Effect.suspend(() => effectOf(key(read()), `the key of "${name}"`)),
            (key) => exactKey(name, key)
          )
        }),
        // who runs it twice runs it with the same input
        work: ({ path, restore }) => restore(Effect.suspend(() => effectOf(run(read()), `${path}: what it runs`)))
      }),
      isCurrent: isCurrent && ((output, input) => effectOf(isCurrent(output(), input()), `the isCurrent of "${name}"`)),
      configure: () => self
    }
  )
  return self
}

interface GateStep {
  readonly input: JsonCodec.JsonCodec<unknown>
  readonly output: JsonCodec.JsonCodec<unknown>
}

/** A step that a person does: its input is what is decided upon, its output the decision. */
export const gateStep = ({ input, output }: GateStep): UntypedStep => {
  const name = "gate"
  const version = 1
  const self = make(
    { name, version, model: undefined, produces: undefined, isGate: true, cache: false, heavy: false },
    {
      input,
      output,
      error: undefined,
      parts: { step: [name, version], decision: call.jsonSchema(output.schema) },
      prepare: (_, question) => ({
        parts: { question },
        // the engine asks nobody: it waits for the decision
        work: () => Effect.die(new Error("a gate has no work of its own"))
      }),
      configure: () => self
    }
  )
  return self
}
