import { Step } from "@stepwright/core"
import type { LlmClient } from "@stepwright/core/LlmClient"
import type { LlmError } from "@stepwright/core/LlmError"
import type { StepOutputError } from "@stepwright/core/Step"
import {
  AcceptanceTestChangeStep,
  AcceptanceTestStep,
  ArchitectureDesignStep,
  BriefStep,
  CodeChangeStep,
  CodeRepairStep,
  DesignChangeStep,
  DocumentDeltaStep,
  ImplementationStep,
  JudgementStep,
  MutantTestStep,
  RequirementChangeStep,
  RequirementReviewStep,
  RequirementStep,
  SpecificationDeltaStep,
  TaskBreakdownStep,
  TestChangeStep,
  TestGenerationStep,
  TestRepairStep,
  TraceStep
} from "@stepwright/steps"
import { Effect } from "effect"
import * as pantry from "./pantry.ts"

/** A step that asks a model, with an input, an output, and replies that hold it or not. */
export interface Case {
  readonly ask: Effect.Effect<unknown, StepOutputError | LlmError, LlmClient>
  readonly output: unknown
  /** The output in the prompt's own format. */
  readonly reply: string
  /** The same as a talkative model gives it. */
  readonly talkative: string
  /** A reply without the output, and what of it the repair turn must name. */
  readonly broken: { readonly reply: string; readonly fault: string }
}

const { acceptance, design, evidence, judgements, project, replies, requirement, review, specification, tasks, tests } =
  pantry
const { documents } = project
const implementation = pantry.code(pantry.paths.shelf)
const [, shelf] = tasks
const samples = [{ path: "data/shelf.csv", content: "item,weight\nrice,2\n" }]

const talk = (text: string) =>
  `Certainly! Here is what you asked for:\n\n${text}\n\nLet me know if you need anything else.`
const fenced = (text: string, language: string) => `~~~~${language}\n${text}\n~~~~`

const json = (reply: string) => talk(fenced(reply, "json").replaceAll("~~~~", "```"))

/** An edit of the document, and what it changes in each part. */
const [was, is] = ["An empty shelf has the weight 0.", "An empty shelf has the weight 1."] as const
const edited = documents.map(({ path, text }) => ({ path, text: text.replace(was, is) }))
const delta = DocumentDeltaStep.between({ documents, specification }, edited)
const requirementChange: RequirementReviewStep.RequirementReview = {
  ...review,
  changes: [{ id: "R1.1", text: is, quotes: [is], why: "it is not 0 any more" }]
}
const after = TraceStep.trace(RequirementReviewStep.apply(specification.requirement, requirementChange), edited)
const specificationDelta = SpecificationDeltaStep.between(specification.requirement, after.requirement)
const { absent, assumptions, decisions, dependencies, entryPoints, formats } = design
const designChange: DesignChangeStep.DesignChange = {
  modules: [{ ...design.modules[1]!, purpose: "Holds items." }],
  files: [],
  removed: [],
  absent,
  assumptions,
  decisions,
  dependencies,
  entryPoints,
  formats
}
const reach = (path: string) => ({ files: [path], newFiles: [], isReached: true })
const { shelf: shelfFile } = pantry.paths
const codeChange = [
  { path: shelfFile, search: pantry.code(shelfFile), replace: `${pantry.code(shelfFile)}weight = 1\n` }
]
const testChange = [
  { path: tests[0].path, search: tests[0].content, replace: "def test_r1_1_empty():\n    assert of_1() == 1\n" }
]
const quoting = (sentence: string) => `def test_it():\n    """${sentence}"""\n    assert of_1()\n`
const acceptanceChange = [{ path: acceptance[0].path, search: quoting(was), replace: quoting(is) }]
const changes = {
  requirement: RequirementChangeStep.parser.print(requirementChange),
  design: DesignChangeStep.parser.print(designChange),
  code: CodeChangeStep.parser.print(codeChange),
  tests: TestChangeStep.parser.print(testChange),
  acceptance: AcceptanceTestChangeStep.parser.print(acceptanceChange)
}

export const cases = {
  requirement: {
    ask: Step.run(RequirementStep.step, { documents, samples }),
    output: requirement,
    reply: replies.requirement,
    talkative: talk(fenced(replies.requirement, "json").replaceAll("~~~~", "```")),
    broken: { reply: replies.requirement.replace('"R1"', '"one"'), fault: '["requirements"][0]["id"]' }
  },
  "requirement-review": {
    ask: Step.run(RequirementReviewStep.step, {
      documents,
      samples,
      specification: TraceStep.trace(requirement, documents)
    }),
    output: review,
    reply: replies["requirement-review"],
    talkative: talk(fenced(replies["requirement-review"], "json").replaceAll("~~~~", "```")),
    broken: {
      reply: replies["requirement-review"].replace('"R1.2"', '"R3.1"'),
      fault: 'R3.1 stands under no requirement: give that under "requirements"'
    }
  },
  "architecture-design": {
    ask: Step.run(ArchitectureDesignStep.step, { documents, given: [], samples, specification }),
    output: design,
    reply: replies["architecture-design"],
    talkative: talk(fenced(replies["architecture-design"], "json").replaceAll("~~~~", "```")),
    broken: {
      reply: replies["architecture-design"].replace('"imports": []', '"imports": ["pantry/oven.py"]'),
      fault: '"pantry/item.py" imports from "pantry/oven.py", which is none of the modules'
    }
  },
  "task-breakdown": {
    ask: Step.run(TaskBreakdownStep.step, { specification, design }),
    output: tasks,
    reply: replies["task-breakdown"],
    talkative: talk(fenced(replies["task-breakdown"], "markdown")),
    broken: {
      reply: replies["task-breakdown"].replace("**Depends on**: Task 1\n", "**Depends on**: Task 2\n"),
      fault: 'Task 2 ("pantry/shelf.py") depends on itself'
    }
  },
  implementation: {
    ask: Step.run(BriefStep.step, {
      task: { ...shelf!, functionality: "what data/shelf.csv holds" },
      specification,
      design,
      samples,
      dependencies: { "pantry/item.py": pantry.code("pantry/item.py") }
    }).pipe(
      Effect.flatMap((brief) => Step.run(ImplementationStep.step, { brief })),
      Effect.provide(pantry.sandbox())
    ),
    output: implementation,
    reply: ImplementationStep.parser.print(implementation),
    talkative: talk(fenced(implementation.trimEnd(), "python")),
    broken: { reply: implementation, fault: "there is no fenced code block in the reply" }
  },
  "test-generation": {
    ask: Step.run(TestGenerationStep.step, { specification, design, samples }),
    output: tests,
    reply: replies["test-generation"],
    talkative: talk(`${replies["test-generation"]}\n\nRun them with:\n\n\`\`\`bash\npython3 -m unittest\n\`\`\``),
    broken: {
      reply: replies["test-generation"].replace("tests/test_pantry.py", "pantry/test_pantry.py"),
      fault: '"pantry/test_pantry.py" is not below tests/'
    }
  },
  "acceptance-test": {
    ask: Step.run(AcceptanceTestStep.step, { documents, design, samples }),
    output: acceptance,
    reply: replies["acceptance-test"],
    talkative: talk(`${replies["acceptance-test"]}\n\nRun them with:\n\n\`\`\`bash\npython3 -m unittest\n\`\`\``),
    broken: {
      reply: replies["acceptance-test"].replace("test_acceptance_pantry.py", "test_pantry.py"),
      fault: '"tests/test_pantry.py" is not of the form tests/test_acceptance_<subject>.py'
    }
  },
  judgement: {
    ask: Step.run(JudgementStep.step, { documents, specification, evidence }),
    output: judgements,
    reply: replies.judgement,
    talkative: talk(fenced(replies.judgement, "json").replaceAll("~~~~", "```")),
    broken: {
      reply: replies.judgement.replace("An empty shelf has the weight 0.", "An empty shelf weighs nothing."),
      fault: 'no document says "An empty shelf weighs nothing."'
    }
  },
  "code-repair": {
    ask: Step.run(CodeRepairStep.step, { specification, evidence, judgements, code: evidence.code }),
    output: pantry.codeRepair,
    reply: replies["code-repair"],
    talkative: talk(`${replies["code-repair"]}\n\nRun the tests with:\n\n\`\`\`bash\npython3 -m unittest\n\`\`\``),
    broken: {
      reply: replies["code-repair"].replace("Version 1", "Version 3"),
      fault: "pantry/meal.py: the text to replace is not there"
    }
  },
  "mutant-test": {
    ask: Step.run(MutantTestStep.step, {
      specification,
      design,
      samples,
      taken: [pantry.paths.shelf, tests[0].path],
      survivors: pantry.survivors
    }),
    output: pantry.moreTests,
    reply: replies["mutant-test"],
    talkative: talk(`${replies["mutant-test"]}\n\nRun them with:\n\n\`\`\`bash\npython3 -m unittest\n\`\`\``),
    broken: {
      reply: replies["mutant-test"].replace("test_shelf.py", "test_pantry.py"),
      fault: '"tests/test_pantry.py" is there already'
    }
  },
  "test-repair": {
    ask: Step.run(TestRepairStep.step, { design, evidence, judgements, tests, acceptance }),
    output: pantry.testRepair,
    reply: replies["test-repair"],
    talkative: talk(`${replies["test-repair"]}\n\nRun them with:\n\n\`\`\`bash\npython3 -m unittest\n\`\`\``),
    broken: {
      reply: replies["test-repair"].replace("def test_r1_1_empty():\n", "def test_r1_1_nothing():\n"),
      fault: 'the test test_r1_1_empty is gone from "tests/test_pantry.py"'
    }
  },
  "requirement-change": {
    ask: Step.run(RequirementChangeStep.step, { documents: edited, samples, specification, delta }),
    output: requirementChange,
    reply: changes.requirement,
    talkative: json(changes.requirement),
    broken: { reply: changes.requirement.replace('"R1.1"', '"R2.2"'), fault: `R1.1 quotes "${was}"` }
  },
  "design-change": {
    ask: Step.run(DesignChangeStep.step, {
      documents: edited,
      given: [],
      samples,
      specification: after,
      design,
      changes: specificationDelta.text,
      touched: specificationDelta.touched
    }),
    output: designChange,
    reply: changes.design,
    talkative: json(changes.design),
    broken: {
      reply: changes.design.replace(
        '"removed": []',
        '"removed": [{ "path": "pantry/oven.py", "reason": "it is hot" }]'
      ),
      fault: '"pantry/oven.py" is removed, and is no file of the design'
    }
  },
  "code-change": {
    ask: Step.run(CodeChangeStep.step, {
      specification: after,
      design,
      delta: specificationDelta,
      reach: reach(shelfFile),
      code: { [shelfFile]: pantry.code(shelfFile) }
    }),
    output: codeChange,
    reply: changes.code,
    talkative: talk(`${changes.code}\n\nRun the tests with:\n\n\`\`\`bash\npython3 -m unittest\n\`\`\``),
    broken: {
      reply: changes.code.replace("Version 1", "Version 3"),
      fault: "pantry/shelf.py: the text to replace is not there"
    }
  },
  "test-change": {
    ask: Step.run(TestChangeStep.step, {
      specification: after,
      design,
      samples,
      delta: specificationDelta,
      reach: reach(tests[0].path),
      tests
    }),
    output: testChange,
    reply: changes.tests,
    talkative: talk(`${changes.tests}\n\nRun them with:\n\n\`\`\`bash\npython3 -m unittest\n\`\`\``),
    broken: {
      reply: changes.tests.replace("test_r1_1_empty():\n", "test_r7_1_empty():\n"),
      fault: "names R7.1, which is no criterion"
    }
  },
  "acceptance-test-change": {
    ask: Step.run(AcceptanceTestChangeStep.step, {
      documents: edited,
      design,
      samples,
      delta,
      reach: reach(acceptance[0].path),
      tests: [{ path: acceptance[0].path, content: quoting(was) }]
    }),
    output: acceptanceChange,
    reply: changes.acceptance,
    talkative: talk(`${changes.acceptance}\n\nRun them with:\n\n\`\`\`bash\npython3 -m unittest\n\`\`\``),
    broken: {
      reply: changes.acceptance.replace(is, was),
      fault: "quotes a sentence that the documents do not have any more"
    }
  }
} satisfies Readonly<Record<string, Case>>

export type Name = keyof typeof cases

export const names = Object.keys(cases) as ReadonlyArray<Name>
