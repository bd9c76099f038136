/**
 * What a model thinks aloud before its answer, and the tags that tell it from the answer.
 *
 * **Source** the chat templates of DeepSeek R1, Qwen 3, GLM, Magistral, Kimi, Seed-OSS, Command A, MedGemma, Gemma, gpt-oss,
 * OpenThinker, MiniMax, LongCat, Pangu, Apertus, Granite and Apriel.
 */
const names = [
  "(?:\\w{1,20}:|longcat_)?think(?:ing)?(?:_process|_fast|_faster)?",
  "thoughts?(?:_process)?",
  "reasoning",
  "reflection",
  "scratchpad",
  "antthinking",
  "(?:inner|internal)_(?:monologue|thoughts)",
  "chain_of_thought",
  "cot"
].join("|")

const bracketed = "THINK(?:ING)?|THOUGHTS?|REASONING"

/** Opening and closing tag, as patterns that hold in any letter case. Models mix up the names. */
export const tags: ReadonlyArray<readonly [open: string, close: string]> = [
  [`<(?:${names})(?:\\s[^<>\\n/]{0,200})?>`, `</(?:${names})>`],
  [`\\[(?:${bracketed})\\]`, `\\[/(?:${bracketed})\\]`],
  ["\\[unused16\\]", "\\[unused17\\]"],
  ["◁think▷", "◁/think▷"],
  ["<\\|begin_of_thought\\|>", "<\\|end_of_thought\\|>"],
  ["<\\|START_THINKING\\|>", "<\\|END_THINKING\\|>"],
  ["<\\|think(?:ing)?(?:_start)?\\|>", "<\\|(?:/think(?:ing)?|think(?:ing)?_end)\\|>"],
  ["<\\|inner_prefix\\|>", "<\\|inner_suffix\\|>"],
  ["<unused94>", "<unused95>"],
  ["<\\|channel>thought", "<channel\\|>"],
  [
    "(?:<\\|start\\|>assistant)?<\\|channel\\|>analysis<\\|message\\|>",
    "(?:<\\|end\\|>)?(?:<\\|start\\|>assistant)?<\\|channel\\|>final ?(?:<\\|constrain\\|>\\w+)?<\\|message\\|>|<\\|end\\|>(?!\\s*(?:<|$))"
  ]
]

/** A word of each tag: most texts have none. */
export const hint = /think|thought|reasoning|reflection|scratchpad|monologue|unused|channel|inner_|\bcot>/i

/** Where a tag may begin: a character that begins one, or a text in brackets that does. */
export const mayBegin = new RegExp(`[<◁]|\\[(?=/?(?:${bracketed})\\]|unused1)`, "gi")

const elements = "analysis|plan|planning|rationale|reason|deliberation|consideration|considerations|brainstorm(?:ing)?"

/**
 * What stands around reasoning, but only where a reply begins with it; how what closes it is written, where what opens it
 * is reasoning even without.
 */
export const leads: ReadonlyArray<readonly [open: string, close: string, written?: string]> = [
  ["Here(?:['’]s| is) my thought process:", "Here(?:['’]s| is) my response:", "Here is my response:"],
  ["Here are my reasoning steps:", "\\[BEGIN FINAL RESPONSE\\]", "[BEGIN FINAL RESPONSE]"],
  ["<details\\s{1,9}type=[\"']reasoning[\"'][^<>\\n]{0,200}>", "</details>", "</details>"],
  // none at all
  ["<think(?:ing)?[ \\t]?/>", ""],
  // channels whose tokens were taken off
  ["analysis(?=[A-Z{[<*`\"'])", "assistantfinal"]
]

/** Elements with an ordinary name: reasoning where an answer follows that does not stand in them. */
export const words: ReadonlyArray<readonly [open: string, close: string]> = [
  [`<(?:${elements})>`, `</(?:${elements})>`]
]

/** What leads begin with, for a reply of which no more came yet. */
export const leadBeginnings = [
  "here is my thought process:",
  "here's my thought process:",
  "here are my reasoning steps:",
  "analysis"
]

/** A line that says that an answer follows. */
const answerLine =
  /^[ \t*_#]{0,9}(?:(?:my|the) )?(?:final )?(?:answer|response|verdict|decision|conclusion)[*_ ]{0,4}:/im

const led = [...leads, ...words].map(([open, close, written], i) => ({
  isWord: i >= leads.length,
  written,
  open: new RegExp(`\\s*(?:${open})`, i < leads.length ? "y" : "iy"),
  /** Of a word an opening one too. */
  close: new RegExp(i < leads.length ? close : `(${open})|${close}`, "gi")
}))

interface Lead {
  readonly start: number
  readonly end: number | undefined
  /** What should close it, where an answer follows all the same. */
  readonly missing: { readonly end?: string }
}

/** What stands around reasoning that begins at an index, and where it ends, if it does. */
export const leadAt = (text: string, at: number, withWords: boolean): Lead | undefined => {
  for (const { close, isWord, open, written } of led) {
    open.lastIndex = at
    const opening = isWord && !withWords ? null : open.exec(text)
    if (opening === null) continue
    let depth = 1
    let end: number | undefined
    for (const { 0: tag, 1: again, index } of text.slice(at + opening[0].length).matchAll(close)) {
      depth += again === undefined ? -1 : 1
      // where a word is named once more inside, the last tag that closes it counts
      if (again === undefined) end = at + opening[0].length + index + tag.length
      if (depth === 0) break
    }
    if (end === undefined && !isWord && written === undefined) continue
    const isAnswered = end === undefined && written !== undefined && answerLine.test(text.slice(at))
    return { start: at + opening[0].search(/\S/), end, missing: isAnswered ? { end: written } : {} }
  }
  return undefined
}

const word = new RegExp(`^\\s*(${words.map(([open]) => open).join("|")})`, "i")

/** The element with an ordinary name that a text begins with. */
export const wordOf = (text: string): string | undefined => word.exec(text)?.[1]
