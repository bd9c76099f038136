import * as Effect from "effect/Effect"
import { type JsonSchema, META_SCHEMA_URI_DRAFT_2020_12 } from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import { Noted } from "@stepwright/core/Note"
import * as Step from "@stepwright/core/Step"
import { TestCounts, TestResult } from "@stepwright/core/TestRunner"
import { ArchitectureDesign, serves } from "./ArchitectureDesignStep.ts"
import { Attempt } from "./Attempt.ts"
import * as markdown from "./internal/markdown.ts"
import { cite, passagesOf } from "./internal/passages.ts"
import { moduleName } from "./internal/moduleName.ts"
import * as testNames from "./internal/testNames.ts"
import { Project } from "./Project.ts"
import { Criterion } from "./RequirementStep.ts"
import { criteriaOf, isAssumed, Source, Specification, Trace } from "./TraceStep.ts"
import { Outcome, Verification } from "./VerificationStep.ts"

/**
 * What is known of a criterion. `passed`: a test that asserts something passed, and none failed; `failed`: one did not
 * pass; `unproved`: its tests were skipped, could not be run, assert nothing, or were rewritten by repair; `untested`:
 * there is none.
 */
export const Standing = Schema.Literals(["passed", "failed", "unproved", "untested"])
export type Standing = typeof Standing.Type

/** A criterion, where it comes from, what serves it and what shows that it is met. */
export class ReportedCriterion extends Schema.Opaque<ReportedCriterion>()(
  Schema.Struct({
    id: Criterion.fields.id,
    text: Schema.String,
    ...Trace.fields,
    standing: Standing,
    files: Schema.Array(Schema.String),
    tests: Schema.Array(Schema.String)
  })
) {}

/** What came of a project, for a person and for a program. */
export class Report extends Schema.Opaque<Report>()(
  Schema.Struct({
    title: Schema.String,
    outcome: Outcome,
    counts: TestCounts,
    criteria: Schema.Array(ReportedCriterion),
    /** Open questions, contradictions and assumptions. */
    ...Noted.fields,
    /** Passages that no criterion quotes. */
    uncovered: Schema.Array(Source),
    files: Schema.Array(Schema.Struct({ path: Schema.String, purpose: Schema.String })),
    absent: ArchitectureDesign.fields.absent,
    tests: Schema.Array(TestResult),
    doubts: Schema.Array(Schema.String),
    noVerdict: Verification.fields.noVerdict
  })
) {}

/** The JSON Schema (2020-12) of `report.json`. */
export const jsonSchema = (): JsonSchema => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(Schema.toCodecJson(Report))
  return { $schema: META_SCHEMA_URI_DRAFT_2020_12, ...schema, $defs: definitions }
}

const standingOf = (tests: ReadonlyArray<TestResult>, isRewritten: (test: string) => boolean): Standing => {
  if (tests.length === 0) return "untested"
  if (tests.some(({ outcome }) => outcome === "failed" || outcome === "error")) return "failed"
  return tests.some(({ asserts, outcome, test }) => outcome === "passed" && asserts && !isRewritten(test))
    ? "passed"
    : "unproved"
}

/** The criteria that each test checks, by its name and its docstring. */
const checkedBy = ({ acceptance, tests }: Attempt, { traces }: Specification, documents: Project["documents"]) => {
  const passages = passagesOf(documents)
  const criteria = new Map<string, ReadonlyArray<string>>()
  for (const { content, path } of [...tests, ...acceptance]) {
    for (const { criterion, fullName, source } of testNames.of(content)) {
      const quote = /^[^\n]*\n\s*(?:"""|''')([^]*?)(?:"""|''')/.exec(source)?.[1]
      const cited = (quote === undefined ? undefined : cite(passages, quote)) ?? []
      const quoted = Object.entries(traces).filter(([, { sources }]) =>
        sources.some(({ document, line, text }) =>
          cited.some((passage) => passage.document === document && passage.line === line && passage.text === text)
        )
      )
      const test = `${moduleName(path)}.${fullName}`
      criteria.set(test, criterion === undefined ? quoted.map(([id]) => id) : [criterion])
    }
  }
  return (reported: string) => [...criteria].flatMap(([test, ids]) => (testNames.isOf(test, reported) ? ids : []))
}

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  specification: Specification,
  design: ArchitectureDesign,
  attempt: Attempt
})

const reportOf = ({ attempt, design, documents, specification }: typeof Input.Type): Report => {
  const { requirement, traces, uncovered } = specification
  const { counts, doubts, noVerdict, outcome, tests } = attempt.verification
  const criteriaOfTest = checkedBy(attempt, specification, documents)
  const parts = [...design.modules, ...design.files]
  const blames = attempt.blames ?? []
  const changed = blames.filter(({ fault }) => fault === "test" || fault === "specification")
  return {
    title: requirement.title,
    outcome,
    counts,
    criteria: criteriaOf(requirement).map(({ id, text }) => {
      const own = tests.filter(({ test }) => criteriaOfTest(test).includes(id))
      return {
        id,
        text,
        ...(traces[id] ?? { sources: [] }),
        standing: standingOf(own, (test) => changed.some((blame) => blame.test === test)),
        files: parts.filter(({ meets }) => serves(meets, id)).map(({ path }) => path),
        tests: own.map(({ test }) => test)
      }
    }),
    notes: [
      ...changed.map(({ quote, reason, test }) => ({
        kind: "changed test",
        text: `${test}: ${reason}${quote === "" ? "" : ` The documents say: ${quote}`}`
      })),
      ...blames
        .filter(({ fault }) => fault === "environment")
        .map(({ reason, test }) => ({ kind: "not mended", text: `${test}: ${reason}` })),
      ...requirement.openQuestions.map((text) => ({ kind: "question", text })),
      ...requirement.contradictions.map(({ assumed, first, second }) => ({
        kind: "contradiction",
        text: `${first} / ${second} Assumed: ${assumed}`
      })),
      ...criteriaOf(requirement)
        .filter(({ id }) => isAssumed(specification, id))
        .map(({ id, text }) => ({ kind: "assumption", text: `${id}: ${text}` })),
      ...[...requirement.assumptions, ...design.assumptions].map((text) => ({ kind: "assumption", text }))
    ].filter(({ text }) => text !== ""),
    uncovered,
    files: parts.map(({ path, purpose }) => ({ path, purpose })),
    absent: design.absent,
    tests,
    doubts,
    ...(noVerdict !== undefined && { noVerdict })
  }
}

const marks: Readonly<Record<Standing, string>> = { passed: "✔", failed: "✘", unproved: "?", untested: "–" }

const criterion = ({ assumed, files, id, sources, standing, tests, text }: ReportedCriterion): string =>
  [
    `${marks[standing]} ${id}: ${text}`,
    ...sources.map(({ document, line, text }) => `${document}:${line}: ${text}`),
    ...(assumed === undefined ? [] : [`assumed: ${assumed}`]),
    `${files.length === 0 ? "no file" : files.join(", ")}; ${tests.length === 0 ? "no test" : tests.join(", ")}`
  ].join("\n")

/** The report as a text to read. */
export const toMarkdown = (self: Report): string => {
  const { counts, noVerdict, outcome } = self
  const of = (standing: Standing) => self.criteria.filter((criterion) => criterion.standing === standing).length
  const failed = self.tests.filter(({ outcome }) => outcome === "failed" || outcome === "error")
  return `${markdown.paragraphs([
    `# ${self.title}: ${outcome}`,
    `${counts.passed} of ${counts.run} tests passed, ${counts.failed} failed, ${counts.errors} with errors, ${counts.skipped + counts.expectedFailures} skipped, ${counts.unsupported} not to be run here. Of ${self.criteria.length} criteria ${of("passed")} are shown to be met, ${of("failed")} are not met, ${of("unproved")} are not shown by their tests, ${of("untested")} have no test.`,
    ...(noVerdict === undefined ? [] : [`${noVerdict.reason}: ${noVerdict.detail}`]),
    ...markdown.section("What speaks against the verdict", self.doubts),
    ...markdown.section(
      "To know, or to decide",
      self.notes.map(({ kind, text }) => `${kind}: ${text}`)
    ),
    ...markdown.section(
      "Tests that failed",
      failed.map(({ detail = "", test }) => `${test}\n${detail.trimEnd()}`)
    ),
    ...markdown.section("Criteria", self.criteria.map(criterion)),
    ...markdown.section(
      "Passages that no criterion quotes",
      self.uncovered.map(({ document, line, text }) => `${document}:${line}: ${text}`)
    ),
    ...markdown.section(
      "Files",
      self.files.map(({ path, purpose }) => `${path}: ${purpose}`)
    ),
    ...markdown.section(
      "Not delivered",
      self.absent.map(({ path, reason }) => `${path}: ${reason}`)
    )
  ])}\n`
}

/** Says of each criterion where it comes from, what serves it, and what shows that it is met. */
export const step = Step.effect("report", {
  input: Input,
  output: Report,
  produces: "notes",
  run: (input) => Effect.sync(() => reportOf(input))
})
