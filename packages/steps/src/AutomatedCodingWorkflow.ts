import * as Effect from "effect/Effect"
import * as Engine from "@stepwright/core/Engine"
import * as Step from "@stepwright/core/Step"
import * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowError } from "@stepwright/core/WorkflowError"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import * as Schema from "effect/Schema"
import * as AcceptanceTestStep from "./AcceptanceTestStep.ts"
import * as AgreementWorkflow from "./AgreementWorkflow.ts"
import * as ArchitectureDesignStep from "./ArchitectureDesignStep.ts"
import * as AssemblyStep from "./AssemblyStep.ts"
import { Attempt } from "./Attempt.ts"
import * as BriefStep from "./BriefStep.ts"
import * as CoverageStep from "./CoverageStep.ts"
import * as DeliveryStep from "./DeliveryStep.ts"
import * as EnvironmentStep from "./EnvironmentStep.ts"
import * as HardeningWorkflow from "./HardeningWorkflow.ts"
import * as ImplementationStep from "./ImplementationStep.ts"
import * as OrderStep from "./OrderStep.ts"
import type { Previous } from "./Previous.ts"
import { type Files, Project } from "./Project.ts"
import * as RepairWorkflow from "./RepairWorkflow.ts"
import * as ReportStep from "./ReportStep.ts"
import * as RequirementReviewStep from "./RequirementReviewStep.ts"
import * as RequirementStep from "./RequirementStep.ts"
import * as RevisionStep from "./RevisionStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import * as TaskBreakdownStep from "./TaskBreakdownStep.ts"
import * as TestGenerationStep from "./TestGenerationStep.ts"
import * as TraceStep from "./TraceStep.ts"
import type { Specification } from "./TraceStep.ts"
import * as VerdictStep from "./VerdictStep.ts"
import * as VerificationStep from "./VerificationStep.ts"

/** The requirement documents, what is designed already, and the files that are there. */
export const Input = Project
export type Input = Project

const requirement = Workflow.make("requirement", {
  input: Schema.Struct({ ...RequirementStep.Input.fields, isReviewed: Schema.Boolean })
}).pipe(
  Workflow.bind("draft", RequirementStep.step, { documents: "input.documents", samples: "input.samples" }),
  Workflow.bind("trace", TraceStep.step, { documents: "input.documents", requirement: "draft" }),
  Workflow.bind("review", RequirementReviewStep.step, {
    documents: "input.documents",
    samples: "input.samples",
    specification: "trace"
  }),
  Workflow.bind("specification", RevisionStep.step, {
    documents: "input.documents",
    specification: "trace",
    review: "review"
  }),
  Workflow.branch("agreed", {
    on: "input.isReviewed",
    cases: AgreementWorkflow.specification,
    input: { documents: "input.documents", samples: "input.samples", specification: "specification" }
  })
)

const breakdown = Workflow.make("breakdown", { input: TaskBreakdownStep.Input }).pipe(
  Workflow.bind("tasks", TaskBreakdownStep.step, "input"),
  Workflow.bind("ordered", OrderStep.step, { tasks: "tasks", design: "input.design" })
)

const design = Workflow.make("design", {
  input: Schema.Struct({ ...ArchitectureDesignStep.Input.fields, isReviewed: Schema.Boolean })
}).pipe(
  Workflow.bind("architecture", ArchitectureDesignStep.step, {
    documents: "input.documents",
    given: "input.given",
    samples: "input.samples",
    specification: "input.specification"
  }),
  Workflow.branch("agreed", {
    on: "input.isReviewed",
    cases: AgreementWorkflow.design,
    input: {
      documents: "input.documents",
      given: "input.given",
      samples: "input.samples",
      specification: "input.specification",
      design: "architecture"
    }
  }),
  Workflow.bind("breakdown", breakdown, {
    specification: "input.specification",
    design: "agreed"
  })
)

const file = Workflow.make("file", { input: BriefStep.Input }).pipe(
  Workflow.bind("brief", BriefStep.step, "input"),
  Workflow.andThen(ImplementationStep.step)
)

/** What is green, or cannot be mended, stays as it is. */
const kept = Step.effect("kept", { input: Attempt, output: Attempt, run: Effect.succeed })

/** The same, of what stands beside other things. */
const alone = Step.effect("alone", {
  input: Schema.Struct({ attempt: Attempt }),
  output: Attempt,
  run: ({ attempt }) => Effect.succeed(attempt)
})

/** A project that was made, from what a workflow that made it ends with. */
export const previousOf = ({
  design,
  hardened,
  requirement
}: Pick<Made, "design" | "requirement"> & { readonly hardened: Attempt }): Previous => ({
  documents: requirement.agreed.documents,
  specification: hardened.specification,
  design: design.agreed,
  code: hardened.code,
  tests: hardened.tests,
  acceptance: hardened.acceptance
})

/** What was made of documents, before anything is known of it. */
export interface Made {
  readonly input: Pick<Project, "mutants" | "samples">
  readonly samples: SamplesStep.Shown
  readonly requirement: {
    readonly agreed: {
      readonly documents: Project["design"]
      readonly changed: { readonly specification: Specification }
    }
  }
  readonly design: { readonly agreed: ArchitectureDesignStep.ArchitectureDesign }
  readonly code: Files
  readonly tests: TestGenerationStep.TestGeneration
  readonly acceptance: TestGenerationStep.TestGeneration
}

const tried = (made: Workflow.Workflow<never, Made>) =>
  made.pipe(
    Workflow.bind("check", VerificationStep.step, {
      code: "code",
      tests: "tests",
      acceptance: "acceptance",
      dependencies: "design.agreed.dependencies"
    }),
    Workflow.branch("result", {
      on: "check.outcome",
      cases: {
        green: kept,
        red: RepairWorkflow.workflow,
        "no-verdict": RepairWorkflow.workflow,
        unsupported: kept,
        empty: kept,
        unavailable: kept
      },
      input: {
        documents: "requirement.agreed.documents",
        samples: "input.samples",
        specification: "requirement.agreed.changed.specification",
        design: "design.agreed",
        code: "code",
        tests: "tests",
        acceptance: "acceptance",
        verification: "check"
      }
    }),
    Workflow.bind("mutants", HardeningWorkflow.aim, { attempt: "result", project: "input" }),
    Workflow.branch("hardened", {
      on: "mutants.isWanted",
      cases: { true: HardeningWorkflow.workflow, false: alone },
      input: {
        attempt: "result",
        aim: "mutants",
        design: "design.agreed",
        samples: "samples"
      }
    }),
    Workflow.bind("coverage", CoverageStep.step, { attempt: "hardened" }),
    Workflow.bind("report", ReportStep.step, {
      documents: "requirement.agreed.documents",
      design: "design.agreed",
      attempt: "hardened",
      coverage: "coverage"
    })
  )

type Tried =
  ReturnType<typeof tried> extends Workflow.Workflow<never, infer Out, infer E, infer R>
    ? { readonly out: Omit<Out, keyof Made>; readonly fails: E; readonly needs: R }
    : never

/** Runs the tests of what was made, mends it where they are red, and reports: adds that to a workflow's scope. */
export const proven: <In, S extends Made, E, R>(
  made: Workflow.Workflow<In, S, E, R>
  // a scope with more in it is one that `tried` takes, and what it has more stays
) => Workflow.Workflow<In, S & Tried["out"], E | Tried["fails"], R | Tried["needs"]> = tried as never

/** All of it but the delivery, and the verdict. */
const made = Workflow.make("automated-coding", { input: Input }).pipe(
  Workflow.bind("samples", SamplesStep.step, { samples: "input.samples" }),
  Workflow.bind("wanted", AgreementWorkflow.wanted, { project: "input" }),
  Workflow.bind("requirement", requirement, {
    documents: "wanted.documents",
    samples: "samples",
    isReviewed: "wanted.spec"
  }),
  Workflow.bind("design", design, {
    isReviewed: "wanted.design",
    documents: "requirement.agreed.documents",
    given: "input.design",
    samples: "samples",
    specification: "requirement.agreed.changed.specification"
  }),
  Workflow.bind("environment", EnvironmentStep.step, { dependencies: "design.agreed.dependencies" }),
  Workflow.all((scope) => [
    scope.pipe(
      Workflow.bind("tests", TestGenerationStep.step, {
        specification: "requirement.agreed.changed.specification",
        design: "design.agreed",
        samples: "samples"
      })
    ),
    scope.pipe(
      Workflow.bind("acceptance", AcceptanceTestStep.step, {
        documents: "requirement.agreed.documents",
        design: "design.agreed",
        samples: "samples"
      })
    ),
    scope.pipe(
      Workflow.forEachDependency("implementation", file, {
        items: "design.breakdown.ordered",
        key: "file",
        dependsOn: "dependsOn",
        input: {
          task: "item",
          specification: "requirement.agreed.changed.specification",
          design: "design.agreed",
          samples: "samples",
          dependencies: "dependencies"
        }
      })
    )
  ]),
  Workflow.bind("code", AssemblyStep.step, {
    design: "design.agreed",
    written: "implementation",
    samples: "input.samples"
  }),
  proven
)

/**
 * From requirement documents to a tested Python project, made of public parts and wires only. Tests are written from the
 * specification and from the documents, never from the code. The files are delivered before the verdict, so that a run
 * that fails leaves them to look at.
 */
export const workflow = made.pipe(
  Workflow.bind("delivery", DeliveryStep.step, { attempt: "hardened", report: "report" }),
  Workflow.bind("verification", VerdictStep.step, { verification: "hardened.verification" })
)

/** What a run of it has made, also where its tests are red. **Fails with** `MissingResult` where it has not come so far. */
export const projectOf = (state: WorkflowState): Effect.Effect<Previous, WorkflowError> =>
  Effect.map(Engine.output(made, state), previousOf)

/** The steps that are made here, by the names that a definition as data has for them. */
export const steps = { kept, alone }
