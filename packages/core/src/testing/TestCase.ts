import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** What a test expected, and what it found instead. */
export class TestCaseError extends Schema.TaggedError<TestCaseError>()("TestCaseError", {
  /** The name of the case: what should have been so. */
  case: Schema.String,
  expected: Schema.String,
  found: Schema.String,
  /** The smallest of the values that were tried for which it is not so. */
  counterexample: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    const where = this.counterexample === undefined ? "" : `, for ${this.counterexample}`
    return `${this.case}: expected ${this.expected}, found ${this.found}${where}`
  }
}

/** A test as data, for whatever runs tests. `run` succeeds where that is so which `name` says. */
export interface TestCase {
  readonly name: string
  readonly run: Effect.Effect<void, TestCaseError>
}

/** How a law is tried. */
export interface LawOptions {
  /** How many values are tried; 100 by default. */
  readonly runs?: number | undefined
  /** What they are made from; the same ones by default. */
  readonly seed?: number | undefined
}
