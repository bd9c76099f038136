import * as Schema from "effect/Schema"
import { Change } from "./internal/python/mutants.ts"
import { text } from "./internal/text.ts"
import { Files } from "./Project.ts"
import { TestGeneration } from "./TestGenerationStep.ts"
import { Specification } from "./TraceStep.ts"
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

/** A round of repair: whom it blamed, what it changed, in the unified format, and what the tests showed then. */
export class Round extends Schema.Opaque<Round>()(
  Schema.Struct({
    judgements: Schema.Array(Judgement),
    changes: Schema.Array(Schema.Struct({ path: Schema.String, diff: Schema.String })),
    outcome: Verification.fields.outcome,
    counts: Verification.fields.counts
  })
) {}

/**
 * Why repair went no further. `green`: the tests are; `unchanged`: the last round changed nothing; `known`: it came back
 * to what was tried before; `unmendable`: what is left is no failure of code or tests; `no-reply`: no reply could be used;
 * `rounds`: there were as many as there may be.
 */
export const Stop = Schema.Literals(["green", "unchanged", "known", "unmendable", "no-reply", "rounds"])
export type Stop = typeof Stop.Type

/** How a project was mended. */
export class Repaired extends Schema.Opaque<Repaired>()(
  Schema.Struct({
    rounds: Schema.Array(Round),
    /** How many of them led to what was best, and is delivered. */
    kept: Schema.Int,
    stop: Stop
  })
) {}

/** A change of one thing in a file, and whether a test noticed. */
export class Mutant extends Schema.Opaque<Mutant>()(Schema.Struct({ ...Change.fields, isNoticed: Schema.Boolean })) {}

/** How well tests notice that code is changed. */
export class Mutation extends Schema.Opaque<Mutation>()(
  Schema.Struct({
    noticed: Schema.Int,
    mutants: Schema.Array(Mutant),
    /** Why there was no sandbox, so that nothing is known. */
    notKnown: Schema.optionalKey(Schema.String)
  })
) {}

/** What came of showing those who write tests what the tests had not noticed. */
export class Hardened extends Schema.Opaque<Hardened>()(
  Schema.Struct({
    before: Mutation,
    after: Mutation,
    /** The tests that were added, by their full names, and those that the code did not pass, which were not. */
    added: Schema.Array(Schema.String),
    dropped: Schema.Array(Schema.String)
  })
) {}

/** A project as it is at some time: what it is to do, its code, its tests, and what they show. */
export class Attempt extends Schema.Opaque<Attempt>()(
  Schema.Struct({
    specification: Specification,
    code: Files,
    tests: TestGeneration,
    acceptance: TestGeneration,
    verification: Verification,
    repair: Schema.optionalKey(Repaired),
    /** Where mutants were asked for. */
    hardened: Schema.optionalKey(Hardened)
  })
) {}
