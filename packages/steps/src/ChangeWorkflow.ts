import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Edits from "@stepwright/core/Edits"
import * as Engine from "@stepwright/core/Engine"
import * as Step from "@stepwright/core/Step"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as AcceptanceTestChangeStep from "./AcceptanceTestChangeStep.ts"
import * as AgreementWorkflow from "./AgreementWorkflow.ts"
import { ArchitectureDesign } from "./ArchitectureDesignStep.ts"
import * as AssemblyStep from "./AssemblyStep.ts"
import { previousOf, proven } from "./AutomatedCodingWorkflow.ts"
import * as ChangesStep from "./ChangesStep.ts"
import * as CodeChangeStep from "./CodeChangeStep.ts"
import { nothing, Repair } from "./CodeRepairStep.ts"
import * as DeliveryStep from "./DeliveryStep.ts"
import * as DocumentDeltaStep from "./DocumentDeltaStep.ts"
import { Previous } from "./Previous.ts"
import * as EnvironmentStep from "./EnvironmentStep.ts"
import { Files, Project } from "./Project.ts"
import * as ReachStep from "./ReachStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import * as SpecificationChangeWorkflow from "./SpecificationChangeWorkflow.ts"
import * as SpecificationDeltaStep from "./SpecificationDeltaStep.ts"
import * as TestChangeStep from "./TestChangeStep.ts"
import { TestGeneration } from "./TestGenerationStep.ts"
import * as VerdictStep from "./VerdictStep.ts"
import { criteriaOf, Specification } from "./TraceStep.ts"

/** Documents as they are now, and the project that was made of them as they were. */
export const Input = Schema.Struct({ ...Project.fields, previous: Previous })
export type Input = typeof Input.Type

const requirement = Workflow.make("requirement", {
  input: Schema.Struct({
    documents: Project.fields.documents,
    samples: SamplesStep.Shown,
    earlier: Previous.fields.documents,
    specification: Specification,
    isReviewed: Schema.Boolean
  })
}).pipe(
  Workflow.bind("delta", DocumentDeltaStep.step, {
    earlier: "input.earlier",
    specification: "input.specification",
    documents: "input.documents"
  }),
  Workflow.bind("change", SpecificationChangeWorkflow.workflow, {
    documents: "input.documents",
    samples: "input.samples",
    specification: "input.specification",
    delta: "delta"
  }),
  Workflow.branch("agreed", {
    on: "input.isReviewed",
    cases: AgreementWorkflow.specification,
    input: { documents: "input.documents", samples: "input.samples", specification: "change.specification" }
  })
)

/** What the design is to follow: criteria that changed, and what its author decides otherwise, which may touch all of them. */
const asked = Step.effect("asked", {
  input: Schema.Struct({
    delta: SpecificationDeltaStep.SpecificationDelta,
    documents: DocumentDeltaStep.DocumentDelta,
    given: Project.fields.design,
    specification: Specification
  }),
  output: Schema.Struct({
    isAsked: Schema.Boolean,
    changes: Schema.String,
    touched: Schema.Array(Schema.String)
  }),
  run: ({ delta, documents, given, specification }) => {
    const isGiven = documents.passages.some(({ document }) => given.some(({ path }) => path === document))
    const all = [...criteriaOf(specification.requirement).map(({ id }) => id), ...delta.touched]
    return Effect.sync(() => ({
      isAsked: delta.isChanged || isGiven,
      changes: isGiven
        ? `${delta.text}\n\nThe documents and the given design:\n\n${documents.text}`.trim()
        : delta.text,
      touched: isGiven ? [...new Set(all)] : delta.touched
    }))
  }
})

const design = Workflow.make("design", {
  input: Schema.Struct({
    ...Project.fields,
    samples: SamplesStep.Shown,
    delta: DocumentDeltaStep.DocumentDelta,
    earlier: Specification,
    architecture: ArchitectureDesign,
    specification: Specification,
    isReviewed: Schema.Boolean
  })
}).pipe(
  Workflow.bind("delta", SpecificationDeltaStep.step, {
    before: "input.earlier.requirement",
    after: "input.specification.requirement"
  }),
  Workflow.bind("asked", asked, {
    delta: "delta",
    documents: "input.delta",
    given: "input.design",
    specification: "input.specification"
  }),
  Workflow.branch("architecture", {
    on: "asked.isAsked",
    cases: AgreementWorkflow.designChange,
    input: {
      documents: "input.documents",
      given: "input.design",
      samples: "input.samples",
      specification: "input.specification",
      design: "input.architecture",
      changes: "asked.changes",
      touched: "asked.touched"
    }
  }),
  Workflow.branch("agreed", {
    on: "input.isReviewed",
    cases: AgreementWorkflow.design,
    input: {
      documents: "input.documents",
      given: "input.design",
      samples: "input.samples",
      specification: "input.specification",
      design: "architecture"
    }
  })
)

/** Files with edits in them, without those that a design does not have any more, and with what code writes from it. */
const changedCode = Step.effect("changed-code", {
  input: Schema.Struct({
    previous: Previous,
    design: ArchitectureDesign,
    edits: Repair,
    samples: Project.fields.samples
  }),
  output: Files,
  run: ({ design, edits, previous, samples }) =>
    Effect.sync(() => {
      const pathsOf = ({ files, modules }: ArchitectureDesign) => [...modules, ...files].map(({ path }) => path)
      const left = new Set(pathsOf(design))
      const removed = new Set(pathsOf(previous.design).filter((path) => !left.has(path)))
      // the step has tried its edits on these files
      const changed = Result.getOrThrow(Edits.apply(previous.code, edits))
      const isEdited = AssemblyStep.isEdited(previous.design, previous.code)
      return {
        ...Object.fromEntries(Object.entries(changed).filter(([path]) => !removed.has(path))),
        ...Object.fromEntries(Object.entries(AssemblyStep.generatedBy(design)).filter(([path]) => !isEdited(path))),
        ...Object.fromEntries(samples.map(({ path, text }) => [path, text]))
      }
    })
})

const changedTests = Step.effect("changed-tests", {
  input: Schema.Struct({ tests: TestGeneration, edits: Repair }),
  output: TestGeneration,
  run: ({ edits, tests }) => Effect.sync(() => Result.getOrThrow(TestChangeStep.edited(tests, edits)))
})

/** All of it but the delivery, and the verdict. */
const made = Workflow.make("change", { input: Input }).pipe(
  Workflow.bind("samples", SamplesStep.step, { samples: "input.samples" }),
  Workflow.bind("wanted", AgreementWorkflow.wanted, { project: "input" }),
  Workflow.bind("requirement", requirement, {
    documents: "wanted.documents",
    samples: "samples",
    earlier: "input.previous.documents",
    specification: "input.previous.specification",
    isReviewed: "wanted.spec"
  }),
  Workflow.bind("design", design, {
    delta: "requirement.delta",
    documents: "requirement.agreed.documents",
    design: "input.design",
    samples: "samples",
    earlier: "input.previous.specification",
    architecture: "input.previous.design",
    isReviewed: "wanted.design",
    specification: "requirement.agreed.changed.specification"
  }),
  Workflow.bind("environment", EnvironmentStep.step, { dependencies: "design.agreed.dependencies" }),
  Workflow.all((scope) => [
    scope.pipe(
      Workflow.bind("codeReach", ReachStep.code, {
        code: "input.previous.code",
        before: "input.previous.design",
        design: "design.agreed",
        delta: "design.delta"
      }),
      Workflow.branch("codeEdits", {
        on: "codeReach.isReached",
        cases: { true: CodeChangeStep.step, false: nothing },
        input: {
          specification: "requirement.agreed.changed.specification",
          design: "design.agreed",
          delta: "design.delta",
          reach: "codeReach",
          code: "input.previous.code"
        }
      })
    ),
    scope.pipe(
      Workflow.bind("testReach", ReachStep.tests, {
        before: "input.previous.design",
        design: "design.agreed",
        tests: "input.previous.tests",
        delta: "design.delta"
      }),
      Workflow.branch("testEdits", {
        on: "testReach.isReached",
        cases: { true: TestChangeStep.step, false: nothing },
        input: {
          specification: "requirement.agreed.changed.specification",
          design: "design.agreed",
          samples: "samples",
          delta: "design.delta",
          reach: "testReach",
          tests: "input.previous.tests"
        }
      })
    ),
    scope.pipe(
      Workflow.bind("acceptanceReach", ReachStep.acceptance, {
        before: "input.previous.design",
        design: "design.agreed",
        tests: "input.previous.acceptance",
        documents: "requirement.agreed.documents",
        delta: "requirement.delta",
        isChanged: "design.delta.isChanged"
      }),
      Workflow.branch("acceptanceEdits", {
        on: "acceptanceReach.isReached",
        cases: { true: AcceptanceTestChangeStep.step, false: nothing },
        input: {
          documents: "requirement.agreed.documents",
          design: "design.agreed",
          samples: "samples",
          delta: "requirement.delta",
          reach: "acceptanceReach",
          tests: "input.previous.acceptance"
        }
      })
    )
  ]),
  Workflow.bind("code", changedCode, {
    previous: "input.previous",
    design: "design.agreed",
    edits: "codeEdits",
    samples: "input.samples"
  }),
  Workflow.bind("tests", changedTests, { tests: "input.previous.tests", edits: "testEdits" }),
  Workflow.bind("acceptance", changedTests, { tests: "input.previous.acceptance", edits: "acceptanceEdits" }),
  proven
)

/**
 * Changes a project as its documents were changed: the specification where a passage says something else, the files that
 * serve what is otherwise then, and their tests. Whatever the change does not reach stays as it is, byte for byte.
 */
export const workflow = made.pipe(
  Workflow.bind("changes", ChangesStep.step, {
    previous: "input.previous",
    attempt: "hardened",
    delta: "design.delta"
  }),
  Workflow.bind("delivery", DeliveryStep.step, {
    changes: "changes.changes",
    attempt: "hardened",
    report: "report",
    replaced: "input.previous"
  }),
  Workflow.bind("verification", VerdictStep.step, { verification: "hardened.verification" })
)

/** What a run of it has made, as `AutomatedCodingWorkflow.projectOf` has it. */
export const projectOf = (state: WorkflowState): Effect.Effect<Previous, WorkflowError> =>
  Effect.map(Engine.output(made, state), previousOf)

/** The steps that are made here, by the names that a definition as data has for them. */
export const steps = { asked, "changed-code": changedCode, "changed-tests": changedTests }
