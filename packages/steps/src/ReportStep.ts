import * as Effect from "effect/Effect"
import { type JsonSchema, META_SCHEMA_URI_DRAFT_2020_12 } from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import { Noted } from "@stepwright/core/Note"
import * as OutputParser from "@stepwright/core/OutputParser"
import { Spent } from "@stepwright/core/Spending"
import * as Step from "@stepwright/core/Step"
import { Coverage, TestCounts, TestResult } from "@stepwright/core/TestRunner"
import { ArchitectureDesign, serves } from "./ArchitectureDesignStep.ts"
import { Attempt, type Hardened, type Mutation, Repaired, type Stop } from "./Attempt.ts"
import { LineCoverage } from "./CoverageStep.ts"
import { Changes, section as changesSection } from "./ChangesStep.ts"
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

const { lines, missed } = Coverage.fields

/** How many lines can run, in all and of each Python file that is no test, how many did, and which did not. */
export class ReportedCoverage extends Schema.Opaque<ReportedCoverage>()(
  Schema.Struct({
    lines,
    ran: lines,
    files: Schema.Array(Schema.Struct({ path: Schema.String, lines, missed }))
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
    noVerdict: Verification.fields.noVerdict,
    /** Where it was counted. */
    coverage: Schema.optionalKey(ReportedCoverage),
    /** The rounds of repair, where there were some. */
    repair: Attempt.fields.repair,
    /** What mutants of the code showed of the tests, where they were asked for. */
    hardened: Attempt.fields.hardened,
    /** What an edit of the documents came to, where one was made. */
    changes: Schema.optionalKey(Changes),
    /** What the run asked until the report was written. */
    spent: Schema.optionalKey(Spent)
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

/** Which criteria come from the sentence that the docstring of a test quotes. */
const citations = (documents: Project["documents"], { traces }: Specification) => {
  const passages = passagesOf(documents)
  const key = ({ document, line, text }: Source) => `${document}:${line}:${text}`
  const quoting = Map.groupBy(
    Object.entries(traces).flatMap(([id, { sources }]) => sources.map((source) => ({ id, key: key(source) }))),
    ({ key }) => key
  )
  const known = new Map<string, ReadonlyArray<string>>()
  return (source: string): ReadonlyArray<string> => {
    const quote = testNames.docstringOf(source)
    if (quote === undefined) return []
    const ids =
      known.get(quote) ??
      (cite(passages, quote) ?? []).flatMap((passage) => (quoting.get(key(passage)) ?? []).map(({ id }) => id))
    known.set(quote, ids)
    return ids
  }
}

/** The criteria that each test checks, by its name and its docstring. */
const checkedBy = ({ acceptance, tests }: Attempt, specification: Specification, documents: Project["documents"]) => {
  const cited = citations(documents, specification)
  const written = [...tests, ...acceptance].flatMap(({ content, path }) =>
    testNames.of(content).map(({ criterion, fullName, name, source }) => ({
      name,
      test: `${moduleName(path)}.${fullName}`,
      ids: criterion === undefined ? cited(source) : [criterion]
    }))
  )
  const own = new Map<string, Set<string>>()
  for (const { ids, test } of written) {
    for (const part of testNames.partsOf(test)) {
      const known = own.get(part) ?? new Set()
      for (const id of ids) known.add(id)
      own.set(part, known)
    }
  }
  const named = Map.groupBy(written, ({ name }) => name)
  /** Of a test that a class has from another: what all of that name check. */
  const inherited = (name: string): ReadonlyArray<string> => {
    const [first, ...others] = named.get(testNames.lastOf(name)) ?? []
    return first?.ids.filter((id) => others.every(({ ids }) => ids.includes(id))) ?? []
  }
  return (reported: string): ReadonlyArray<string> => {
    const name = testNames.functionOf(reported)
    return [...(own.get(name) ?? inherited(name))]
  }
}

export const Input = Schema.Struct({
  documents: Project.fields.documents,
  design: ArchitectureDesign,
  attempt: Attempt,
  coverage: LineCoverage
})

const coverageOf = (coverage: LineCoverage): ReportedCoverage => {
  const files = Object.entries(coverage).map(([path, { lines, missed }]) => ({ path, lines, missed }))
  const total = (of: (file: (typeof files)[number]) => number) => files.reduce((sum, file) => sum + of(file), 0)
  const lines = total(({ lines }) => lines)
  return { lines, ran: lines - total(({ missed }) => missed.length), files }
}

const stops: Readonly<Record<Stop, string>> = {
  green: "the tests are green",
  unchanged: "the last one changed nothing",
  known: "the last one came back to what had been tried before",
  unmendable: "what is left is no failure of code or tests",
  "no-reply": "no reply of the model could be used",
  rounds: "there are no more rounds"
}

/** Why repair went no further. */
const stopOf = ({ rounds, stop }: Repaired): string =>
  `ended after ${rounds.length} ${rounds.length === 1 ? "round" : "rounds"}: ${stops[stop]}`

const noticed = ({ mutants, noticed }: Mutation): string => `${noticed} of ${mutants.length}`

/** How many mutants tests noticed, and what that was before more were added. */
const scoreOf = ({ added, after, before, dropped }: Hardened): string =>
  [
    after.notKnown === undefined
      ? `${noticed(after)} changes of the code were noticed`
      : `how many changes of the code are noticed is not known: ${after.notKnown}`,
    ...(added.length === 0 && before.notKnown === after.notKnown
      ? []
      : [`${noticed(before)} before tests were added (${added.length})`]),
    ...(dropped.length === 0 ? [] : [`tests that failed on the code as it is, and were not added: ${dropped.length}`])
  ].join("; ")

const reportOf = ({ attempt, coverage, design, documents }: typeof Input.Type): Report => {
  const { specification } = attempt
  const { requirement, traces, uncovered } = specification
  const { hardened, repair, verification } = attempt
  const { counts, doubts, noVerdict, outcome, tests } = verification
  const criteriaOfTest = checkedBy(attempt, specification, documents)
  const checking = Map.groupBy(
    tests.flatMap((result) => criteriaOfTest(result.test).map((id) => ({ id, result }))),
    ({ id }) => id
  )
  const parts = [...design.modules, ...design.files]
  const rounds = repair?.rounds ?? []
  const changed = rounds
    .slice(0, repair?.kept)
    .flatMap(({ judgements }) => judgements.filter(({ fault }) => fault === "test" || fault === "specification"))
  const rewritten = new Set(changed.map(({ test }) => test))
  const left = rounds.at(-1)?.judgements.filter(({ fault }) => fault === "environment") ?? []
  return {
    title: requirement.title,
    outcome,
    counts,
    criteria: criteriaOf(requirement).map(({ id, text }) => {
      const own = (checking.get(id) ?? []).map(({ result }) => result)
      return {
        id,
        text,
        ...(traces[id] ?? { sources: [] }),
        standing: standingOf(own, (test) => rewritten.has(test)),
        files: parts.filter(({ meets }) => serves(meets, id)).map(({ path }) => path),
        tests: own.map(({ test }) => test)
      }
    }),
    notes: [
      ...(repair === undefined || outcome === "green" ? [] : [{ kind: "repair", text: stopOf(repair) }]),
      ...(hardened === undefined ? [] : [{ kind: "mutants", text: scoreOf(hardened) }]),
      ...changed.map(({ quote, reason, test }) => ({
        kind: "changed test",
        text: `${test}: ${reason}${quote === "" ? "" : ` The documents say: ${quote}`}`
      })),
      ...left.map(({ reason, test }) => ({ kind: "not mended", text: `${test}: ${reason}` })),
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
    ...(noVerdict !== undefined && { noVerdict }),
    ...(Object.keys(coverage).length > 0 && { coverage: coverageOf(coverage) }),
    ...(repair !== undefined && { repair }),
    ...(hardened !== undefined && { hardened })
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

const coverageLines = ({ files, lines, ran }: ReportedCoverage): ReadonlyArray<string> => [
  `${ran} of ${lines} lines of code ran in the tests`,
  ...files.map(({ lines, missed, path }) =>
    missed.length === 0
      ? `${path}: all ${lines}`
      : `${path}: ${lines - missed.length} of ${lines}, not ${markdown.ranges(missed)}`
  )
]

const spentLines = ({ replies, requests, usage, usd }: Spent): ReadonlyArray<string> => [
  `${replies} replies of models: ${usage.input ?? "an unknown number of"} tokens in, ${usage.output ?? "an unknown number of"} out`,
  requests === 0
    ? "no request went to a provider"
    : `${requests} requests to providers: ${usd === undefined ? "what they cost is unknown" : `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`}`
]

const hardenedLines = (hardened: Hardened): ReadonlyArray<string> => [
  scoreOf(hardened),
  ...hardened.added.map((test) => `added: ${test}`),
  ...hardened.dropped.map((test) => `not added: ${test}`),
  ...hardened.after.mutants
    .filter(({ isNoticed }) => !isNoticed)
    .map(({ after, before, line, path }) => `not noticed: ${path}:${line}: ${before} → ${after}`)
]

const diffBlock = OutputParser.codeBlock("diff")

const repairLines = (repair: Repaired): ReadonlyArray<string> => [
  ...repair.rounds.map(({ changes, counts, judgements, outcome }, i) => {
    const isKept = i < repair.kept
    const head = `round ${i + 1}: ${outcome}, ${counts.passed} of ${counts.run} tests passed then${isKept ? "" : "; not delivered"}`
    return markdown.paragraphs([
      head,
      ...judgements.map(({ fault, reason, test }) => `${test}: ${fault}. ${reason}`),
      ...changes.map(({ diff }) => diffBlock.print(diff))
    ])
  }),
  stopOf(repair)
]

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
    ...changesSection(self.changes),
    ...markdown.section(
      "To know, or to decide",
      self.notes.map(({ kind, text }) => `${kind}: ${text}`)
    ),
    ...markdown.section(
      "Tests that failed",
      failed.map(({ detail = "", test }) => `${test}\n${detail.trimEnd()}`)
    ),
    ...markdown.section("Repair", self.repair === undefined ? [] : repairLines(self.repair)),
    ...markdown.section("Criteria", self.criteria.map(criterion)),
    ...markdown.section("Lines that ran", self.coverage === undefined ? [] : coverageLines(self.coverage)),
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
    ),
    ...markdown.section("Mutants", self.hardened === undefined ? [] : hardenedLines(self.hardened)),
    ...markdown.section("What the run asked until then", self.spent === undefined ? [] : spentLines(self.spent))
  ])}\n`
}

/** Says of each criterion where it comes from, what serves it, and what shows that it is met. */
export const step = Step.effect("report", {
  input: Input,
  output: Report,
  produces: "notes",
  run: (input) => Effect.sync(() => reportOf(input))
})
