import { Layer } from "effect"
import { TestRunner, Workspace } from "@stepwright/core"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { MockLlm } from "@stepwright/llm"
import {
  ArchitectureDesignStep,
  ImplementationStep,
  RequirementStep,
  TaskBreakdownStep,
  TestGenerationStep
} from "@stepwright/steps"

/** A small project with five tasks: what the model is asked for, and what it answers. */
export const document = "Keep what is in a pantry,\nand plan meals from it.\n"

export const requirement: RequirementStep.Requirement = {
  title: "Pantry",
  summary: "Keeps a pantry and plans meals.",
  requirements: [
    { id: "R1", text: "A shelf holds items.", criteria: [{ id: "R1.1", text: "An empty shelf has the weight 0." }] },
    { id: "R2", text: "A meal needs items.", criteria: [{ id: "R2.1", text: "A meal without items can be cooked." }] }
  ],
  constraints: [],
  assumptions: [],
  openQuestions: []
}

const item = "pantry/item.py"
const shelf = "pantry/shelf.py"
const meal = "pantry/meal.py"
const planner = "pantry/planner.py"
const init = "pantry/__init__.py"
export const paths = { item, shelf, meal, planner, init }

/** Which files each of them depends on. */
const needs = { [item]: [], [shelf]: [item], [meal]: [item], [planner]: [shelf, meal], [init]: [planner] }

export const design: ArchitectureDesignStep.ArchitectureDesign = {
  package: "pantry",
  modules: Object.entries(needs).map(([path, imports]) => ({
    path,
    purpose: `is ${path}`,
    members: [],
    imports,
    meets: ["R1"]
  })),
  decisions: [],
  assumptions: []
}

export const tasks: TaskBreakdownStep.TaskBreakdown = Object.entries(needs).map(([file, dependsOn], i) => ({
  number: i + 1,
  title: `Make ${file}`,
  objective: `make ${file}`,
  file,
  functionality: `what ${file} does`,
  integration: "nothing",
  dependsOn
}))

export const code = (file: string, version = 1): string => `"""Version ${version} of ${file}."""\n`

export const tests = [{ path: "tests/test_pantry.py", content: "import unittest\n" }]

/** The replies of a model to all that the workflow asks, each in the prompt's own format. */
export const replies = {
  requirement: RequirementStep.parser.print(requirement),
  "architecture-design": ArchitectureDesignStep.parser.print(design),
  "task-breakdown": TaskBreakdownStep.parser.print(tasks),
  "test-generation": TestGenerationStep.parser.print(tests)
}

/** The path of the file that a request to implement asks for. */
const fileOf = ({ metadata }: LlmRequest): string => decodeURIComponent(metadata.path.split("/").at(-1)!)

export const script = (version = 1): MockLlm.Script => [
  ...Object.entries(replies).map(([step, reply]) => ({ step, reply })),
  {
    step: "implementation",
    reply: (request: LlmRequest) => ImplementationStep.parser.print(code(fileOf(request), version))
  }
]

export const green: TestRunner.TestReport = {
  tests: ["test_a", "test_b"].map((test) => ({ test, outcome: "passed", asserts: true })),
  doubts: [],
  output: "",
  durationMillis: 5
}

/** A model that counts its calls, a workspace and a sandbox, all in memory. */
export const world = (
  options: {
    readonly files?: Map<string, string>
    readonly report?: TestRunner.TestReport
    readonly version?: number
  } = {}
) =>
  Layer.mergeAll(
    MockLlm.layer(script(options.version)),
    Workspace.layerMemory(options.files),
    TestRunner.layerMemory(() => options.report ?? green)
  )
