import * as Schema from "effect/Schema"
import { Files } from "./Project.ts"
import { TestGeneration } from "./TestGenerationStep.ts"
import { Verification } from "./VerificationStep.ts"

/** What was said of a test that failed: whose fault it is, by which sentence, and what is right. */
export const Blame = Schema.Struct({
  test: Schema.String,
  fault: Schema.Literals(["code", "test", "specification", "environment"]),
  quote: Schema.String,
  reason: Schema.String
})
export type Blame = typeof Blame.Type

/** A project as it is at some time: its code, its tests, and what they show. */
export class Attempt extends Schema.Opaque<Attempt>()(
  Schema.Struct({
    code: Files,
    tests: TestGeneration,
    acceptance: TestGeneration,
    verification: Verification,
    /** What was said in the rounds of repair that led to it. */
    blames: Schema.optionalKey(Schema.Array(Blame))
  })
) {}
