import { dual } from "effect/Function"
import * as Result from "effect/Result"
import { makeParser, type OutputParseError, type OutputParser } from "./outputParser.ts"

/**
 * Another view of a parser's value. `to` may give a Result; `id` names the view with a version, raised when `to` changes.
 *
 * The law holds if `to(from(b))` succeeds with `b`.
 */
export const map: {
  <A, B>(options: MapOptions<A, B>): (self: OutputParser<A>) => OutputParser<B>
  <A, B>(self: OutputParser<A>, options: MapOptions<A, B>): OutputParser<B>
} = dual(2, <A, B>(self: OutputParser<A>, options: MapOptions<A, B>): OutputParser<B> =>
  makeParser({
    id: `${options.id}(${self.id})`,
    format: self.format,
    instructions: options.instructions ?? self.instructions,
    parse: (text) =>
      Result.flatMap(self.parse(text), (value) => {
        const mapped = options.to(value)
        return Result.isResult(mapped) ? mapped : Result.succeed(mapped)
      }),
    print: (value) => self.print(options.from(value)),
    ...(self.progress && { progress: self.progress })
  })
)

export interface MapOptions<A, B> {
  readonly id: string
  readonly to: (value: A) => Result.Result<B, OutputParseError> | B
  readonly from: (value: B) => A
  readonly instructions?: string
}

/**
 * A second format for the same value: read where the first does not fit, but neither asked for nor printed.
 *
 * **Fails with** the first parser's error, unless only the second found its format in the reply or saw it cut off.
 */
export const orElse: {
  <A>(that: OutputParser<A>): (self: OutputParser<A>) => OutputParser<A>
  <A>(self: OutputParser<A>, that: OutputParser<A>): OutputParser<A>
} = dual(2, <A>(self: OutputParser<A>, that: OutputParser<A>): OutputParser<A> =>
  makeParser({
    id: `orElse(${self.id},${that.id})`,
    format: self.format === "json" && that.format === "json" ? "json" : "text",
    instructions: self.instructions,
    parse: (text) => {
      const first = self.parse(text)
      if (Result.isSuccess(first)) return first
      const second = that.parse(text)
      return Result.isSuccess(second) || gotFurther(second.failure, first.failure) ? second : first
    },
    print: self.print,
    ...(self.progress && { progress: self.progress })
  })
)

const gotFurther = (a: OutputParseError, b: OutputParseError) =>
  a.truncated === b.truncated ? a.place !== "" && b.place === "" : a.truncated
