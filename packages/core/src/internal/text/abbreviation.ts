import { isPlaceholder } from "../code/placeholder.ts"

/** Whether a comment in a value stands for elements or keys that are left out; `isLast` where nothing follows it. */
export const isAbbreviation = (comment: string, isLast: boolean): boolean => {
  if (comment.length > longest) return false
  const said = comment.replace(/^(?:\/\/+|\/\*+|#+)\s*[[(<]?|[\])>]?\s*\*+\/$|\n\s*\*+/g, " ").trim()
  if (/^(?:…|\.{3,})/.test(said) || dotted.test(said) || translated.test(said)) return true
  return (
    counted.test(said) || rest.test(said) || (isLast && more.test(said)) || isPlaceholder(`// ${said}`, "json", "", "")
  )
}

/** A longer one says more than that something is left out. */
const longest = 200

const dotted = /^(?:others?|more|another|next|additional|further|similar|existing)\b.*(?:…|\.{3,})$/i
const translated =
  /^(?:(?:die |und )?(?:weitere|restliche|übrige)n?\b|usw\b|und so weiter|(?:el |lo )?resto\b|(?:los |las )?demás\b|y así\b|(?:le )?reste\b|et ainsi\b|остальн|и так далее|и т\.|其余|其他|其它|更多|等等|以此类推|省略|以下(?:省略|同)|残り|その他|나머지|생략|중략)/iu

/** So many more. */
const counted =
  /^(?:(?:and|plus|with) )?(?:(?:so on|so forth)\b|etc\b|(?:\d+|many|several|some|a few) (?:more|others?)\b|(?:all )?(?:the )?others? (?:follow|omitted))/i
/** What is said to be left out. */
const rest =
  /^(?:(?:the|all|and) )*(?:rest\b|remaind(?:er|ing)\b|remaining\b)|\b(?:omitted|elided|truncated|abbreviated|left out|skipped)\b.{0,30}$|^(?:continue[sd]?|repeat|similarly|likewise|same) (?:for|with|as|in|like)\b|^continue[sd]?[\])]?$|^(?:more|other|additional) .{0,30}\b(?:here|follow)\b|^(?:existing|previous|original) .{0,30}\b(?:unchanged|same|here|as (?:is|before))\b/i
/** More of it, where none follows. */
const more =
  /^(?:(?:and|the|all|add) )*(?:more|other|others|additional|further)(?: [\p{L}-]+){0,3}(?: (?:here|go here|follow))?[.…]*$/iu
