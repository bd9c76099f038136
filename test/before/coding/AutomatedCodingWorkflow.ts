import * as Schema from "effect/Schema"
import * as Workflow from "@stepwright/core/Workflow"
import * as ArchitectureDesignStep from "./ArchitectureDesignStep.ts"
import * as DeliveryStep from "./DeliveryStep.ts"
import * as ImplementationStep from "./ImplementationStep.ts"
import * as RequirementStep from "./RequirementStep.ts"
import * as TaskBreakdownStep from "./TaskBreakdownStep.ts"
import * as TestGenerationStep from "./TestGenerationStep.ts"
import * as VerificationStep from "./VerificationStep.ts"

/** The requirement document, as its author wrote it. */
export const Input = Schema.Struct({ requirement: Schema.NonEmptyString })

const breakdown = Workflow.make("breakdown", { input: TaskBreakdownStep.Input }).pipe(
  Workflow.bind("tasks", TaskBreakdownStep.step, "input")
)

const design = Workflow.make("design", { input: ArchitectureDesignStep.Input }).pipe(
  Workflow.bind("architecture", ArchitectureDesignStep.step, "input"),
  Workflow.bind("breakdown", breakdown, { requirement: "input.requirement", design: "architecture" })
)

/**
 * From a requirement document to a tested Python package, made of public parts and wires only. The files are delivered
 * before they are verified, so that a run that fails leaves them to look at.
 */
export const workflow = Workflow.make("automated-coding", { input: Input }).pipe(
  Workflow.bind("requirement", RequirementStep.step, { document: "input.requirement" }),
  Workflow.bind("design", design, { requirement: "requirement" }),
  Workflow.forEachDependency("implementation", ImplementationStep.step, {
    items: "design.breakdown.tasks",
    key: "file",
    dependsOn: "dependsOn",
    input: {
      task: "item",
      requirement: "requirement",
      design: "design.architecture",
      dependencies: "dependencies"
    }
  }),
  Workflow.bind("tests", TestGenerationStep.step, { requirement: "requirement", code: "implementation" }),
  Workflow.bind("delivery", DeliveryStep.step, { code: "implementation", tests: "tests" }),
  Workflow.bind("verification", VerificationStep.step, { code: "implementation", tests: "tests" })
)
