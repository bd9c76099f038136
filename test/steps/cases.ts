import { Step } from "@stepwright/core"
import type { LlmClient } from "@stepwright/core/LlmClient"
import type { LlmError } from "@stepwright/core/LlmError"
import type { StepOutputError } from "@stepwright/core/Step"
import {
  AcceptanceTestStep,
  ArchitectureDesignStep,
  BriefStep,
  CodeRepairStep,
  ImplementationStep,
  JudgementStep,
  MutantTestStep,
  RequirementReviewStep,
  RequirementStep,
  TaskBreakdownStep,
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
  }
} satisfies Readonly<Record<string, Case>>

export type Name = keyof typeof cases

export const names = Object.keys(cases) as ReadonlyArray<Name>
