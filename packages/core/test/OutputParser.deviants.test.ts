import { assert, describe, expect, it } from "@effect/vitest"
import { OutputParser, PartialJson } from "@stepwright/core"
import type { OutputParseError } from "@stepwright/core/OutputParser"
import { Result, Schema } from "effect"

/** A reply that strays from the format, and what must become of it: a value, or an error that says this. */
type Deviant<A> = readonly [
  name: string,
  reply: string,
  outcome: { readonly value: A } | { readonly error: RegExp; readonly place?: string } | { readonly truncated: RegExp }
]

const table = <A>(parser: OutputParser.OutputParser<A>, deviants: ReadonlyArray<Deviant<NoInfer<A>>>) =>
  it.each(deviants)("%s", (_, reply, outcome) => {
    const parsed = parser.parse(reply)
    if ("value" in outcome) return assert.deepStrictEqual(parsed, Result.succeed(outcome.value))
    const error: OutputParseError = Result.getOrThrow(Result.flip(parsed))
    assert.match(error.message, "error" in outcome ? outcome.error : outcome.truncated)
    assert.strictEqual(error.truncated, "truncated" in outcome)
    assert.isAtMost(error.found.length, 200)
    if ("place" in outcome) assert.strictEqual(error.place, outcome.place)
  })

const fence = "```"
const text = (...lines: ReadonlyArray<string>) => lines.join("\n")

describe("json, off its format", () => {
  const Steps = Schema.Struct({ title: Schema.String, steps: Schema.optionalKey(Schema.Array(Schema.String)) })
  const one = { title: "a", steps: ["x", "y"] }
  const more = { ...one, b: [null, true, 0.5, 1] }
  table(OutputParser.json(Steps), [
    [
      "in a fence with prose around it",
      text("Sure! Here:", `${fence}json`, '{"title": "a", "steps": ["x", "y"]}', fence, "Hope it helps {really}."),
      { value: one }
    ],
    ["in a fence that is never closed", text(`${fence}json`, '{"title": "a", "steps": ["x", "y"]}'), { value: one }],
    ["trailing commas", '{"title": "a", "steps": ["x", "y",],}', { value: one }],
    ["comments of both kinds", '{"title": "a", // the "title" }\n /* ] */ "steps": ["x", "y"]}', { value: one }],
    ["single quotes and bare keys", "{title: 'a', 'steps': ['x', 'y']}", { value: one }],
    ["typographic quotes", "{“title”: “a”, “steps”: [“x”, “y”]}", { value: one }],
    ["quotes left unescaped", '{"title": "say "hi" now"}', { value: { title: 'say "hi" now' } }],
    ["a line break left unescaped", '{"title": "two\nlines"}', { value: { title: "two\nlines" } }],
    ["a comma left out", '{"title": "a" "steps": ["x", "y"]}', { value: one }],
    ["commas left out", '{"title": "a"\n"steps": ["x" "y"]}', { value: one }],
    [
      "the words of Python, other numbers, and commas too many",
      "{'title': 'a', 'steps': ['x', 'y',,], 'b': [None, True, .5, +1]}",
      { value: more }
    ],
    [
      "an expression with backslashes left unescaped",
      '{"title": "\\d+ \\\'\\u00e9", // c\n}',
      { value: { title: "\\d+ 'é" } }
    ],
    ["a byte order mark and CRLF", '\ufeff{\r\n"title": "a",\r\n"steps": ["x", "y"]}\r\n', { value: one }],
    [
      "brackets in prose before and after",
      'On [1, 5) and [a](b): {"title": "a", "steps": ["x", "y"]} (see [2])',
      { value: one }
    ],
    [
      "a draft, then the final version",
      '{"title": "draft"}\n\nBetter:\n\n{"title": "a", "steps": ["x", "y"]}',
      { error: /2 values fit and are not alike, \{"title":"draft"\} at line 1.* and .* at line 5.*give one/ }
    ],
    [
      "the value, then another that does not fit",
      '{"title": "a", "steps": ["x", "y"]}\n\nMetadata: {"model": "m"}',
      { value: one }
    ],
    [
      "a fenced value, then one in prose that fits too",
      text(`${fence}json`, '{"title": "a", "steps": ["x", "y"]}', fence, 'Or: {"title": "b"}'),
      { error: /2 values fit and are not alike/ }
    ],
    ["braces and quotes in strings", '{"title": "}]\\"{["}', { value: { title: '}]"{[' } }],
    ["cut off in a string", '{"title": "a", "steps": ["x", "y', { truncated: /line 1, column 1 is not finished/ }],
    ["cut off after an element that would complete", '{"title": "a", "steps": ["x"', { truncated: /not finished/ }],
    ["cut off after a comma", '{"title": "a",\n', { truncated: /not finished/ }],
    ["cut off in a literal", '{"title": tr', { truncated: /not finished/ }],
    [
      "cut off, in a fence that is closed all the same",
      text(`${fence}json`, '{"title": "a", "steps": ["x",', fence),
      { truncated: /line 2, column 1 is not finished/ }
    ],
    [
      "a whole draft, then a final version cut off",
      '{"title": "a"}\n\nBetter: {"title": "b", "st',
      { truncated: /not finished/ }
    ],
    [
      "brackets that do not match",
      '{"title": "a", "steps": ["x"}',
      { error: /found \} where \] has to come first/, place: "line 1, column 29" }
    ],
    ["elements left out", '{"title": "a", "steps": ["x", ...]}', { error: /abbreviated; write every element/ }],
    [
      "broken outside, with a value that fits inside",
      '{"all": (1), "inner": {"title": "wrong"}}',
      { error: /\( cannot stand here/ }
    ],
    ["a field missing", '{"steps": []}', { error: /Missing key/, place: '["title"]' }],
    ["a field of another type", '{"title": "a", "steps": ["x", 2]}', { error: /Found: 2/, place: '["steps"][1]' }],
    ["the value inside a list", '[{"title": "a"}]', { error: /Expected object/, place: "the value" }],
    ["no JSON at all", "I cannot do that.", { error: /no JSON in the reply.*\nFound: I cannot do that/, place: "" }],
    ["nothing", "", { error: /Found: nothing/, place: "" }]
  ])

  it("reads a number in a fence", () => {
    assert.deepStrictEqual(OutputParser.json(Schema.Finite).parse(text(fence, "42", fence)), Result.succeed(42))
  })
})

describe("codeBlock, off its format", () => {
  table(OutputParser.codeBlock("python"), [
    ["prose around it", text("Here:", "", `${fence}python`, "x = 1", fence, "", "Done."), { value: "x = 1\n" }],
    ["another name of the language", text(`${fence}PY`, "x = 1", fence), { value: "x = 1\n" }],
    ["no language", text(fence, "x = 1", fence), { value: "x = 1\n" }],
    ["tildes", text("~~~python", `${fence}`, "~~~"), { value: `${fence}\n` }],
    [
      "a longer fence with a shorter one inside",
      text("````python", `${fence}`, "x", fence, "````"),
      { value: `${fence}\nx\n${fence}\n` }
    ],
    [
      "a fence in an indented docstring",
      text(`${fence}python`, '    """', `    ${fence}`, '    """', fence),
      { value: text('    """', `    ${fence}`, '    """', "") }
    ],
    [
      "indented below a list item",
      text("1. Code:", `   ${fence}python`, "   def f():", "       pass", `   ${fence}`),
      { value: "def f():\n    pass\n" }
    ],
    ["CRLF", text(`${fence}python\r`, "x\r", "\r", "y\r", `${fence}\r`, ""), { value: "x\n\ny\n" }],
    ["no line break at the end", text(`${fence}python`, "x", fence, "\\ No newline at end of file"), { value: "x" }],
    [
      "a command to run it below",
      text(`${fence}python`, "x", fence, `${fence}bash`, "python x.py", fence),
      { value: "x\n" }
    ],
    [
      "the same block twice",
      text(`${fence}python`, "x", fence, "Again:", `${fence}python`, "x", fence),
      { value: "x\n" }
    ],
    [
      "two blocks",
      text(`${fence}python`, "x", fence, `${fence}python`, "y", fence),
      { error: /2 code blocks; put all of it in one/, place: "line 4" }
    ],
    ["cut off", text(`${fence}python`, "x = 1", "y ="), { truncated: /not closed/ }],
    ["no fence", "x = 1", { error: /no fenced code block/, place: "" }]
  ])
})

describe("files, off their format", () => {
  const a = { path: "src/a.py", content: "x\n" }
  const b = { path: "b.py", content: "y\n" }
  const block = text(`${fence}python`, "x", fence)
  table(OutputParser.files, [
    ["bold paths", text("**src/a.py**", block, "**`b.py`**:", fence, "y", fence), { value: [a, b] }],
    ["headings without backticks, and blank lines", text("### src/a.py", "", block), { value: [a] }],
    ["a label in bold", text("**File:** src/a.py", block), { value: [a] }],
    ["a label with the path in backticks", text("- **File path**: `src/a.py` (new)", block), { value: [a] }],
    ["numbered headings", text("## 1. `src/a.py`", block), { value: [a] }],
    ["prose that names one path", text("First, here is `src/a.py`:", "", block), { value: [a] }],
    ["a remark between heading and block", text("### `src/a.py`", "It holds the class.", "", block), { value: [a] }],
    ["the path after the language", text(`${fence}python src/a.py`, "x", fence), { value: [a] }],
    ["the path after a colon", text(`${fence}python:src/a.py`, "x", fence), { value: [a] }],
    ["the path as an attribute", text(`${fence}python title="src/a.py"`, "x", fence), { value: [a] }],
    ["the path alone in the info string", text(`${fence}./src/a.py`, "x", fence), { value: [a] }],
    [
      "Windows separators and ./",
      text("### File: `.\\src\\a.py`", block, "### `./b.py`", fence, "y", fence),
      { value: [a, b] }
    ],
    ["CRLF", text("### `src/a.py`\r", `${fence}python\r`, "x\r", `${fence}\r`, ""), { value: [a] }],
    [
      "a file without an extension",
      text("### `Makefile`", fence, "all:", fence),
      { value: [{ path: "Makefile", content: "all:\n" }] }
    ],
    [
      "an empty file",
      text("### `pkg/__init__.py`", fence, fence),
      { value: [{ path: "pkg/__init__.py", content: "" }] }
    ],
    [
      "a README with blocks in a fence as long",
      text(
        "### README.md",
        `${fence}markdown`,
        "# A",
        `${fence}bash`,
        "run",
        fence,
        "end",
        fence,
        "### b.py",
        fence,
        "y",
        fence
      ),
      { value: [{ path: "README.md", content: text("# A", `${fence}bash`, "run", fence, "end", "") }, b] }
    ],
    [
      "commands to run below",
      text("### `src/a.py`", block, "Run:", `${fence}bash`, "python -m unittest", fence),
      { value: [a] }
    ],
    [
      "commands that nothing introduces, before, between and after",
      text(
        `${fence}console`,
        "$ ls",
        fence,
        "### `src/a.py`",
        block,
        `${fence}bash`,
        "ls",
        fence,
        "### `b.py`",
        fence,
        "y",
        fence,
        "",
        `${fence}sh`,
        "ls",
        fence
      ),
      { value: [a, b] }
    ],
    [
      "a script that nothing names",
      text("### `src/a.py`", block, `${fence}bash`, "#!/bin/sh", "ls", fence),
      { error: /nothing names this block's path/ }
    ],
    ["one file twice, alike", text("### `src/a.py`", block, "### `src/a.py`", block), { value: [a] }],
    [
      "one file twice, different",
      text("### `src/a.py`", block, "### `src/a.py`", fence, "y", fence),
      { error: /src\/a\.py comes twice with different content/, place: "line 6" }
    ],
    [
      "one file twice by different separators",
      text("### `src/a.py`", block, "### `src\\a.py`", fence, "y", fence),
      { error: /src\/a\.py comes twice/ }
    ],
    [
      "a block without a path",
      text("### `src/a.py`", block, "And:", "", `${fence}python`, "y", fence),
      { error: /nothing names this block's path/, place: "line 7" }
    ],
    ["a class's name instead of a path", text("### `Stack`", block), { error: /nothing names this block's path/ }],
    [
      "a heading without a block",
      text("### `src/a.py`", "unchanged", "### `b.py`", fence, "y", fence),
      { error: /no code block follows the heading of src\/a\.py/, place: "line 1" }
    ],
    [
      "cut off in a block",
      text("### `src/a.py`", block, "### `b.py`", fence, "y"),
      { truncated: /the code block of b\.py is not closed/ }
    ],
    [
      "cut off after a heading",
      text("### `src/a.py`", block, "", "### File: `b.py`"),
      { truncated: /no code block follows the heading of b\.py/ }
    ],
    ["only commands", text(`${fence}bash`, "ls", fence), { error: /nothing names this block's path/ }],
    ["no block at all", "Here you go.", { error: /no file in the reply/, place: "" }]
  ])
})

describe("taggedBlocks, off their format", () => {
  const parser = OutputParser.taggedBlocks({ start: "#task start#", end: "#task end#", heading: /^Task \d+/ })
  const a = { heading: "Task 1: A", body: "do a" }
  const b = { heading: "Task 2: B", body: "do b" }
  const second = text("#### Task 2: B", "#task start#", "do b", "#task end#")
  table(parser, [
    [
      "prose before, between and after",
      text(
        "Tasks, between `#task start#` and `#task end#`:",
        "",
        "#### Task 1: A",
        "#task start#",
        "do a",
        "#task end#",
        "",
        "Next.",
        second,
        "Done."
      ),
      { value: [a, b] }
    ],
    [
      "letter case and spaces in tokens",
      text("#### Task 1: A", "# Task Start #", "do a", "  #TASK  END#  ", second),
      { value: [a, b] }
    ],
    [
      "tokens in bold, backticks and headings",
      text(
        "#### Task 1: A",
        "**#task start#**",
        "do a",
        "`#task end#`",
        "#### Task 2: B",
        "#### #task start#",
        "do b",
        "#### #task end#"
      ),
      { value: [a, b] }
    ],
    [
      "headings in bold",
      text(
        "**Task 1: A**",
        "",
        "#task start#",
        "do a",
        "#task end#",
        "**Task 2: B:**",
        "#task start#",
        "do b",
        "#task end#"
      ),
      { value: [a, b] }
    ],
    [
      "headings of other levels, with bold in them",
      text(
        "## **Task 1:** A",
        "#task start#",
        "do a",
        "#task end#",
        "# Task 2: B",
        "#task start#",
        "do b",
        "#task end#"
      ),
      { value: [a, b] }
    ],
    ["headings as plain lines", text("Task 1: A", "#task start#", "do a", "#task end#"), { value: [a] }],
    [
      "a remark between heading and token",
      text("#### Task 1: A", "The first.", "#task start#", "do a", "#task end#"),
      { value: [a] }
    ],
    [
      "a title above the first heading",
      text("# Tasks", "", "#### Task 1: A", "#task start#", "do a", "#task end#"),
      { value: [a] }
    ],
    [
      "CRLF",
      text("#### Task 1: A", "#task start#", "do a", "#task end#", "", second).replaceAll("\n", "\r\n"),
      { value: [a, b] }
    ],
    [
      "the end token on the last line",
      text("#### Task 1: A", "#task start#", "do a #task end#", second),
      { value: [a, b] }
    ],
    [
      "all in a code fence",
      text("Sure:", `${fence}markdown`, "#### Task 1: A", "#task start#", "do a", "#task end#", second, fence),
      { value: [a, b] }
    ],
    [
      "all in a code fence, with code inside",
      text(`${fence}markdown`, "#### Task 1: A", "#task start#", `${fence}py`, "x", fence, "#task end#", second, fence),
      { value: [{ ...a, body: text(`${fence}py`, "x", fence) }, b] }
    ],
    [
      "an end token inside code",
      text("#### Task 1: A", "#task start#", fence, "#task end#", fence, "do a", "#task end#", second),
      { value: [{ ...a, body: text(fence, "#task end#", fence, "do a") }, b] }
    ],
    [
      "tokens in running text",
      text("#### Task 1: A", "#task start#", "Write #task start# and", "then `#task end#`", "#task end#"),
      { value: [{ ...a, body: text("Write #task start# and", "then `#task end#`") }] }
    ],
    [
      "an example of the format in code",
      text("#### Task 1: A", "#task start#", fence, second, second, fence, "#task end#"),
      { value: [{ ...a, body: text(fence, second, second, fence) }] }
    ],
    ["an empty block", text("#### Task 1: A", "#task start#", "#task end#"), { value: [{ ...a, body: "" }] }],
    [
      "a list of the tasks before them",
      text("1. Task 1: A", "2. Task 2: B", "", "#### Task 1: A", "#task start#", "do a", "#task end#"),
      { value: [a] }
    ],
    ["none", "(None)\n", { value: [] }],
    [
      "no end before the next start",
      text("#### Task 1: A", "#task start#", "do a", second),
      { error: /"Task 1: A" has no `#task end#`/, place: "line 1" }
    ],
    [
      "no end before the next heading",
      text("#### Task 1: A", "#task start#", "do a", "#### Task 2: B", "do b", "#task end#"),
      { error: /"Task 1: A" has no `#task end#`/ }
    ],
    [
      "no end of the last block",
      text("#### Task 1: A", "#task start#", "do a", "#task end#", "#### Task 2: B", "#task start#", "do b"),
      { truncated: /"Task 2: B" has no `#task end#`/ }
    ],
    [
      "cut off in the end token",
      text("#### Task 1: A", "#task start#", "do a", "#task en"),
      { truncated: /"Task 1: A" has no/ }
    ],
    [
      "cut off after a heading",
      text("#### Task 1: A", "#task start#", "do a", "#task end#", "#### Task 2: B"),
      { truncated: /"Task 2: B" has no `#task start#`/ }
    ],
    [
      "no start",
      text("#### Task 1: A", "do a", "#task end#", second),
      { error: /has no `#task start#` before it/, place: "line 3" }
    ],
    ["neither start nor end", text("#### Task 1: A", "do a", second), { error: /"Task 1: A" has no `#task start#`/ }],
    ["no heading", text("#task start#", "do a", "#task end#"), { error: /no heading above it/, place: "line 1" }],
    [
      "code that is not closed before the next block",
      text(
        "#### Task 1: A",
        "#task start#",
        `${fence}py`,
        "x",
        "#task end#",
        "#### Task 2: B",
        "#task start#",
        fence,
        "y",
        fence,
        "#task end#"
      ),
      { error: /code fence in "Task 1: A" is not closed/ }
    ],
    ["no token at all", "#### Task 1: A\ndo a", { truncated: /"Task 1: A" has no `#task start#`/ }],
    ["prose", "There is nothing to do.", { error: /no `#task start#` on a line of its own/, place: "" }]
  ])

  it("takes the nearest heading where none is described", () => {
    const plain = OutputParser.taggedBlocks({ start: "<t>", end: "</t>" })
    const reply = text("# All", "## One", "", "about it", "<t>", "1", "</t>", "Two", "<t>", "2", "</t>")
    assert.deepStrictEqual(
      plain.parse(reply),
      Result.succeed([
        { heading: "One", body: "1" },
        { heading: "Two", body: "2" }
      ])
    )
  })

  it("says in which block a body is wrong", () => {
    const parser = OutputParser.taggedBlocks({
      start: "<t>",
      end: "</t>",
      body: OutputParser.json(Schema.Struct({ n: Schema.Int }))
    })
    const reply = text("# A", "<t>", '{"n": 1}', "</t>", "# B", "<t>", '{"n": "x', "</t>")
    expect(Result.getOrThrow(Result.flip(parser.parse(reply))).message).toMatchInlineSnapshot(`
      "At line 1, column 9 of "B" (line 5): the JSON that starts at line 1, column 1 is not finished. Expected one JSON value of the shape described.
      Found: {"n": "x"
    `)
  })
})

describe("fields, off their format", () => {
  const parser = OutputParser.fields({
    objective: { label: "Objective", description: "" },
    file: { label: "File Specification", description: "" },
    points: { label: "Integration Points", description: "", optional: true }
  })
  const value = { objective: "Do it.", file: "`a.py`" }
  table(parser, [
    ["the colon inside the bold", text("- **Objective:** Do it.", "- **File Specification:** `a.py`"), { value }],
    ["other bullets", text("* **Objective**: Do it.", "+ **File Specification**: `a.py`"), { value }],
    ["numbers", text("1. **Objective**: Do it.", "2) File Specification: `a.py`"), { value }],
    ["no bullets, and no bold", text("Objective: Do it.", "File Specification:`a.py`"), { value }],
    ["indented all alike", text("  - **Objective**: Do it.", "  - **File Specification**: `a.py`"), { value }],
    ["headings", text("### Objective", "Do it.", "", "### File Specification", "`a.py`"), { value }],
    ["bold lines of their own", text("**Objective**", "Do it.", "**File Specification**", "", "`a.py`"), { value }],
    ["dashes after bold", text("- **Objective** – Do it.", "- **File Specification** - `a.py`"), { value }],
    ["another order and letter case", text("- **FILE specification**: `a.py`", "- **objective**: Do it."), { value }],
    [
      "CRLF, and prose before",
      text("Here:", "", "- **Objective**: Do it.", "- **File Specification**: `a.py`", "").replaceAll("\n", "\r\n"),
      { value }
    ],
    [
      "the value below its label, with a nested list",
      text("- **Objective**:", "    - one", "      - deep", "    - two", "- **File Specification**: `a.py`"),
      { value: { ...value, objective: "- one\n  - deep\n- two" } }
    ],
    [
      "further lines, indented or not",
      text("- **Objective**: Do", "  it", "now.", "- **File Specification**: `a.py`"),
      { value: { ...value, objective: "Do\nit\nnow." } }
    ],
    [
      "a label of its own in a nested list",
      text("- **Objective**: Do", "  - **File Specification**: not here", "- **File Specification**: `a.py`"),
      { value: { ...value, objective: "Do\n- **File Specification**: not here" } }
    ],
    [
      "a label in code",
      text("- **Objective**: Do", "```", "Objective: x", "```", "- **File Specification**: `a.py`"),
      { value: { ...value, objective: "Do\n```\nObjective: x\n```" } }
    ],
    [
      "an unknown field goes with the value above",
      text("- **Objective**: Do it.", "- **Notes**: none", "- **File Specification**: `a.py`"),
      { value: { ...value, objective: "Do it.\n- **Notes**: none" } }
    ],
    [
      "a label as the start of a sentence",
      text("- **Objective**: Do it.", "- **File Specification**: `a.py`", "Integration points matter."),
      { value: { ...value, file: "`a.py`\nIntegration points matter." } }
    ],
    ["one field twice, alike", text("Objective: Do it.", "Objective: Do it.", "File Specification: `a.py`"), { value }],
    [
      "one field twice, different",
      text("Objective: Do it.", "Objective: Not.", "File Specification: `a.py`"),
      { error: /Objective comes twice/, place: "line 2" }
    ],
    ["a field missing", "- **Objective**: Do it.", { error: /missing: File Specification/ }],
    ["all missing", "Do it in a.py.", { error: /missing: Objective, File Specification/, place: "" }]
  ])
})

describe("choice, off its format", () => {
  table(OutputParser.choice(["approve", "reject"]), [
    ["white space and letter case", " Approve\n", { value: "approve" }],
    ["quotes, bold and a full stop", '**"reject".**', { value: "reject" }],
    ["a sentence", "I approve.", { error: /none of the choices.*"approve", "reject"/ }]
  ])
})

describe("a tenth of a megabyte", () => {
  const size = 100_000
  /** **Units** seconds */
  const limit = 10
  const Any = Schema.Struct({ a: Schema.optionalKey(Schema.Array(Schema.String)) })
  const block = OutputParser.taggedBlocks({
    start: "#task start#",
    end: "#task end#",
    heading: /^Task \d+/,
    body: OutputParser.fields({ objective: { label: "Objective", description: "" } })
  })
  const parsers: ReadonlyArray<readonly [string, (reply: string) => unknown]> = [
    ["json", OutputParser.json(Any).parse],
    ["codeBlock", OutputParser.codeBlock("python").parse],
    ["files", OutputParser.files.parse],
    ["taggedBlocks", block.parse],
    ["taggedBlocks without headings", OutputParser.taggedBlocks({ start: "<t>", end: "</t>" }).parse],
    ["fields", OutputParser.fields({ objective: { label: "Objective", description: "" } }).parse],
    ["choice", OutputParser.choice(["yes"]).parse],
    [
      "PartialJson",
      (reply) => {
        const reader = PartialJson.make(Any)
        reader.feed(reply)
        return reader.end()
      }
    ]
  ]
  const units = [
    "[",
    "{",
    "[1]",
    '{"a":[',
    '{"a":["x"]} ',
    '"',
    '{"',
    "[1,(",
    "`",
    "```\n",
    "```a\n",
    "~~~\n`````\n````\n",
    "*",
    "* ",
    "#",
    "# ",
    "#### Task 1\n",
    "#### Task 1\n#task start#\n",
    "#### Task 1\n#task start#\n- **Objective**: x\n#task end#\n",
    "x #task end# ",
    "#task end#\n",
    "- **Objective**: x\n",
    "- **Objective",
    "\\",
    "\\#task end#\n",
    " ",
    "\t\n",
    "\r",
    "(",
    ":",
    "a.py\n```\nx\n```\n",
    "### `a.py`\n",
    "File: ",
    "word ",
    "<think>",
    "</think>\n",
    "```\n</think>\n",
    "{x: y\n",
    '"""',
    '{"a":1,"a":2}',
    "\n\n{",
    '```python\n"""\n```\n',
    "a - b - ",
    "x\n<think>a</think><answer>b </answer> x\n",
    "<think>a</think>\n<answer>x</answer>\n",
    '<details type="reasoning">a</details>',
    "# A\n**B**\n<t>\na\n</t>\n"
  ]

  /** Of the processor, for what others do on the machine does not count. What takes quadratic time takes many minutes. */
  const seconds = (since: NodeJS.CpuUsage) => {
    const { system, user } = process.cpuUsage(since)
    return (system + user) / 1_000_000
  }

  it.each(parsers)("of anything is read by %s in time linear in its length", (_, parse) => {
    for (const unit of units) {
      const start = process.cpuUsage()
      parse(unit.repeat(size / unit.length))
      assert.isBelow(seconds(start), limit, JSON.stringify(unit))
    }
  })

  const faults = [
    '"he said "hi" now", ',
    '"x" ',
    '"x", // c\n',
    "'x', ",
    "True, None, ",
    '"x",, ',
    '"two\nlines", ',
    "{b: 1,}, ",
    "/* c */ 1, ",
    '"\\d", ',
    "“x”, ",
    ".5, ",
    "1 2, "
  ]

  it.each(faults)("of JSON with faults such as %j is repaired in time linear in its length", (fault) => {
    const count = Math.floor(size / fault.length)
    const reply = `Here:\n\`\`\`json\n{"a": [${fault.repeat(count)}],}\n\`\`\``
    const Loose = Schema.Struct({ a: Schema.Array(Schema.Json) })
    const start = process.cpuUsage()
    const { a } = Result.getOrThrow(OutputParser.json(Loose).parse(reply))
    assert.isBelow(seconds(start), limit)
    assert.isAtLeast(a.length, count)
  })

  it("of good JSON is read whole, faults and all", () => {
    const strings = Array.from({ length: size / 10 }, (_, i) => `text ${i}`)
    const reply = `Here:\n\`\`\`json\n${JSON.stringify({ a: strings }).slice(0, -2)},],}\n\`\`\``
    assert.deepStrictEqual(OutputParser.json(Any).parse(reply), Result.succeed({ a: strings }))
  })
})
