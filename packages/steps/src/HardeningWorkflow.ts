import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import * as Workflow from "@stepwright/core/Workflow"
import { ArchitectureDesign } from "./ArchitectureDesignStep.ts"
import { Attempt, Mutation } from "./Attempt.ts"
import { moduleName } from "./internal/moduleName.ts"
import { ifWithin } from "./internal/python/evaluated.ts"
import { testSources } from "./internal/python/testSources.ts"
import * as testNames from "./internal/testNames.ts"
import * as MutantTestStep from "./MutantTestStep.ts"
import * as MutationStep from "./MutationStep.ts"
import { Project } from "./Project.ts"
import * as SamplesStep from "./SamplesStep.ts"
import * as VerificationStep from "./VerificationStep.ts"

/** Which mutants are drawn where so many are: the same ones each time. */
const seed = 1

/** How many changes that nobody noticed whoever writes tests is shown. */
const mostShown = 40

/** Whether code is to be changed, and what of it: what its tests show to be right, and no sample. */
export class Aim extends Schema.Opaque<Aim>()(
  Schema.Struct({
    isWanted: Schema.Boolean,
    files: Schema.Array(Schema.String),
    count: MutationStep.Input.fields.count,
    seed: MutationStep.Input.fields.seed
  })
) {}

/** Says whether mutants are wanted of an attempt. */
export const aim = Step.effect("aim", {
  input: Schema.Struct({
    attempt: Attempt,
    project: Schema.Struct({ mutants: Project.fields.mutants, samples: Project.fields.samples })
  }),
  output: Aim,
  run: ({ attempt, project: { mutants = 0, samples } }) =>
    Effect.succeed({
      isWanted: mutants > 0 && attempt.verification.outcome === "green",
      files: Object.keys(attempt.code).filter((path) => !samples.some((sample) => sample.path === path)),
      count: mutants,
      seed
    })
})

export const Input = Schema.Struct({
  attempt: Attempt,
  aim: Aim,
  design: ArchitectureDesign,
  samples: SamplesStep.Shown
})

const survivors = Step.effect("survivors", {
  input: Schema.Struct({ attempt: Attempt, mutation: Mutation }),
  output: Schema.Struct({
    isAny: Schema.Boolean,
    survivors: MutantTestStep.Input.fields.survivors,
    taken: MutantTestStep.Input.fields.taken
  }),
  run: ({ attempt: { acceptance, code, tests }, mutation: { mutants } }) => {
    const left = mutants.filter(({ isNoticed }) => !isNoticed)
    const taken = [...Object.keys(code), ...[...tests, ...acceptance].map(({ path }) => path)]
    return Effect.succeed({ isAny: left.length > 0, survivors: left.slice(0, mostShown), taken: taken.toSorted() })
  }
})

const noTests = Step.effect("no-tests", {
  input: Schema.Struct({}),
  output: MutantTestStep.More,
  run: () => Effect.succeed([])
})

const given = Step.effect("given", {
  input: Schema.Struct({ written: MutantTestStep.More }),
  output: MutantTestStep.More,
  run: ({ written }) => Effect.succeed(written)
})

/** What a model adds; nothing where it gives no reply that can be used. */
const asked = Workflow.make("asked", { input: MutantTestStep.Input }).pipe(
  Workflow.fallback("written", MutantTestStep.step, {
    input: "input",
    errors: ["StepOutputError"],
    otherwise: noTests
  }),
  Workflow.andThen(given)
)

const Added = Schema.Struct({
  attempt: Attempt,
  isAny: Schema.Boolean,
  added: Schema.Array(Schema.String),
  dropped: Schema.Array(Schema.String),
  notKnown: Mutation.fields.notKnown
})

/** The full names of the tests in files. */
const namesIn = (files: MutantTestStep.More): ReadonlyArray<string> =>
  files.flatMap(({ content, path }) => testNames.of(content).map(({ fullName }) => `${moduleName(path)}.${fullName}`))

/**
 * The attempt with more tests: those that the code passes, as it passed the ones by which it was judged; what it does not
 * pass is dropped. None is added where there is no sandbox, until there is one.
 */
const add = Step.effect("add", {
  input: Schema.Struct({ attempt: Attempt, more: MutantTestStep.More }),
  output: Added,
  key: () => Effect.map(TestRunner, ({ identity }) => identity),
  run: ({ attempt, more }) =>
    Effect.gen(function* () {
      const { acceptance, code, tests } = attempt
      const dependencies = attempt.verification.packages?.map((name) => ({ name })) ?? []
      const written = namesIn(more)
      const verified = Effect.fnUntraced(function* (files: MutantTestStep.More) {
        const kept = { ...attempt, tests: [...tests, ...files] }
        const given = { code, tests: kept.tests, acceptance, dependencies }
        const verification = yield* Step.run(VerificationStep.step, given)
        if (verification.outcome === "unavailable") return yield* new TestRunnerError(verification.noVerdict!)
        const added = namesIn(files)
        const dropped = written.filter((test) => !added.includes(test))
        return { attempt: { ...kept, verification }, isAny: added.length > 0, added, dropped }
      })
      if (written.length === 0) return { attempt, isAny: false, added: [], dropped: [] }
      const first = yield* verified(more)
      if (first.attempt.verification.outcome === "green") return first
      const passed = new Set(
        first.attempt.verification.tests.flatMap(({ outcome, test }) => (outcome === "passed" ? [test] : []))
      )
      const failed = new Set(written.filter((test) => !passed.has(test)).map(testNames.lastOf))
      const names = written.map(testNames.lastOf).filter((name) => !failed.has(name))
      const files = Object.fromEntries(more.map(({ content, path }) => [path, content]))
      const left = (yield* ifWithin(testSources(files, names))) ?? {}
      const rest = Object.entries(left)
        .map(([path, content]) => ({ path, content }))
        .filter(({ content }) => testNames.of(content).length > 0)
      const second = rest.length === 0 ? undefined : yield* verified(rest)
      return second?.attempt.verification.outcome === "green"
        ? second
        : { attempt, isAny: false, added: [], dropped: written }
    }).pipe(
      Effect.catch(({ detail }) => Effect.succeed({ attempt, isAny: false, added: [], dropped: [], notKnown: detail }))
    ),
  isCurrent: ({ notKnown }) => Effect.succeed(notKnown === undefined)
})

const same = Step.effect("same", {
  input: Schema.Struct({ known: Mutation }),
  output: Mutation,
  run: ({ known }) => Effect.succeed(known)
})

const hardened = Step.effect("hardened", {
  input: Schema.Struct({ before: Mutation, after: Mutation, added: Added }),
  output: Attempt,
  run: ({ added: { added, attempt, dropped, notKnown }, after: shown, before }) => {
    const after = notKnown === undefined ? shown : { noticed: 0, mutants: [], notKnown }
    return Effect.succeed({ ...attempt, hardened: { before, after, added, dropped } })
  }
})

/**
 * Changes code in so many ways, and shows those which no test noticed, once, to whoever writes tests. Tests are added
 * only, and only such that the code passes.
 */
export const workflow = Workflow.make("hardening", { input: Input }).pipe(
  Workflow.bind("before", MutationStep.step, {
    attempt: "input.attempt",
    files: "input.aim.files",
    count: "input.aim.count",
    seed: "input.aim.seed"
  }),
  Workflow.bind("left", survivors, { attempt: "input.attempt", mutation: "before" }),
  Workflow.branch("tests", {
    on: "left.isAny",
    cases: { true: asked, false: noTests },
    input: {
      specification: "input.attempt.specification",
      design: "input.design",
      samples: "input.samples",
      taken: "left.taken",
      survivors: "left.survivors"
    }
  }),
  Workflow.bind("added", add, { attempt: "input.attempt", more: "tests" }),
  Workflow.branch("after", {
    on: "added.isAny",
    cases: { true: MutationStep.step, false: same },
    input: {
      attempt: "added.attempt",
      files: "input.aim.files",
      count: "input.aim.count",
      seed: "input.aim.seed",
      known: "before"
    }
  }),
  Workflow.andThen(hardened)
)

/** The steps that are made here, by the names that a definition as data has for them. */
export const steps = { aim, survivors, "no-tests": noTests, given, add, same, hardened }
