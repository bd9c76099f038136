import { Schema } from "effect"
import { OutputParser, PartialJson } from "@stepwright/core"
const Any = Schema.Struct({ a: Schema.optionalKey(Schema.Array(Schema.String)) })
const block = OutputParser.taggedBlocks({
  start: "#task start#",
  end: "#task end#",
  heading: /^Task \d+/,
  body: OutputParser.fields({ objective: { label: "Objective", description: "" } })
})
const parsers: any = {
  text: OutputParser.text.parse,
  json: OutputParser.json(Any).parse,
  code: OutputParser.codeBlock("python").parse,
  files: OutputParser.files.parse,
  tagged: block.parse,
  fields: OutputParser.fields({ objective: { label: "Objective", description: "" } }).parse,
  choice: OutputParser.choice(["yes"]).parse,
  partial: (t: string) => {
    const r = PartialJson.make(Any)
    for (let i = 0; i < t.length; i += 20) r.feed(t.slice(i, i + 20))
    return r.end()
  }
}
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
  "</think>",
  "<think>\n",
  "</think>\n",
  "<think></think>",
  "x<think>",
  "```\n</think>\n",
  "{x: y ",
  "{x: y\n",
  '{"a": (',
  '{"a": (\n',
  '"""',
  "'''",
  '{"a": """',
  "# ...\n",
  '"x" y ',
  "<",
  "</",
  "[/THINK] ",
  "<answer>",
  '{"a":1,"a":2}',
  "`a.py` ",
  "a - b - ",
  '```python\n"""\n```\n',
  "```python\nx\n",
  "```md\n```py\n",
  "\n\n{",
  "1. ",
  "x: {a: b} ",
  "(see [2])",
  "[x](",
  "<|channel|>analysis<|message|>"
]
const only = process.argv[2]
const size = 60_000
for (const [name, parse] of Object.entries(parsers) as any) {
  if (only && name !== only) continue
  for (const unit of units) {
    const t = (n: number) => {
      const s = process.cpuUsage()
      parse(unit.repeat(n / unit.length))
      const u = process.cpuUsage(s)
      return (u.user + u.system) / 1000
    }
    t(size / 4)
    const a = t(size),
      b = t(size * 2)
    if (b > 40 && b > 2.8 * a) console.log(name, JSON.stringify(unit), a.toFixed(0), b.toFixed(0))
  }
}
