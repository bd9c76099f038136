import { ImplementationStep } from "@stepwright/steps"
import { cases, type Name } from "./cases.ts"
import * as pantry from "./pantry.ts"
import * as repairDrift from "./repairDrift.ts"

/** How a model's reply strays from the format, and what must come of it: the output, or a repair turn that says why. */
export interface Drift {
  readonly step: Name
  readonly drift: string
  readonly reply: string
  /** The output where it is not the one of the case. */
  readonly output?: unknown
  /** What the repair turn must name; without it the reply must be taken as it is. */
  readonly refused?: string
}

const lines = (...lines: ReadonlyArray<string>) => lines.join("\n")
const crlf = (text: string) => text.replaceAll("\n", "\r\n")
const fence = "```"

const json = cases.requirement.reply
const requirements: ReadonlyArray<Omit<Drift, "step">> = [
  { drift: "a fence without language", reply: `${fence}\n${json}\n${fence}` },
  {
    drift: "trailing commas",
    reply: json
      .replaceAll(/\n(\s*[\]}])/g, ",\n$1")
      .replaceAll("[,", "[")
      .replaceAll("{,", "{")
  },
  { drift: "comments", reply: json.replace('"requirements"', '// what it must do\n  "requirements"') },
  { drift: "single quotes", reply: json.replaceAll('"', "'") },
  { drift: "CRLF", reply: crlf(json) },
  { drift: "one line", reply: JSON.stringify(pantry.requirement) },
  {
    drift: "a draft before the answer",
    reply: `${fence}json\n{"title": "Pantry"}\n${fence}\n\nIn full:\n\n${fence}json\n${json}\n${fence}`
  },
  { drift: "a key that nobody asked for", reply: json.replace("{", '{\n  "version": 1,') },
  { drift: "an end too early", reply: json.slice(0, -40), refused: "ended too early" },
  { drift: "a list left out", reply: json.replace('"constraints": [],', ""), refused: '["constraints"]' },
  {
    drift: "criteria without numbers",
    reply: json.replaceAll(/"id": "R\d\.\d",/g, ""),
    refused: '["criteria"][0]["id"]'
  },
  {
    drift: "criteria as texts",
    reply: json.replace(/\{\s*"id": "R1\.1"[^}]*\}/, '"An empty shelf weighs 0."'),
    refused: '["criteria"][0]'
  },
  {
    drift: "one number twice",
    reply: json.replace('"R2"', '"R1"').replace('"R2.1"', '"R1.2"'),
    refused: "the id R1 is used twice"
  },
  {
    drift: "a criterion under another requirement",
    reply: json.replace('"R2.1"', '"R1.2"'),
    refused: "must start with"
  },
  { drift: "an object around it", reply: `{"specification": ${json}}`, refused: '["title"]' },
  {
    drift: "Markdown instead of JSON",
    reply: "# Pantry\n\n- R1: A shelf holds items.",
    refused: "there is no JSON in the reply"
  },
  { drift: "a refusal", reply: "I'm sorry, but I can't help with that.", refused: "there is no JSON in the reply" }
]

const reviewed = cases["requirement-review"].reply
const reviews: ReadonlyArray<Omit<Drift, "step">> = [
  { drift: "a fence without language", reply: `${fence}\n${reviewed}\n${fence}` },
  { drift: "one line", reply: JSON.stringify(pantry.review) },
  { drift: "single quotes", reply: reviewed.replaceAll('"', "'") },
  { drift: "a list left out", reply: reviewed.replace('"retired": [],', ""), refused: '["retired"]' },
  { drift: "a change without a reason", reply: reviewed.replace(/,\s*"why": "[^"]*"/, ""), refused: '["why"]' },
  { drift: "a change without quotations", reply: reviewed.replace(/"quotes": \[\],/, ""), refused: '["quotes"]' },
  {
    drift: "a number that is none",
    reply: reviewed.replace('"R1.2"', '"R1.new"'),
    refused: "it must be an id such as R1.2"
  },
  {
    drift: "retired ones as texts",
    reply: reviewed.replace('"retired": []', '"retired": ["R1.1"]'),
    refused: '["retired"][0]'
  },
  {
    drift: "a retired one that is not there",
    reply: reviewed.replace('"retired": []', '"retired": [{ "id": "R9.9", "why": "nobody asked" }]'),
    refused: '"retired" names R9.9'
  },
  { drift: "the whole specification", reply: json, refused: '["changes"]' },
  { drift: "nothing to say in words", reply: "The specification is right.", refused: "there is no JSON in the reply" }
]

const designed = cases["architecture-design"].reply
const designs: ReadonlyArray<Omit<Drift, "step">> = [
  {
    drift: "a Windows path",
    reply: designed.replace('"path": "pantry/item.py"', '"path": "pantry\\\\item.py"'),
    refused: "names must be joined by /"
  },
  {
    drift: "an absolute path",
    reply: designed.replace('"path": "pantry/item.py"', '"path": "/pantry/item.py"'),
    refused: "it must be relative"
  },
  {
    drift: "a path into Git's folder",
    reply: designed.replaceAll("pantry/item.py", ".git/item.py"),
    refused: "nothing is written into .git"
  },
  {
    drift: "two paths that differ in case only",
    reply: designed.replaceAll("pantry/shelf.py", "pantry/Item.py"),
    refused: "in case only"
  },
  {
    drift: "imports in a circle",
    reply: designed.replace('"imports": []', '"imports": ["pantry/__init__.py"]'),
    refused: "in a circle"
  },
  {
    drift: "a criterion that nothing meets",
    reply: designed.replaceAll('"R2"', '"R1"'),
    refused: "no module and no file meets R2.1"
  },
  {
    drift: "a criterion that is not there",
    reply: designed.replace('"R2"', '"R2", "R7"'),
    refused: '"pantry/item.py" meets R7'
  },
  {
    drift: "a README among the modules",
    reply: designed.replaceAll("pantry/item.py", "README.md"),
    refused: 'it belongs under "files"'
  },
  {
    drift: "a start by its module's name",
    reply: designed.replace('"starts": ""', '"starts": "pantry.cli:main"'),
    refused: '"starts" of "pantry/item.py"'
  }
]

const breakdown = cases["task-breakdown"].reply
const first = breakdown.slice(0, breakdown.indexOf("\n\n####"))
const rest = breakdown.slice(first.length)
const withFunctionality = (functionality: string) =>
  pantry.tasks.map((task, i) => (i === 0 ? { ...task, functionality } : task))
const tasks: ReadonlyArray<Omit<Drift, "step">> = [
  { drift: "`**Objective:**`", reply: breakdown.replaceAll(/\*\*([\w ]+)\*\*:/g, "**$1:**") },
  { drift: "labels without bold", reply: breakdown.replaceAll(/\*\*([\w ]+)\*\*:/g, "$1:") },
  { drift: "`*` bullets", reply: breakdown.replaceAll("\n- ", "\n* ") },
  { drift: "numbered fields", reply: breakdown.replaceAll("\n- ", "\n1. ") },
  { drift: "no bullets", reply: breakdown.replaceAll("\n- ", "\n") },
  { drift: "indented fields", reply: breakdown.replaceAll("\n- ", "\n  - ") },
  {
    drift: "labels in small letters",
    reply: breakdown.replaceAll(/\*\*([\w ]+)\*\*:/g, (label) => label.toLowerCase())
  },
  { drift: "CRLF", reply: crlf(breakdown) },
  { drift: "a fence around everything", reply: `${fence}markdown\n${breakdown}\n${fence}` },
  { drift: "headings of another level", reply: breakdown.replaceAll("#### Task", "## Task") },
  { drift: "headings in bold", reply: breakdown.replaceAll(/^#### (.*)$/gm, "**$1**") },
  { drift: "a dash after the number", reply: breakdown.replaceAll(/(Task \d): Make/g, "$1 - Make") },
  {
    drift: "tokens in other letters",
    reply: breakdown.replaceAll("#task start#", "#Task Start#").replaceAll("#task end#", "#TASK END#")
  },
  {
    drift: "tokens spaced out",
    reply: breakdown.replaceAll("#task start#", "# task start #").replaceAll("#task end#", "# task end #")
  },
  { drift: "tokens in backticks", reply: breakdown.replaceAll(/#task (start|end)#/g, "`#task $1#`") },
  { drift: "empty lines between fields", reply: breakdown.replaceAll("\n- ", "\n\n- ") },
  { drift: "a rule between tasks", reply: breakdown.replaceAll("\n\n####", "\n\n---\n\n####") },
  { drift: "fields in another order", reply: breakdown.replaceAll(/(- \*\*Objective.*\n)(- \*\*File.*\n)/g, "$2$1") },
  { drift: "no `Depends on` where there is none", reply: breakdown.replace("- **Depends on**: none\n", "") },
  {
    drift: "dependencies by title",
    reply: breakdown.replace(": Task 2, Task 3", ": Task 2: Make the shelf, Task 3: Make the meal")
  },
  { drift: "dependencies in the plural", reply: breakdown.replace(": Task 2, Task 3", ": Tasks 2 and 3") },
  { drift: "a Windows path", reply: breakdown.replace("`pantry/item.py`\n", "`pantry\\item.py`\n") },
  { drift: "a path without backticks", reply: breakdown.replace("`pantry/item.py`\n", "./pantry/item.py (new)\n") },
  {
    drift: "`#task end#` inside a code fence",
    reply: breakdown.replace(
      "what pantry/item.py does",
      lines("writes", "  ```text", "  #task end#", "  - **Objective**: none", "  ```", "  and ends")
    ),
    output: withFunctionality(lines("writes", "```text", "#task end#", "- **Objective**: none", "```", "and ends"))
  },
  {
    drift: "a list inside a field",
    reply: breakdown.replace("what pantry/item.py does", lines("", "  - holds a name", "  - holds a weight")),
    output: withFunctionality(lines("- holds a name", "- holds a weight"))
  },
  {
    drift: "a missing end token",
    reply: `${first.replace("\n#task end#", "")}${rest}`,
    refused: '"Task 1: Make pantry/item.py" has no `#task end#`'
  },
  {
    drift: "a missing last end token",
    reply: breakdown.slice(0, breakdown.lastIndexOf("\n#task end#")),
    refused: "ended too early"
  },
  { drift: "a missing start token", reply: `${first.replace("#task start#\n", "")}${rest}`, refused: "`#task start#`" },
  {
    drift: "a missing heading",
    reply: breakdown.slice(breakdown.indexOf("\n") + 1),
    refused: "has no heading above it"
  },
  {
    drift: "a heading without a number",
    reply: breakdown.replaceAll(/Task \d: /g, ""),
    refused: "has no heading above it"
  },
  {
    drift: "a missing field",
    reply: breakdown.replace("- **Integration Points**: nothing\n", ""),
    refused: "missing: Integration Points"
  },
  {
    drift: "a field twice",
    reply: breakdown.replace("- **Objective**: make pantry/item.py\n", "- **Objective**: a\n- **Objective**: b\n"),
    refused: "Objective comes twice"
  },
  {
    drift: "an empty field",
    reply: breakdown.replace(": make pantry/item.py\n", ":\n"),
    refused: "Objective is empty"
  },
  {
    drift: "an absolute path",
    reply: breakdown.replace("`pantry/item.py`\n", "`/pantry/item.py`\n"),
    refused: "it must be relative"
  },
  {
    drift: "a path that leads out",
    reply: breakdown.replace("`pantry/item.py`\n", "`../pantry/item.py`\n"),
    refused: 'none may be "." or ".."'
  },
  {
    drift: "a path into Git's folder",
    reply: breakdown.replace("`pantry/item.py`\n", "`.git/item.py`\n"),
    refused: "nothing is written into .git"
  },
  {
    drift: "a name that a file system keeps",
    reply: breakdown.replace("`pantry/item.py`\n", "`pantry/con.py`\n"),
    refused: "no name that every file system takes"
  },
  {
    drift: "two files in one task",
    reply: breakdown.replace("`pantry/item.py`\n", "`pantry/item.py`, `pantry/weight.py`\n"),
    refused: "a task adds one file"
  },
  {
    drift: "one file in two tasks",
    reply: breakdown.replace("`pantry/shelf.py`\n", "`pantry/item.py`\n"),
    refused: "own one file"
  },
  {
    drift: "one number twice",
    reply: breakdown.replace("#### Task 2", "#### Task 1"),
    refused: "two tasks have the number 1"
  },
  {
    drift: "an unknown dependency",
    reply: breakdown.replace("Task 2, Task 3", "Task 2, Task 7"),
    refused: 'depends on "Task 7"'
  },
  { drift: "dependencies in a circle", reply: breakdown.replace(": none\n", ": Task 4\n"), refused: "in a circle" },
  {
    drift: "dependencies in words",
    reply: breakdown.replace("Task 2, Task 3", "the tasks above"),
    refused: "Depends on names no tasks by number"
  },
  {
    drift: "a file that code writes",
    reply: breakdown.replace("`pantry/planner.py`\n", "`pantry/__init__.py`\n"),
    refused: 'no task adds the file "pantry/planner.py"'
  },
  {
    drift: "a file left out",
    reply: breakdown.slice(0, breakdown.lastIndexOf("\n\n####")),
    refused: 'no task adds the file "pantry/planner.py"'
  },
  { drift: "JSON instead", reply: JSON.stringify(pantry.tasks), refused: "there is no `#task start#`" }
]

const code = cases.implementation.output
const implementations: ReadonlyArray<Omit<Drift, "step">> = [
  { drift: "a language", reply: `${fence}python\n${code}${fence}` },
  { drift: "a short name of a language", reply: `${fence}py\n${code}${fence}` },
  { drift: "a fence of tildes", reply: `~~~python\n${code}~~~` },
  { drift: "CRLF", reply: crlf(`${fence}python\n${code}${fence}`) },
  { drift: "an indented block", reply: `1. The file:\n\n   ${fence}python\n   ${code}   ${fence}` },
  { drift: "the path before the block", reply: `### File: \`pantry/shelf.py\`\n${fence}python\n${code}${fence}` },
  {
    drift: "a shell block as well",
    reply: `${fence}sh\npip list\n${fence}\n\n${fence}python\n${code}${fence}`,
    // the file may be of any language
    refused: "there are 2 code blocks"
  },
  {
    drift: "the same block twice",
    reply: `${fence}python\n${code}${fence}\n\nAgain:\n\n${fence}python\n${code}${fence}`
  },
  {
    drift: "a fence inside a docstring",
    reply: ImplementationStep.parser.print(lines('"""Use:', fence, "Shelf()", fence, '"""', "")),
    output: lines('"""Use:', fence, "Shelf()", fence, '"""', "")
  },
  {
    drift: "two different blocks",
    reply: `${fence}python\n${code}${fence}\n\n${fence}python\nx = 1\n${fence}`,
    refused: "there are 2 code blocks"
  },
  { drift: "a fence that is not closed", reply: `${fence}python\n${code}`, refused: "ended too early" },
  {
    drift: "JSON instead",
    reply: JSON.stringify({ path: "pantry/shelf.py", content: code }),
    refused: "there is no fenced code block"
  }
]

const [{ content: test }] = pantry.tests
const block = `${fence}python\n${test}${fence}`
const path = "tests/test_pantry.py"
const generated: ReadonlyArray<Omit<Drift, "step">> = [
  { drift: "the path in bold", reply: `**${path}**\n\n${block}` },
  { drift: "the path in backticks", reply: `\`${path}\`:\n${block}` },
  { drift: "the path in the fence", reply: `${fence}python ${path}\n${test}${fence}` },
  { drift: "a heading without label", reply: `## ${path}\n\n${block}` },
  { drift: "a Windows path", reply: `### File: \`tests\\test_pantry.py\`\n${block}` },
  { drift: "a path from here", reply: `### File: \`./${path}\`\n${block}` },
  { drift: "CRLF", reply: crlf(`### File: \`${path}\`\n${block}`) },
  {
    drift: "several blocks of one file, all the same",
    reply: `### File: \`${path}\`\n${block}\n\n### File: \`${path}\`\n${block}`
  },
  {
    drift: "several blocks for one file",
    reply: `### File: \`${path}\`\n${block}\n\n### File: \`${path}\`\n${fence}python\nx = 1\n${fence}`,
    refused: "comes twice with different content"
  },
  { drift: "a block without path", reply: block, refused: "nothing names this block's path" },
  {
    drift: "a heading without block",
    reply: `### File: \`${path}\`\n${block}\n\n### File: \`tests/test_more.py\`\nAs above.`,
    refused: "no code block follows the heading of tests/test_more.py"
  },
  {
    drift: "a block that is not closed",
    reply: `### File: \`${path}\`\n${fence}python\n${test}`,
    refused: "ended too early"
  },
  { drift: "a file outside tests/", reply: `### File: \`test_pantry.py\`\n${block}`, refused: "is not below tests/" },
  {
    drift: "a path that leads out",
    reply: `### File: \`tests/../test_pantry.py\`\n${block}`,
    refused: "leads out of the project"
  },
  {
    drift: "a name that unittest does not find",
    reply: `### File: \`tests/pantry_test.py\`\n${block}`,
    refused: "unittest would find no test"
  },
  {
    drift: "a test without its criterion",
    reply: cases["test-generation"].reply.replace("test_r1_1_empty", "test_empty"),
    refused: "the test test_empty"
  },
  {
    drift: "a test of a criterion that is not there",
    reply: cases["test-generation"].reply.replace("test_r1_1_", "test_r7_1_"),
    refused: "names R7.1, which is no criterion"
  },
  {
    drift: "a test of what is assumed among the others",
    reply: cases["test-generation"].reply.replace("test_r1_1_", "test_r1_2_"),
    refused: "R1.2 is assumed"
  },
  { drift: "no file", reply: "(none)", refused: "unittest would find no test" }
]

const accepted = cases["acceptance-test"].reply
const acceptance: ReadonlyArray<Omit<Drift, "step">> = [
  { drift: "the path in bold", reply: accepted.replace(/### File: `(.*)`/, "**$1**\n") },
  { drift: "CRLF", reply: crlf(accepted) },
  {
    drift: "a file of its own folder",
    reply: accepted.replace("tests/", "acceptance/"),
    refused: "is not below tests/"
  },
  {
    drift: "a file that uses no test",
    reply: `${accepted}\n\n### File: \`tests/support.py\`\n${fence}python\nx = 1\n${fence}`,
    refused: '"tests/support.py" is not of the form'
  },
  {
    drift: "a block without path",
    reply: accepted.slice(accepted.indexOf("\n")),
    refused: "nothing names this block's path"
  }
]

const of = (step: Name, drifts: ReadonlyArray<Omit<Drift, "step">>) => drifts.map((drift) => ({ step, ...drift }))

export const corpus: ReadonlyArray<Drift> = [
  ...of("requirement", requirements),
  ...of("requirement-review", reviews),
  ...of("architecture-design", designs),
  ...of("task-breakdown", tasks),
  ...of("implementation", implementations),
  ...of("test-generation", generated),
  ...of("acceptance-test", acceptance),
  ...of("judgement", repairDrift.judgements),
  ...of("code-repair", repairDrift.codeRepairs),
  ...of("test-repair", repairDrift.testRepairs)
]
