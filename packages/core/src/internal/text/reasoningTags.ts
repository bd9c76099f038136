/**
 * What a model thinks aloud before its answer, and the tags that tell it from the answer.
 *
 * **Source** the chat templates of DeepSeek R1, Qwen 3, GLM, Magistral, Kimi, Seed-OSS, Command A, MedGemma, Gemma, gpt-oss
 * and OpenThinker.
 */
const names = [
  ..."think,thinking,thought,thoughts,reasoning,reflection,scratchpad,seed:think,antthinking".split(","),
  ..."inner_monologue,chain_of_thought,cot".split(",")
]

/** Opening and closing tag, as patterns that hold in any letter case. */
export const tags: ReadonlyArray<readonly [open: string, close: string]> = [
  ...names.map((name) => [`<${name}(?:\\s[^<>\\n]{0,200})?>`, `</${name}>`] as const),
  ["\\[THINK\\]", "\\[/THINK\\]"],
  ["◁think▷", "◁/think▷"],
  ["<\\|begin_of_thought\\|>", "<\\|end_of_thought\\|>"],
  ["<\\|START_THINKING\\|>", "<\\|END_THINKING\\|>"],
  ["<unused94>", "<unused95>"],
  ["<\\|channel>thought", "<channel\\|>"],
  [
    "(?:<\\|start\\|>assistant)?<\\|channel\\|>analysis<\\|message\\|>",
    "(?:<\\|end\\|>)?(?:<\\|start\\|>assistant)?<\\|channel\\|>final<\\|message\\|>"
  ]
]

/** Where a tag may begin: a character that begins one, or the one text in brackets that does. */
export const mayBegin = /[<◁]|\[\/?THINK/gi
