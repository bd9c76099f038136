import type { Random } from "./random.ts"
import type { Subject } from "./subjects.ts"

const tags = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<THOUGHT>", "</THOUGHT>"],
  ["<reasoning>", "</reasoning>"],
  ["[THINK]", "[/THINK]"],
  ["<mm:think>", "</mm:think>"],
  ["<|inner_prefix|>", "<|inner_suffix|>"],
  ["[unused16]", "[unused17]"],
  ["◁think▷", "◁/think▷"],
  ["<|begin_of_thought|>", "<|end_of_thought|>"],
  ["<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"]
] as const

const prose = [
  "Sure! Here it is.",
  "Here is what you asked for [1]:",
  "The set {a, b} is small, and [1, 5) is half open.",
  "I took “the usual” reading of ‘it’ – see [docs](https://example.org/a).",
  "Voilà, voici le résultat :",
  "这是结果：",
  "Note: nothing was left out.",
  "See (3) and `f(x)`; it {really} holds.",
  "It's done — 100%."
]

const labels = ["Answer:", "**Answer:**", "答案：", "Antwort:", "### Résultat :", "Ответ:"]

const asides = [
  "Install it with:\n\n```bash\npip install x\n```",
  "Run it:\n```sh\npython -m unittest\n```",
  "For example:\n```console\n$ curl -d '{\"a\": 1}' localhost\n```",
  "Output:\n\n```\n$ python a.py\n42\n```",
  "Structure:\n\n```\nproject/\n├── a.py\n└── b.py\n```"
]

/** Thoughts that hold no tags of thoughts themselves, drafts included. */
const thoughts = (random: Random, { other, parser }: Subject): string => {
  const draft = parser.print(other)
  return random
    .list(4, () =>
      random.pick([
        () => random.pick(prose),
        () => 'Start with {"valid": and go on',
        () => "I write\n```python\nthen code.",
        () => (/<\/?think/.test(draft) ? "Draft it." : `Draft:\n${draft}\nNo, better not.`),
        () => '```json\n{"title": "draft"}\n```',
        () => "### File: `draft.py`\n```python\ndraft\n```",
        () => "#task start#"
      ])()
    )
    .join("\n")
}

const longestRun = (text: string) => Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))

type Wrap = (text: string, random: Random, subject: Subject) => string

/** A step of wrapping; each makes of a reply another that says the same. */
const steps: ReadonlyArray<readonly [name: string, chance: number, wrap: Wrap]> = [
  [
    "fence",
    0.5,
    (text, random, { format }) =>
      format === "json" && longestRun(text) < 3 ? `\`\`\`${random.pick(["json", "JSON", ""])}\n${text}\n\`\`\`` : text
  ],
  [
    "label of a file",
    0.4,
    (text, random, { format }) =>
      format === "files"
        ? text.replaceAll(/^### File: (`(?!x\.py).*`)$/gm, (_, path: string) => {
            const [before, after] = random.pick([
              ["### 文件：", ""],
              ["**Datei:** ", ""],
              ["### Fichier : ", ""],
              ["**", "**"],
              ["**1. ", "** - the module"],
              ["### 📄 ", ""],
              ["Create the file ", " with the following content:"],
              ["=== ", " ==="],
              ["// ", ""]
            ] as const)
            return `${before}${path}${after}`
          })
        : text
  ],
  ["label", 0.2, (text, random) => `${random.pick(labels)}\n${text}`],
  [
    "fence around all",
    0.2,
    (text, random, { format }) => {
      if (format === "fields") return text
      const fence = "`".repeat(Math.max(3, longestRun(text)) + 1)
      return `${fence}${random.pick(["markdown", "md", ""])}\n${text}\n${fence}`
    }
  ],
  ["block before", 0.2, (text, random) => `${random.pick(asides)}\n\n${text}`],
  [
    "block after",
    0.2,
    (text, random, { format }) => (format === "fields" ? text : `${text}\n\n${random.pick(asides)}`)
  ],
  ["prose before", 0.4, (text, random) => `${random.pick(prose)}\n\n${text}`],
  ["prose after", 0.4, (text, random, { format }) => (format === "fields" ? text : `${text}\n\n${random.pick(prose)}`)],
  [
    "reasoning",
    0.5,
    (text, random, subject) => {
      const [open, close] = random.pick(tags)
      const thought = `${open}\n${thoughts(random, subject)}\n${close}`
      return `${thought}${random.pick(["\n", "\n\n", ""])}${text}`
    }
  ],
  [
    "reasoning without its first tag",
    0.1,
    (text, random, subject) => `${thoughts(random, subject)}\n</think>\n\n${text}`
  ],
  ["byte order mark", 0.1, (text) => `\ufeff${text}`],
  ["CRLF", 0.1, (text) => (text.includes("\r") ? text : text.replaceAll("\n", "\r\n"))]
]

/** A reply that says what another says, and what was done to it. */
export const wrap = (text: string, random: Random, subject: Subject) => {
  const done = steps.filter(([, chance]) => random.bool(chance))
  return {
    reply: done.reduce((text, [, , wrap]) => wrap(text, random, subject), text),
    names: done.map(([name]) => name)
  }
}
