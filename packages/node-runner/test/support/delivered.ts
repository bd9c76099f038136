import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { Engine, LlmClient, TestRunner, Workspace, WorkflowState } from "@stepwright/core"
import {
  AcceptanceTestStep,
  ArchitectureDesignPrompt,
  ArchitectureDesignStep,
  AutomatedCodingWorkflow,
  ChangeWorkflow,
  DesignChangeStep,
  ImplementationStep,
  type Project,
  RequirementChangeStep,
  RequirementReviewStep,
  RequirementStep,
  TaskBreakdownStep,
  TestChangeStep,
  TestGenerationStep
} from "@stepwright/steps"
import { Effect, Layer, type Schema } from "effect"
import * as NodeJournal from "../../src/NodeJournal.ts"
import * as NodeWorkspace from "../../src/NodeWorkspace.ts"
import { call } from "./commandLine.ts"

export const sentences = { hello: "`hello()` says hello.", bye: "`bye()` says good bye." }

const { hello, bye } = sentences

/** A document of each sentence. */
export const documents = { "PRD.md": `# Greetings\n\n${hello}\n`, "docs/more.md": `${bye}\n` }

const requirement: RequirementStep.Requirement = {
  title: "Greetings",
  summary: "Greets.",
  requirements: [
    { id: "R1", text: "It greets.", criteria: [{ id: "R1.1", text: hello, quotes: [hello] }] },
    { id: "R2", text: "It leaves.", criteria: [{ id: "R2.1", text: bye, quotes: [bye] }] }
  ],
  constraints: [],
  assumptions: [],
  openQuestions: [],
  contradictions: []
}

const design: ArchitectureDesignStep.ArchitectureDesign = {
  ...ArchitectureDesignPrompt.example,
  modules: ["hello", "bye"].map((name, i) => ({
    path: `greet/${name}.py`,
    purpose: "Greets.",
    members: [{ signature: `def ${name}() -> str`, behaviour: `R${i + 1}.1.` }],
    imports: [],
    reexports: [],
    starts: "",
    meets: [`R${i + 1}`]
  })),
  files: [],
  absent: [],
  entryPoints: []
}

const tasks = design.modules.map(({ path }, i) => ({
  number: i + 1,
  title: "Greet",
  objective: "greet",
  file: path,
  functionality: "it greets",
  integration: "nothing",
  dependsOn: []
}))

const method = (name: string) =>
  `import unittest\n\n\nclass ATest(unittest.TestCase):\n    def ${name}(self):\n        self.assertTrue(1)\n`

const replies: Readonly<Record<string, string>> = {
  requirement: RequirementStep.parser.print(requirement),
  "requirement-review": RequirementReviewStep.parser.print({
    ...requirement,
    changes: [],
    retired: [],
    requirements: []
  }),
  "architecture-design": ArchitectureDesignStep.parser.print(design),
  "task-breakdown": TaskBreakdownStep.parser.print(tasks),
  implementation: ImplementationStep.parser.print("def hello():\n    return 1\n"),
  "test-generation": TestGenerationStep.parser.print([
    { path: "tests/test_hello.py", content: method("test_r1_1_hello") },
    { path: "tests/test_bye.py", content: method("test_r2_1_bye") }
  ]),
  "acceptance-test": AcceptanceTestStep.parser.print([
    { path: "tests/test_acceptance_greet.py", content: method("test_both") }
  ])
}

/** A model that gives each step one reply. */
const modelOf = (replies: Readonly<Record<string, string>>) =>
  LlmClient.layer(({ metadata: { step } }) => Effect.succeed({ text: replies[step]!, finishReason: "stop", usage: {} }))

const passing = TestRunner.layerMemory(
  (files) => ({
    tests: files.flatMap(({ content, path }) =>
      Array.from(content.matchAll(/def (test_\w+)/g), ([, name]) => ({
        test: `${path.slice(0, -3).replaceAll("/", ".")}.ATest.${name}`,
        outcome: "passed" as const,
        asserts: true
      }))
    ),
    doubts: [],
    output: "",
    durationMillis: 1
  }),
  (_, input) => {
    const { count, files } = input as { readonly files: Schema.Json; readonly count?: number }
    // so many mutants of them
    return count === undefined ? files : []
  }
)

/** Such a model, and a sandbox in which all tests pass. */
const worldOf = (replies: Readonly<Record<string, string>>) => Layer.merge(modelOf(replies), passing)

export const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** A run of the ready workflow with the id `made`, whose files lie in `out/made`, and its documents where it is called. */
export const delivered = (given: Readonly<Record<string, string>> = documents, more: Partial<Project.Project> = {}) =>
  Effect.gen(function* () {
    const files = new Map<string, string>()
    const input = {
      documents: Object.entries(given).map(([path, text]) => ({ path, text })),
      design: [],
      samples: [],
      ...more
    }
    const { workflow } = AutomatedCodingWorkflow
    const { state } = yield* Effect.flatMap(Engine.initialize(workflow, input), (begun) =>
      Engine.run(workflow, begun)
    ).pipe(Effect.provide(Layer.merge(worldOf(replies), Workspace.layerMemory(files))))
    write("state.json", WorkflowState.toJson(state))
    for (const [path, text] of Object.entries(given)) write(path, text)
    for (const [path, text] of files) write(`out/made/${path}`, text)
    return yield* call(["import", "state.json", "--run", "made"])
  })

const { modules: _, files: __, ...lists } = ArchitectureDesignPrompt.example

/** Ends a change of it by whose documents nobody asks for `bye()` any more. */
export const withoutBye = Effect.fnUntraced(
  function* (run: string) {
    const { workflow } = ChangeWorkflow
    const ended = yield* Engine.run(workflow, yield* Engine.load(workflow, run))
    return ended.state.status
  },
  Effect.provide([
    NodeJournal.layer({ directory: ".stepwright/runs" }),
    NodeWorkspace.layer({ root: "out/made" }),
    worldOf({
      "requirement-change": RequirementChangeStep.parser.print({
        changes: [],
        requirements: [],
        constraints: [],
        assumptions: [],
        openQuestions: [],
        contradictions: [],
        retired: [{ id: "R2.1", why: "nobody asks for it" }]
      }),
      "design-change": DesignChangeStep.parser.print({
        ...lists,
        entryPoints: [],
        absent: [],
        modules: [],
        files: [],
        removed: [{ path: "greet/bye.py", reason: "nobody needs it" }]
      }),
      "test-change": TestChangeStep.parser.print([{ path: "tests/test_bye.py", content: "" }]),
      "acceptance-test-change": "(none)"
    })
  ])
)
