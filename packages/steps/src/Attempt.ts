import * as Schema from "effect/Schema"
import { text } from "./internal/text.ts"
import { Files } from "./Project.ts"
import { TestGeneration } from "./TestGenerationStep.ts"
import { Verification } from "./VerificationStep.ts"

/** Whose fault it is that a test failed. */
export class Judgement extends Schema.Opaque<Judgement>()(
  Schema.Struct({
    test: text("the name of the test, as it is given"),
    fault: Schema.Literals(["code", "test", "specification", "environment"]),
    quote: Schema.String.annotate({
      description:
        "the sentence of the documents that decides it, word for word; may be empty for code, environment, and a test of what was assumed"
    }),
    reason: text("what the right behaviour is, and what is wrong")
  })
) {}

/** A project as it is at some time: its code, its tests, and what they show. */
export class Attempt extends Schema.Opaque<Attempt>()(
  Schema.Struct({
    code: Files,
    tests: TestGeneration,
    acceptance: TestGeneration,
    verification: Verification,
    /** What was said in the rounds of repair that led to it. */
    blames: Schema.optionalKey(Schema.Array(Judgement))
  })
) {}
