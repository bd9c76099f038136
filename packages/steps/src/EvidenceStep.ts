import * as Effect from "effect/Effect"
import * as EffectRegExp from "effect/RegExp"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, serves } from "./ArchitectureDesignStep.ts"
import { Attempt } from "./Attempt.ts"
import * as failureText from "./internal/failureText.ts"
import { moduleName } from "./internal/moduleName.ts"
import * as testNames from "./internal/testNames.ts"
import { testSources } from "./internal/python/testSources.ts"
import { Files, Project } from "./Project.ts"
import type { TestGeneration } from "./TestGenerationStep.ts"

/** A test that did not pass, the file that it is in, and the criterion that it names. */
export class Failure extends Schema.Opaque<Failure>()(
  Schema.Struct({
    test: Schema.String,
    file: Schema.String,
    criterion: Schema.optionalKey(Schema.String),
    /** What was told of it, the middle left out where it is long. */
    detail: Schema.String
  })
) {}

/** What is wrong with an attempt, and what is needed to say whose fault it is. */
export class Evidence extends Schema.Opaque<Evidence>()(
  Schema.Struct({
    failures: Schema.Array(Failure),
    /** The files of the tests that failed, without those that passed, and what these import of other files of tests. */
    tests: Files,
    /** The files of code that failures name, or that serve their criteria. */
    code: Files
  })
) {}

/** How many failures are looked at in one round. */
const most = 20

/** The file of a test by its full name, `tests/test_cart.py` of `tests.test_cart.CartTest.test_r1_2_empty`. */
const fileOf = (test: string, paths: ReadonlyArray<string>): string | undefined =>
  paths.find((path) => testNames.isOf(testNames.functionOf(test), moduleName(path)))

const failuresOf = ({ acceptance, tests, verification }: Attempt): ReadonlyArray<Failure> => {
  const paths = [...tests, ...acceptance].map(({ path }) => path)
  const { doubts, noVerdict } = verification
  const whole = [...doubts, ...(noVerdict === undefined ? [] : [`${noVerdict.reason}: ${noVerdict.detail}`])]
  return [
    ...verification.tests
      .filter(({ outcome }) => outcome === "failed" || outcome === "error")
      .map(({ detail = "", test }): Failure => {
        const criterion = testNames.criterionOf(testNames.lastOf(testNames.functionOf(test)))
        const file = fileOf(test, paths) ?? ""
        return { test, file, ...(criterion !== undefined && { criterion }), detail: failureText.shortened(detail) }
      }),
    ...whole.map((detail) => ({ test: "the run of the tests", file: "", detail: failureText.shortened(detail) }))
  ].slice(0, most)
}

/** Failures as a prompt shows them, those that say the same together. */
export const printFailures = (failures: ReadonlyArray<Failure>): string => failureText.print(failures)

/** The files of some of the tests that failed, and what files of tests import. */
export const testsOf = ({ failures, tests }: Evidence, some: ReadonlyArray<Failure>): Files => {
  const has = (of: ReadonlyArray<Failure>, path: string) => of.some(({ file }) => file === path)
  return Object.fromEntries(Object.entries(tests).filter(([path]) => has(some, path) || !has(failures, path)))
}

/** Some files of tests, by path, and those that they import. */
const withHelpers = (all: TestGeneration, paths: ReadonlyArray<string>): Files => {
  const found = all.filter(({ path }) => paths.includes(path))
  const imports = found.flatMap(({ content }) => content.match(/^\s*(?:from|import)\b.*/gm) ?? []).join("\n")
  const isImported = (path: string) =>
    new RegExp(`\\b${EffectRegExp.escape(moduleName(path).split(".").at(-1)!)}\\b`).test(imports)
  const helpers = all.filter(({ path }) => path.endsWith(".py") && !paths.includes(path) && isImported(path))
  return Object.fromEntries([...found, ...helpers].map(({ content, path }) => [path, content]))
}

export const Input = Schema.Struct({ attempt: Attempt, design: ArchitectureDesign, samples: Project.fields.samples })

/** Gathers what is wrong: the tests that failed, with their source, and the code that they are about. */
export const step = Step.effect("evidence", {
  input: Input,
  output: Evidence,
  run: ({ attempt, design, samples }) =>
    Effect.gen(function* () {
      const failures = failuresOf(attempt)
      const files = withHelpers(
        [...attempt.tests, ...attempt.acceptance],
        failures.map(({ file }) => file)
      )
      const isFailing = (test: string) => failures.some((failure) => testNames.isOf(test, failure.test))
      const names = [
        ...failures.map(({ test }) => testNames.lastOf(testNames.functionOf(test))),
        ...Object.entries(files).flatMap(([path, content]) =>
          testNames
            .of(content)
            .filter(({ fullName }) => isFailing(`${moduleName(path)}.${fullName}`))
            .map(({ name }) => name)
        )
      ]
      const tests = yield* Effect.orElseSucceed(testSources(files, [...new Set(names)]), () => files)
      const parts = [...design.modules, ...design.files]
      const isConcerned = (path: string) => {
        const meets = parts.find((part) => part.path === path)?.meets ?? []
        return failures.some(
          ({ criterion, detail }) => detail.includes(path) || (criterion !== undefined && serves(meets, criterion))
        )
      }
      const own = Object.entries(attempt.code).filter(([path]) => !samples.some((sample) => sample.path === path))
      const concerned = own.filter(([path]) => isConcerned(path))
      return { failures, tests, code: Object.fromEntries(concerned.length === 0 ? own : concerned) }
    })
})
