import { type Region, repair } from "./repair.ts"

/** A complete JSON object or array in a text, its small faults repaired. */
export interface JsonBlock {
  readonly start: number
  readonly json: string
  readonly fenced: boolean
}

interface JsonBlocks {
  readonly blocks: ReadonlyArray<JsonBlock>
  /** Where a block starts that the text ends in the middle of. */
  readonly unclosed: number | undefined
  /** The first place where something that began like JSON stopped being it. */
  readonly invalid: Extract<Region, { readonly _tag: "Invalid" }> | undefined
}

const opener = /[{[]|```/g
const objectStart = /\{\s*(?:["'“‘}]|\/[/*]|[A-Za-z_$][\w$]*\s*:|$)/y
const arrayStart = /\[\s*(?:["'“‘{[\]\d-]|\/[/*]|(?:true|false|null|True|False|None)\b|$)/y
const quotedKey = /\{\s*["'“‘]/y

/** All JSON in a text, in one pass. What follows broken JSON is not taken for JSON of its own before the next fence. */
export const find = (text: string): JsonBlocks => {
  const blocks: Array<JsonBlock> = []
  let invalid: JsonBlocks["invalid"]
  let fenced = false
  let inBroken = false
  opener.lastIndex = 0
  for (let match = opener.exec(text); match !== null; match = opener.exec(text)) {
    const start = match.index
    if (match[0] === "```") {
      fenced = !fenced
      inBroken = false
      continue
    }
    if (!startsAt(match[0] === "{" ? objectStart : arrayStart, text, start)) continue
    const region = repair(text, start)
    if (region._tag === "Unclosed") return { blocks, unclosed: start, invalid }
    if (region._tag === "Closed") {
      if (!inBroken) blocks.push({ start, json: region.json, fenced })
    } else if (startsAt(quotedKey, text, start)) {
      inBroken = true
      invalid ??= region
    }
    opener.lastIndex = Math.max(region.index, start + 1)
  }
  return { blocks, unclosed: undefined, invalid }
}

const startsAt = (sticky: RegExp, text: string, index: number): boolean => {
  sticky.lastIndex = index
  return sticky.test(text)
}
