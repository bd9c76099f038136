import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import { goesBack } from "../internal/json/codec.ts"
import * as standard from "../internal/standard/codec.ts"
import type { OutputParser } from "../OutputParser.ts"
import { law, same } from "./internal/check.ts"
import { arbitraryOf } from "./internal/sample.ts"
import { texts } from "./internal/texts.ts"
import type { LawOptions, TestCase } from "./TestCase.ts"

export interface Options<A, I> extends LawOptions {
  /** The output of the step, of Effect or a Standard Schema. */
  readonly output: Schema.Codec<A, I> | StandardSchemaV1<A, unknown>
  /** Outputs in the place of any that fit the Schema, where the format does not take all of them. */
  readonly values?: Arbitrary.Arbitrary<A>
}

/**
 * What every parser does, as tests: it reads what it prints, of any output that fits the Schema, and throws at nothing.
 *
 * ```ts
 * const cases = ParserLaws.suite(OutputParser.json(Outline), { output: Outline })
 * ```
 */
export const suite = <A, I>(
  parser: OutputParser<I>,
  { output, values, ...options }: Options<A, I>
): ReadonlyArray<TestCase> => {
  const codec = standard.make(output, "output")
  // what is given where the Schema asks for a value is an A
  const any = () => values ?? (arbitraryOf(codec.schema) as Arbitrary.Arbitrary<A>)
  // what a step gives its parser is what the codec writes
  const printed = (value: A) => parser.print(codec.encode(value) as I)
  return [
    law(
      "an output comes back from JSON as it was",
      any,
      (value) =>
        Effect.suspend(() => {
          const read = Result.getOrThrow(codec.decode(codec.encode(value)))
          // a Standard Schema knows no way back
          return goesBack(codec) ? same("the output", read, value) : Effect.void
        }),
      options
    ),
    law(
      "what is printed is read as it was",
      any,
      (value) =>
        Effect.suspend(() =>
          same("what is read", Result.getOrThrow(parser.parse(printed(value))), codec.encode(value))
        ),
      options
    ),
    law(
      "a reply of any text is read or refused, and nothing is thrown",
      () => Arbitrary.all({ value: any(), text: texts(), at: Arbitrary.schema(Schema.Int) }),
      ({ at, text, value }) =>
        Effect.sync(() => {
          const whole = printed(value)
          const cut = Math.abs(at) % (whole.length + 1)
          for (const reply of [text, whole.slice(0, cut), whole.slice(0, cut) + text + whole.slice(cut)]) {
            const read = parser.parse(reply)
            if (Result.isSuccess(read)) codec.decode(read.success)
          }
        }),
      options
    )
  ]
}
