/**
 * What a model thinks aloud before its answer, and the tags that tell it from the answer.
 *
 * **Source** the chat templates of DeepSeek R1, Qwen 3, GLM, Magistral, Kimi, Seed-OSS, Command A, MedGemma, Gemma, gpt-oss
 * and OpenThinker.
 */
const names = [
  "(?:seed:)?think(?:ing)?(?:_process)?",
  "thoughts?(?:_process)?",
  "reasoning",
  "reflection",
  "scratchpad",
  "antthinking",
  "(?:inner|internal)_(?:monologue|thoughts)",
  "chain_of_thought",
  "cot"
].join("|")

/** Opening and closing tag, as patterns that hold in any letter case. Models mix up the names. */
export const tags: ReadonlyArray<readonly [open: string, close: string]> = [
  [`<(?:${names})(?:\\s[^<>\\n/]{0,200})?>`, `</(?:${names})>`],
  ["\\[THINK\\]", "\\[/THINK\\]"],
  ["◁think▷", "◁/think▷"],
  ["<\\|begin_of_thought\\|>", "<\\|end_of_thought\\|>"],
  ["<\\|START_THINKING\\|>", "<\\|END_THINKING\\|>"],
  ["<unused94>", "<unused95>"],
  ["<\\|channel>thought", "<channel\\|>"],
  [
    "(?:<\\|start\\|>assistant)?<\\|channel\\|>analysis<\\|message\\|>",
    "(?:<\\|end\\|>)?(?:<\\|start\\|>assistant)?<\\|channel\\|>final ?(?:<\\|constrain\\|>\\w+)?<\\|message\\|>"
  ]
]

/** Where a tag may begin: a character that begins one, or the one text in brackets that does. */
export const mayBegin = /[<◁]|\[\/?THINK/gi
