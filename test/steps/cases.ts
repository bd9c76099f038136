import { Step } from "@stepwright/core"
import type { LlmClient } from "@stepwright/core/LlmClient"
import type { LlmError } from "@stepwright/core/LlmError"
import type { StepOutputError } from "@stepwright/core/Step"
import {
  ArchitectureDesignStep,
  ImplementationStep,
  RequirementStep,
  TaskBreakdownStep,
  TestGenerationStep
} from "@stepwright/steps"
import type { Effect } from "effect"
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

const { design, document, replies, requirement, tasks, tests } = pantry
const implementation = pantry.code(pantry.paths.shelf)
const [, shelf] = tasks

const talk = (text: string) =>
  `Certainly! Here is what you asked for:\n\n${text}\n\nLet me know if you need anything else.`
const fenced = (text: string, language: string) => `~~~~${language}\n${text}\n~~~~`

export const cases = {
  requirement: {
    ask: Step.run(RequirementStep.step, { document }),
    output: requirement,
    reply: replies.requirement,
    talkative: talk(fenced(replies.requirement, "json").replaceAll("~~~~", "```")),
    broken: { reply: replies.requirement.replace('"R1"', '"one"'), fault: '["requirements"][0]["id"]' }
  },
  "architecture-design": {
    ask: Step.run(ArchitectureDesignStep.step, { requirement }),
    output: design,
    reply: replies["architecture-design"],
    talkative: talk(fenced(replies["architecture-design"], "json").replaceAll("~~~~", "```")),
    broken: {
      reply: replies["architecture-design"].replace('"imports": []', '"imports": ["pantry/oven.py"]'),
      fault: '"pantry/item.py" imports from "pantry/oven.py", which is none of the modules'
    }
  },
  "task-breakdown": {
    ask: Step.run(TaskBreakdownStep.step, { requirement, design }),
    output: tasks,
    reply: replies["task-breakdown"],
    talkative: talk(fenced(replies["task-breakdown"], "markdown")),
    broken: {
      reply: replies["task-breakdown"].replace("**Depends on**: Task 1\n", "**Depends on**: Task 2\n"),
      fault: 'Task 2 ("pantry/shelf.py") depends on itself'
    }
  },
  implementation: {
    ask: Step.run(ImplementationStep.step, {
      task: shelf!,
      requirement,
      design,
      dependencies: { "pantry/item.py": pantry.code("pantry/item.py") }
    }),
    output: implementation,
    reply: ImplementationStep.parser.print(implementation),
    talkative: talk(
      `${ImplementationStep.parser.print(implementation)}\n\nTo try it:\n\n\`\`\`bash\npython -m pantry\n\`\`\``
    ),
    broken: { reply: implementation, fault: "there is no fenced code block in the reply" }
  },
  "test-generation": {
    ask: Step.run(TestGenerationStep.step, { requirement, code: { "pantry/shelf.py": implementation } }),
    output: tests,
    reply: replies["test-generation"],
    talkative: talk(`${replies["test-generation"]}\n\nRun them with:\n\n\`\`\`bash\npython3 -m unittest\n\`\`\``),
    broken: {
      reply: replies["test-generation"].replace("tests/test_pantry.py", "pantry/test_pantry.py"),
      fault: '"pantry/test_pantry.py" is not below tests/'
    }
  }
} satisfies Readonly<Record<string, Case>>

export type Name = keyof typeof cases

export const names = Object.keys(cases) as ReadonlyArray<Name>
