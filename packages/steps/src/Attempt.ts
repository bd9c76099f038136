import * as Schema from "effect/Schema"
import { Files } from "./Project.ts"
import { TestGeneration } from "./TestGenerationStep.ts"
import { Verification } from "./VerificationStep.ts"

/** A project as it is at some time: its code, its tests, and what they show. */
export class Attempt extends Schema.Opaque<Attempt>()(
  Schema.Struct({ code: Files, tests: TestGeneration, acceptance: TestGeneration, verification: Verification })
) {}
