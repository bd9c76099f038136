import { isPlaceholder } from "../code/placeholder.ts"

/** Whether a comment in a value stands for elements or keys that are left out; `isLast` where nothing follows it. */
export const isAbbreviation = (comment: string, isLast: boolean): boolean => {
  if (comment.length > longest) return false
  const said = comment.replace(/^(?:\/\/+|\/\*+|#+)|\*+\/$|\n\s*\*+/g, " ").trim()
  if (/^[[(<]?(?:…|\.{3,})|^(?:…|\.{3,})$/.test(said)) return true
  return counted.test(said) || rest.test(said) || (isLast && more.test(said)) || isPlaceholder(`// ${said}`, "json", "")
}

/** A longer one says more than that something is left out. */
const longest = 200

/** So many more. */
const counted =
  /^(?:(?:and|plus|with) )?(?:(?:so on|so forth)\b|etc\b|(?:\d+|many|several|some|a few) (?:more|others?)\b|(?:all )?(?:the )?others? (?:follow|omitted))/i
/** What is said to be left out. */
const rest =
  /^(?:(?:the|all|and) )*(?:rest\b|remaind(?:er|ing)\b|remaining\b)|\b(?:omitted|elided|truncated|abbreviated|left out|skipped)\b.{0,30}$|^(?:continue[sd]?|repeat|similarly|likewise|same) (?:for|with|as|in|like)\b/i
/** More of it, where none follows. */
const more =
  /^(?:(?:and|the|all|add) )*(?:more|other|others|additional|further)(?: [\p{L}-]+){0,3}(?: (?:here|go here|follow))?[.…]*$/iu
