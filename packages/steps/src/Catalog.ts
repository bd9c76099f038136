import * as AcceptanceTestChangeStep from "./AcceptanceTestChangeStep.ts"
import * as AcceptanceTestStep from "./AcceptanceTestStep.ts"
import * as AgreementWorkflow from "./AgreementWorkflow.ts"
import * as ArchitectureDesignStep from "./ArchitectureDesignStep.ts"
import * as AssemblyStep from "./AssemblyStep.ts"
import * as AutomatedCodingWorkflow from "./AutomatedCodingWorkflow.ts"
import * as BriefStep from "./BriefStep.ts"
import * as ChangeWorkflow from "./ChangeWorkflow.ts"
import * as ChangesStep from "./ChangesStep.ts"
import * as CodeChangeStep from "./CodeChangeStep.ts"
import * as CodeRepairStep from "./CodeRepairStep.ts"
import * as CoverageStep from "./CoverageStep.ts"
import * as DeliveryStep from "./DeliveryStep.ts"
import * as DesignChangeStep from "./DesignChangeStep.ts"
import * as DocumentDeltaStep from "./DocumentDeltaStep.ts"
import * as EnvironmentStep from "./EnvironmentStep.ts"
import * as EvidenceStep from "./EvidenceStep.ts"
import * as HardeningWorkflow from "./HardeningWorkflow.ts"
import * as ImplementationStep from "./ImplementationStep.ts"
import * as JudgementStep from "./JudgementStep.ts"
import * as MutantTestStep from "./MutantTestStep.ts"
import * as MutationStep from "./MutationStep.ts"
import * as OrderStep from "./OrderStep.ts"
import * as Project from "./Project.ts"
import * as ReachStep from "./ReachStep.ts"
import * as RepairWorkflow from "./RepairWorkflow.ts"
import * as ReportStep from "./ReportStep.ts"
import * as RequirementChangeStep from "./RequirementChangeStep.ts"
import * as RequirementReviewStep from "./RequirementReviewStep.ts"
import * as RequirementStep from "./RequirementStep.ts"
import * as RevisionStep from "./RevisionStep.ts"
import * as SamplesStep from "./SamplesStep.ts"
import * as SpecificationChangeWorkflow from "./SpecificationChangeWorkflow.ts"
import * as SpecificationDeltaStep from "./SpecificationDeltaStep.ts"
import * as TaskBreakdownStep from "./TaskBreakdownStep.ts"
import * as TestChangeStep from "./TestChangeStep.ts"
import * as TestGenerationStep from "./TestGenerationStep.ts"
import * as TestRepairStep from "./TestRepairStep.ts"
import * as TraceStep from "./TraceStep.ts"
import * as VerdictStep from "./VerdictStep.ts"
import * as VerificationStep from "./VerificationStep.ts"

/**
 * The steps, workflows and Schemas of this package by name, for definitions as data: `Workflow.fromConfig(definition,
 * Catalog.catalog)`. With more of one's own: `{ ...catalog, steps: { ...catalog.steps, mine } }`.
 */
export const catalog = {
  steps: {
    ...AgreementWorkflow.steps,
    ...AutomatedCodingWorkflow.steps,
    ...ChangeWorkflow.steps,
    ...HardeningWorkflow.steps,
    ...RepairWorkflow.steps,
    "kept-specification": SpecificationChangeWorkflow.cases.false,
    "acceptance-test": AcceptanceTestStep.step,
    "acceptance-test-change": AcceptanceTestChangeStep.step,
    "architecture-design": ArchitectureDesignStep.step,
    assembly: AssemblyStep.step,
    brief: BriefStep.step,
    "changed-design": DesignChangeStep.applied,
    changes: ChangesStep.step,
    "code-change": CodeChangeStep.step,
    "code-repair": CodeRepairStep.step,
    coverage: CoverageStep.step,
    delivery: DeliveryStep.step,
    "design-change": DesignChangeStep.step,
    "document-delta": DocumentDeltaStep.step,
    environment: EnvironmentStep.step,
    evidence: EvidenceStep.step,
    implementation: ImplementationStep.step,
    judgement: JudgementStep.step,
    "mutant-test": MutantTestStep.step,
    mutation: MutationStep.step,
    nothing: CodeRepairStep.nothing,
    order: OrderStep.step,
    "reach-acceptance": ReachStep.acceptance,
    "reach-code": ReachStep.code,
    "reach-tests": ReachStep.tests,
    report: ReportStep.step,
    requirement: RequirementStep.step,
    "requirement-change": RequirementChangeStep.step,
    "requirement-review": RequirementReviewStep.step,
    revision: RevisionStep.step,
    samples: SamplesStep.step,
    "specification-delta": SpecificationDeltaStep.step,
    "task-breakdown": TaskBreakdownStep.step,
    "test-change": TestChangeStep.step,
    "test-generation": TestGenerationStep.step,
    "test-repair": TestRepairStep.step,
    trace: TraceStep.step,
    verdict: VerdictStep.step,
    verification: VerificationStep.step
  },
  workflows: {
    "automated-coding": AutomatedCodingWorkflow.workflow,
    change: ChangeWorkflow.workflow,
    hardening: HardeningWorkflow.workflow,
    repair: RepairWorkflow.workflow,
    "specification-change": SpecificationChangeWorkflow.workflow
  },
  schemas: {
    Project: Project.Project,
    Change: ChangeWorkflow.Input,
    Repair: RepairWorkflow.Input,
    Hardening: HardeningWorkflow.Input,
    SpecificationChange: SpecificationChangeWorkflow.Input,
    Answer: AgreementWorkflow.Answer
  }
}
