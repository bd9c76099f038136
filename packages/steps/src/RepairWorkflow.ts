import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Edits from "@stepwright/core/Edits"
import { Hasher } from "@stepwright/core/Hasher"
import * as Step from "@stepwright/core/Step"
import * as Workflow from "@stepwright/core/Workflow"
import { ArchitectureDesign } from "./ArchitectureDesignStep.ts"
import { Attempt, Repaired, Stop } from "./Attempt.ts"
import * as CodeRepairStep from "./CodeRepairStep.ts"
import * as DocumentDeltaStep from "./DocumentDeltaStep.ts"
import * as EvidenceStep from "./EvidenceStep.ts"
import { changes } from "./internal/diff.ts"
import * as JudgementStep from "./JudgementStep.ts"
import { Project } from "./Project.ts"
import * as SamplesStep from "./SamplesStep.ts"
import * as SpecificationChangeWorkflow from "./SpecificationChangeWorkflow.ts"
import * as TestRepairStep from "./TestRepairStep.ts"
import { Specification } from "./TraceStep.ts"
import * as VerificationStep from "./VerificationStep.ts"

const { documents, samples } = Project.fields
const { repair: _, ...project } = Attempt.fields
const { verification: __, ...files } = project

export const Input = Schema.Struct({
  documents,
  samples,
  design: ArchitectureDesign,
  ...project
})

/** What was reached so far. */
const Progress = Schema.Struct({
  attempt: Attempt,
  /** The attempt that shows most, and how many rounds led to it. */
  best: Attempt,
  kept: Schema.Int,
  rounds: Repaired.fields.rounds,
  /** Hashes of the projects that were tried. */
  seen: Schema.Array(Schema.String),
  isDone: Schema.Boolean,
  stop: Schema.optionalKey(Stop)
})
type Progress = typeof Progress.Type

type Files = Pick<Attempt, "code" | "tests" | "acceptance">

const hashOf = ({ acceptance, code, tests }: Files) =>
  Effect.map(Hasher, (hash) => {
    const files = [...Object.entries(code), ...[...tests, ...acceptance].map(({ content, path }) => [path, content])]
    return hash(JSON.stringify(files.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1))))
  })

/** Whether one shows more than another: more that passed, or as much with less that did not. */
const isBetter = (one: Attempt, other: Attempt): boolean => {
  const [{ passed, rest }, than] = [standingOf(one), standingOf(other)]
  return passed === than.passed ? rest < than.rest : passed > than.passed
}

const standingOf = ({ verification: { counts, doubts, noVerdict } }: Attempt) => {
  const rest = noVerdict === undefined ? counts.failed + counts.errors + counts.unsupported + doubts.length : Infinity
  return { passed: noVerdict === undefined && doubts.length === 0 ? counts.passed : 0, rest }
}

const isMendable = ({ verification: { outcome } }: Attempt) => outcome === "red" || outcome === "no-verdict"

const start = Step.effect("start", {
  input: Attempt,
  output: Progress,
  run: (attempt) =>
    Effect.map(hashOf(attempt), (hash) => ({
      attempt,
      best: attempt,
      kept: 0,
      rounds: [],
      seen: [hash],
      isDone: !isMendable(attempt)
    }))
})

const blame = Step.effect("blame", {
  input: Schema.Struct({ documents, specification: Specification, judgements: JudgementStep.Judgements }),
  output: Schema.Struct({
    code: Schema.Boolean,
    tests: Schema.Boolean,
    specification: Schema.Boolean,
    delta: DocumentDeltaStep.DocumentDelta
  }),
  run: ({ judgements, ...input }) => {
    const of = (...faults: ReadonlyArray<string>) => judgements.filter(({ fault }) => faults.includes(fault))
    return Effect.sync(() => ({
      code: of("code", "specification").length > 0,
      tests: of("test", "specification").length > 0,
      specification: of("specification").length > 0,
      delta: DocumentDeltaStep.ofQuotes(input, of("specification"))
    }))
  }
})

const Mended = Schema.Struct(files)

const mend = Step.effect("mend", {
  input: Schema.Struct({
    attempt: Attempt,
    specification: Specification,
    code: CodeRepairStep.Repair,
    tests: CodeRepairStep.Repair
  }),
  output: Mended,
  run: ({ attempt, code, specification, tests }) => {
    const mended = (files: Readonly<Record<string, string>>, edits: CodeRepairStep.Repair) =>
      // their steps have tried them on these files
      Result.getOrThrow(Edits.apply(files, edits))
    const texts = (files: Attempt["tests"]) => Object.fromEntries(files.map(({ content, path }) => [path, content]))
    const all = mended({ ...texts(attempt.tests), ...texts(attempt.acceptance) }, tests)
    const of = (files: Attempt["tests"]) => files.map(({ path }) => ({ path, content: all[path]! }))
    return Effect.sync(() => ({
      specification,
      code: mended(attempt.code, code),
      tests: of(attempt.tests),
      acceptance: of(attempt.acceptance)
    }))
  }
})

/** All files by path. */
const textsOf = ({ acceptance, code, tests }: Files) => ({
  ...code,
  ...Object.fromEntries([...tests, ...acceptance].map(({ content, path }) => [path, content]))
})

/** Why nothing more is tried after a round, if nothing is. */
const stopOf = (attempt: Attempt, hash: string, seen: ReadonlyArray<string>): Stop | undefined => {
  if (attempt.verification.outcome === "green") return "green"
  if (!isMendable(attempt)) return "unmendable"
  if (seen.at(-1) === hash) return "unchanged"
  return seen.includes(hash) ? "known" : undefined
}

const progress = Step.effect("progress", {
  input: Schema.Struct({
    before: Progress,
    judgements: JudgementStep.Judgements,
    mended: Mended,
    verification: VerificationStep.Verification
  }),
  output: Progress,
  run: ({ before, judgements, mended, verification }) =>
    Effect.map(hashOf(mended), (hash): Progress => {
      const { counts, outcome } = verification
      const made = changes(textsOf(before.attempt), textsOf(mended))
      const rounds = [...before.rounds, { judgements, changes: made, outcome, counts }]
      const attempt = { ...mended, verification }
      const best = isBetter(attempt, before.best)
        ? { best: attempt, kept: rounds.length }
        : { best: before.best, kept: before.kept }
      const stop = stopOf(attempt, hash, before.seen)
      const end = { isDone: stop !== undefined, ...(stop !== undefined && { stop }) }
      return { attempt, ...best, rounds, seen: [...before.seen, hash], ...end }
    })
})

const Round = Schema.Struct({
  documents,
  samples,
  shown: SamplesStep.Shown,
  design: ArchitectureDesign,
  progress: Progress
})

const round = Workflow.make("round", { input: Round }).pipe(
  Workflow.bind("evidence", EvidenceStep.step, {
    attempt: "input.progress.attempt",
    design: "input.design",
    samples: "input.samples"
  }),
  Workflow.bind("judgements", JudgementStep.step, {
    documents: "input.documents",
    specification: "input.progress.attempt.specification",
    evidence: "evidence"
  }),
  Workflow.bind("blame", blame, {
    documents: "input.documents",
    specification: "input.progress.attempt.specification",
    judgements: "judgements"
  }),
  Workflow.branch("corrected", {
    on: "blame.specification",
    cases: SpecificationChangeWorkflow.cases,
    input: {
      documents: "input.documents",
      samples: "input.shown",
      specification: "input.progress.attempt.specification",
      delta: "blame.delta"
    }
  }),
  Workflow.branch("code", {
    on: "blame.code",
    cases: { true: CodeRepairStep.step, false: CodeRepairStep.nothing },
    input: {
      specification: "corrected.specification",
      evidence: "evidence",
      judgements: "judgements",
      code: "input.progress.attempt.code"
    }
  }),
  Workflow.branch("tests", {
    on: "blame.tests",
    cases: { true: TestRepairStep.step, false: CodeRepairStep.nothing },
    input: {
      design: "input.design",
      evidence: "evidence",
      judgements: "judgements",
      tests: "input.progress.attempt.tests",
      acceptance: "input.progress.attempt.acceptance"
    }
  }),
  Workflow.bind("mended", mend, {
    attempt: "input.progress.attempt",
    specification: "corrected.specification",
    code: "code",
    tests: "tests"
  }),
  Workflow.bind("verification", VerificationStep.step, {
    code: "mended.code",
    tests: "mended.tests",
    acceptance: "mended.acceptance",
    dependencies: "input.design.dependencies"
  }),
  Workflow.bind("progress", progress, {
    before: "input.progress",
    judgements: "judgements",
    mended: "mended",
    verification: "verification"
  })
)

const Progressed = Schema.Struct({ progress: Progress })

const stop = Step.effect("stop", {
  input: Progressed,
  output: Progressed,
  run: ({ progress }) => Effect.succeed({ progress: { ...progress, isDone: true, stop: "no-reply" as const } })
})

/** A round, or the end where no reply of a model could be used. */
const roundOrEnd = Workflow.make("round-or-end", { input: Round }).pipe(
  Workflow.fallback("round", round, { input: "input", errors: ["StepOutputError"], otherwise: stop })
)

/** The best of what was tried, and how it was come to. */
const best = Step.effect("best", {
  input: Schema.Struct({ rounds: Schema.Struct({ round: Progressed }) }),
  output: Attempt,
  run: ({ rounds: { round } }) => {
    const { best, kept, rounds, stop = "rounds" } = round.progress
    return Effect.succeed({ ...best, repair: { rounds, kept, stop } })
  }
})

/**
 * Mends a project whose tests are red, in four rounds at most: in each, every failure is judged by the documents, a
 * specification that says something else than they do is corrected, code and tests are mended by edits, and the tests run
 * again. Ends when they are green, or a round changes nothing, comes
 * back to what was tried, or gets no reply that can be used; gives the best that was reached.
 */
export const workflow = Workflow.make("repair", { input: Input }).pipe(
  Workflow.bind("start", start, "input"),
  Workflow.bind("shown", SamplesStep.step, { samples: "input.samples" }),
  Workflow.iterate("rounds", roundOrEnd, {
    input: {
      documents: "input.documents",
      samples: "input.samples",
      shown: "shown",
      design: "input.design",
      progress: "start"
    },
    next: {
      documents: "input.documents",
      samples: "input.samples",
      shown: "shown",
      design: "input.design",
      progress: "last.round.progress"
    },
    until: "last.round.progress.isDone",
    atMost: 4,
    again: "changed"
  }),
  Workflow.andThen(best)
)

/** The steps that are made here, by the names that a definition as data has for them. */
export const steps = { start, blame, mend, progress, stop, best }
