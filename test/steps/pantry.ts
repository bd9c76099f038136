import { Layer, type Schema } from "effect"
import { TestRunner, Workspace } from "@stepwright/core"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { MockLlm } from "@stepwright/llm"
import {
  AcceptanceTestStep,
  ArchitectureDesignStep,
  type Attempt,
  CodeRepairStep,
  type EvidenceStep,
  ImplementationStep,
  JudgementStep,
  MutantTestStep,
  Project,
  RequirementReviewStep,
  RequirementStep,
  TaskBreakdownStep,
  TestGenerationStep,
  TestRepairStep,
  TraceStep
} from "@stepwright/steps"

/** A small project with five tasks: what the model is asked for, and what it answers. */
export const document = `An empty shelf has the weight 0.
A meal without items can be cooked.
`

export const project = Project.ofText(document)

export const requirement: RequirementStep.Requirement = {
  title: "Pantry",
  summary: "Keeps a pantry and plans meals.",
  requirements: [
    {
      id: "R1",
      text: "A shelf holds items.",
      criteria: [{ id: "R1.1", text: "An empty shelf has the weight 0.", quotes: ["An empty shelf has the weight 0."] }]
    },
    {
      id: "R2",
      text: "A meal needs items.",
      criteria: [
        { id: "R2.1", text: "A meal without items can be cooked.", quotes: ["A meal without items can be cooked."] }
      ]
    }
  ],
  constraints: [],
  assumptions: [],
  openQuestions: [],
  contradictions: []
}

/** A review that adds a criterion which no document has. */
export const review: RequirementReviewStep.RequirementReview = {
  changes: [{ id: "R1.2", text: "A shelf cannot be lost.", quotes: [], why: "it may be asked" }],
  retired: [],
  requirements: [],
  constraints: [],
  assumptions: [],
  openQuestions: [],
  contradictions: []
}

export const specification = TraceStep.trace(RequirementReviewStep.apply(requirement, review), project.documents)

const item = "pantry/item.py"
const shelf = "pantry/shelf.py"
const meal = "pantry/meal.py"
const planner = "pantry/planner.py"
const init = "pantry/__init__.py"
export const paths = { item, shelf, meal, planner, init }

/** Which files each of them depends on. */
const needs = { [item]: [], [shelf]: [item], [meal]: [item], [planner]: [shelf, meal], [init]: [planner] }

export const design: ArchitectureDesignStep.ArchitectureDesign = {
  name: "pantry",
  modules: Object.entries(needs).map(([path, imports]) => ({
    path,
    purpose: `is ${path}`,
    members: path === init ? [] : [{ signature: `def of_${imports.length}() -> int`, behaviour: `what ${path} does` }],
    imports: path === init ? [] : imports,
    reexports: path === init ? [{ module: planner, names: ["of_2"] }] : [],
    starts: "",
    meets: path === init ? [] : ["R1", "R2"]
  })),
  files: [],
  absent: [],
  entryPoints: [],
  dependencies: [],
  formats: [],
  decisions: [],
  assumptions: []
}

export const tasks: TaskBreakdownStep.TaskBreakdown = Object.entries(needs)
  .filter(([file]) => file !== init)
  .map(([file, dependsOn], i) => ({
    number: i + 1,
    title: `Make ${file}`,
    objective: `make ${file}`,
    file,
    functionality: `what ${file} does`,
    integration: "nothing",
    dependsOn
  }))

export const code = (file: string, version = 1): string => `"""Version ${version} of ${file}."""\n`

export const tests = [{ path: "tests/test_pantry.py", content: "def test_r1_1_empty(): ...\n" }] as const
export const acceptance = [{ path: "tests/test_acceptance_pantry.py", content: "def test_it(): ...\n" }] as const

/** What is found where a test is broken and a meal is not cooked, whose fault that is, and what mends it. */
const failures = [
  {
    test: "tests.test_pantry.test_r1_1_empty",
    file: "tests/test_pantry.py",
    criterion: "R1.1",
    detail: "NameError: name 'Shelf' is not defined"
  },
  {
    test: "tests.test_acceptance_pantry.test_it",
    file: "tests/test_acceptance_pantry.py",
    detail: 'File "pantry/meal.py", line 1\nAssertionError: a meal without items is not cooked'
  }
] as const satisfies EvidenceStep.Evidence["failures"]

export const evidence: EvidenceStep.Evidence = {
  failures,
  tests: Object.fromEntries([...tests, ...acceptance].map(({ content, path }) => [path, content])),
  code: { [meal]: code(meal) }
}

export const judgements = [
  {
    test: failures[0].test,
    fault: "test",
    quote: "An empty shelf has the weight 0.",
    reason: "A shelf without items weighs 0; the test asks for a class that is not there."
  },
  { test: failures[1].test, fault: "code", quote: "", reason: "A meal without items can be cooked." }
] as const satisfies JudgementStep.Judgements

export const codeRepair = [
  { path: meal, search: code(meal), replace: `${code(meal)}can_be_cooked = True\n` }
] as const satisfies CodeRepairStep.Repair

export const testRepair = [
  {
    path: tests[0].path,
    search: "def test_r1_1_empty(): ...\n",
    replace: "def test_r1_1_empty():\n    assert of_1() == 0\n"
  }
] as const satisfies CodeRepairStep.Repair

/** A change that no test noticed, and a test that does. */
export const survivors = [
  {
    path: shelf,
    line: 7,
    within: "Shelf.weight",
    operator: "number",
    before: "weight = 0",
    after: "weight = 1",
    isNoticed: false
  }
] as const satisfies Attempt.Hardened["before"]["mutants"]
export const moreTests = [
  { path: "tests/test_shelf.py", content: "def test_r1_1_weight():\n    assert of_1() == 0\n" }
] as const

/** The replies of a model to all that the workflow asks, each in the prompt's own format. */
export const replies = {
  requirement: RequirementStep.parser.print(requirement),
  "requirement-review": RequirementReviewStep.parser.print(review),
  "architecture-design": ArchitectureDesignStep.parser.print(design),
  "task-breakdown": TaskBreakdownStep.parser.print(tasks),
  "test-generation": TestGenerationStep.parser.print(tests),
  "acceptance-test": AcceptanceTestStep.parser.print(acceptance),
  "mutant-test": MutantTestStep.parser.print(moreTests),
  judgement: JudgementStep.parser.print(judgements),
  "code-repair": CodeRepairStep.parser.print(codeRepair),
  "test-repair": TestRepairStep.parser.print(testRepair)
}

/** The path of the file that a request to implement asks for. */
export const fileOf = ({ metadata }: LlmRequest): string => decodeURIComponent(metadata.path.split("/").at(-2)!)

const script = (version = 1): ReadonlyArray<MockLlm.Entry> => [
  ...Object.entries(replies).map(([step, reply]) => ({ step, reply })),
  {
    step: "implementation",
    reply: (request: LlmRequest) => ImplementationStep.parser.print(code(fileOf(request), version))
  }
]

/** The reply to a request. */
export const replyTo = (request: LlmRequest): string | undefined => {
  const { step } = request.metadata
  if (step === "implementation") return ImplementationStep.parser.print(code(fileOf(request)))
  return Object.entries(replies).find(([name]) => name === step)?.[1]
}

/** The script with other replies to some steps. */
export const replying = (others: Readonly<Record<string, MockLlm.Entry["reply"]>>): ReadonlyArray<MockLlm.Entry> => [
  ...Object.entries(others).map(([step, reply]) => ({ step, reply })),
  ...script().filter(({ step = "" }) => !Object.hasOwn(others, step))
]

export const green: TestRunner.TestReport = {
  tests: ["tests.test_pantry.test_r1_1_empty", "tests.test_acceptance_pantry.test_it"].map((test) => ({
    test,
    outcome: "passed",
    asserts: true
  })),
  doubts: [],
  output: "",
  durationMillis: 5
}

/** What is shown before a repair, and after it. */
export const redUntilMended = (files: ReadonlyArray<Workspace.SourceFile>): TestRunner.TestReport => {
  const [edit] = testRepair
  const isMended = files.some(({ content, path }) => path === edit.path && content === edit.replace)
  if (isMended) return green
  const tests = failures.map(({ detail, test }) => ({ test, detail, outcome: "failed" as const, asserts: true }))
  return { ...green, tests }
}

/** The signatures of a file, as far as this sandbox reads it, are its first line; of mutants it makes one. */
export const firstLines = (_: string, given: unknown): Schema.Json => {
  const { count, files } = Object(given)
  if (count !== undefined) return survivors.map((mutant) => ({ ...mutant, content: "weight = 1\n" }))
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, String(text).split("\n")[0]!]))
}

export const sandbox = (run: Parameters<typeof TestRunner.layerMemory>[0] = () => green) =>
  TestRunner.layerMemory(run, firstLines)

/** A model that counts its calls, a workspace and a sandbox, all in memory. */
export const world = (
  options: {
    readonly files?: Map<string, string>
    readonly report?: TestRunner.TestReport | TestRunner.TestRunnerError
    readonly version?: number
  } = {}
) =>
  Layer.mergeAll(
    MockLlm.layer(script(options.version)),
    Workspace.layerMemory(options.files),
    sandbox(() => options.report ?? green)
  )
