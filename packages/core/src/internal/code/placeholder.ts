/** Whether a line stands for code that is left out; dots between the comments around it are a part of what they show. */
export const isPlaceholder = (line: string, language: string, above: string, below: string): boolean => {
  if (line.length > maxLength) return false
  if (/^\s*…\s*$/.test(line)) return true
  if (/^\s*[[(]?\.{3,}[\])]?,?\s*$/.test(line) || leftOutValue.test(line)) return noDots.has(language)
  if (isScript(language) && leftOutName.test(line)) return true
  const said = saidBy(line)?.replace(rule, "")
  if (said === undefined || said === "") return false
  if (onlyDots.test(said) || andSoOn.test(said)) return !(isComment(above) && isComment(below))
  return betweenDots.test(said) || (dots.test(said) && hint.test(said)) || words.test(said)
}

/** A longer line says more than that something is left out. */
const maxLength = 200

/** Languages in which three dots are nothing by themselves. */
const noDots = new Set([
  ..."javascript typescript java go rust csharp ruby php kotlin scala swift cpp c dart".split(" "),
  ..."json css scss sql toml bash".split(" ")
])

/** Three dots in place of a body or a value. */
const leftOutValue = /^[^"'`#]*(?:\{\s*(?:\.{3,}|…)\s*\}|(?:[^=!<>]=|=>|\breturn)\s*(?:\.{3,}|…))[\s;,)]*$/

/** Three dots in place of names or arguments, which in JavaScript begin something. */
const leftOutName = /^[^"'`]*[\s,({[<]\.{3}\s*[)\]}>]/
const isScript = (language: string): boolean => language === "javascript" || language === "typescript"

/** Whether all of a text is words in place of a file. */
export const isInPlace = (content: string): boolean => content.length < 2 * maxLength && inPlace.test(content)

const inPlace =
  /^\s*[[(<]?(?:unchanged|omitted|same as before|no changes?(?: needed| here)?|(?:insert|your|the|full|complete|entire|existing|original|rest of)\b[\w./ -]{0,60}\b(?:contents?|code|file|implementation)\b[\w./ -]{0,40})[\])>]?[.!]?\s*$/i

/** Whether a line of prose says that some of it is left out. */
export const isLeftOutOfProse = (line: string): boolean =>
  line.length <= maxLength &&
  /^\s*(?:<!--|[[(])\s*(?:…|\.{3,})?\s*(?:the )?(?:rest|remaining|remainder|existing|previous|other)\b[^.…]*(?:\.{3,}|…|\b(?:unchanged|omitted|the same|as (?:is|before)))\s*(?:-->|[\])])\s*$/i.test(
    line
  )

/** What a line says in a comment, in brackets or between dots. */
const saidBy = (line: string): string | undefined =>
  comment.exec(line)?.[1] ?? bracketed.exec(line)?.[1] ?? behindDots.exec(line)?.[1] ?? behindNothing.exec(line)?.[1]

const comment =
  /^\s*(?:\{\/\*|#+|\/\/+|--|;+|%+|\/\*+|\*|<!--|\(\*|'(?=\s)|REM\b|=>|>{2,}|\{\{)[ \t]*(\S.*?)[ \t]*(?:\*\/\}?|-->|\*\))?[ \t]*$/i
const bracketed =
  /^\s*(?:[[(<](?=[^\]]*\b(?:rest|existing|remaining|unchanged)\b)|(?:…|\.{3,})[ \t]*(?=[(\w]))(.*?)(?:[\])>]|…|\.{3,})*\s*$/i
const isComment = (line: string): boolean => comment.test(line)
/** A comment behind code, that dots begin. */
const behindDots = /^[^"'`]*(?:#|\/\/|\/\*)[ \t]*((?:…|\.{3,}).*?)[ \t]*(?:\*\/)?[ \t]*\}?$/
/** A comment behind code that does nothing. */
const behindNothing =
  /^\s*(?:pass|\.{3}|return(?: \w+)?|\}|[^"'`#]*\{)[;,]?[ \t]*(?:#|\/\/|\/\*)[ \t]*(\S.*?)[ \t]*(?:\*\/[ \t]*\}?)?[;,) \t]*$/
/** A line drawn beside words. */
const rule = /^[-=*~/<>{ ]{2,}|[-=*~/<>} ]{2,}$/g

const onlyDots = /^[[(<]?(?:…|\.{3,})[\])>]?$/
const andSoOn = /^(?:\.{3,} ?|… ?)?(?:and so (?:on|forth)(?: for .{1,40})?|etc|and (?:\d+ )?more)[.…]*$/i
const betweenDots = /^[[(<]?(?:…|\.{3,}).*(?:…|\.{3,})[\])>]?$/
const dots = /^[[(<]?(?:…|\.{3,})|(?:…|\.{3,})[\])>]?$/

const oneOf = (...patterns: ReadonlyArray<string>): string => `(?:${patterns.join("|")})`

/** What may be left out. */
const noun = `(?:\\d+ )?(?:(?:test|function|method|class|helper|implementation) )?${oneOf(
  ..."code file implementation class(?:es)? functions? methods? modules? script(?:s)? tests? contents? logic program lines?".split(
    " "
  ),
  ..."imports? body bodies components? styles? config(?:uration)? settings sections? page html document helpers? readme".split(
    " "
  ),
  ..."handlers? routes? endpoints? fields cases definitions? details setup tables? rules? properties constants".split(
    " "
  ),
  ..."dependencies entries items keys values columns rows options packages services elements records parameters".split(
    " "
  )
)}`
const articles = "(?:(?:the|all|any|your|my|our|this|these|of) )*"
/** What is not shown of it. */
const other = "(?:rest of|remainder of|remaining|existing|previous|original|other|additional|more|unchanged|same)"
/** What became of it. */
const state = `(?:(?:is|are|remains?|stays?|kept|goes|continues?|would be|will be) )?${oneOf(
  "(?:exactly )?the same(?: as (?:before|above|(?:in )?the original.*))?",
  "unchanged(?: from .*)?",
  "untouched",
  "as (?:it )?(?:was|is|before|above|in the original.*)",
  "same as (?:before|above|(?:in )?the original.*)",
  "(?:omitted|elided|skipped|truncated)",
  "as is"
)}(?: here)?(?: for (?:brevity|clarity|space|simplicity))?`
const here = "(?:(?:go(?:es)?|comes?|belongs?|would go) )?here"
const place = oneOf(here, "below", "above")

const hint = new RegExp(
  `\\b(?:${noun}$|rest of|unchanged|omitted|elided|truncated|continued|as before|as above|${other.replace("same", "your")} ${noun}|code here|goes here)\\b`,
  "i"
)

/** What a comment says in place of code. */
const words = new RegExp(
  `^(?:…|\\.{3,})? ?[[(<]?(?:note: )?${oneOf(
    `${articles}(?:rest|remainder) (?:of ${articles}(?:existing |original |previous )?${noun}(?: ${oneOf(place, state)})?|(?:is |of it )?${state})`,
    // of anything else only where no more is said than that it is not there
    `${articles}rest of .{1,40} (?:(?:is|are|remains?|stays?|kept) )?(?:unchanged|omitted|elided|as is)`,
    `(?:everything|all) else ${oneOf(place, state)}`,
    `${articles}(?:${other} )*${noun} ${state}`,
    `${articles}(?:${other} )+${noun} ${place}`,
    `(?:keep |retain )?${articles}(?:existing|remaining|previous|original|unchanged) (?:code|imports|methods|functions|tests)(?: (?:as is|unchanged))?`,
    `(?:keep|leave) (?:the )?(?:rest|everything else)(?: of .{1,40}?)?(?: ${oneOf(state, place)})?`,
    `(?:keep|leave) ${articles}${other} ${noun} ${oneOf(state, place, "as they (?:are|were)")}`,
    `\\(${articles}(?:other|remaining|rest of|existing) ${noun}(?: ${state})?\\)?`,
    `${articles}other existing ${noun}`,
    `same (?:${noun} )?as (?:before|(?:in )?the original.*|previously)`,
    `same code as above`,
    `(?:code|implementation|logic) (?:here|continues(?: (?:here|below))?)`,
    `(?:(?:add|insert|put|write|place|implement) )?${articles}(?:(?:more|additional|other|actual|real|main|own|remaining|rest of|existing) )*${noun} ${here}`,
    `(?:placeholder(?: for ${articles}(?:(?:actual|real) )?${noun})?|insert ${articles}(?:actual |real )?(?:code|implementation|logic))`,
    `(?:no changes?(?: (?:needed|required|made))?(?: (?:here|below|above|(?:in|to) .{1,40}))?|unchanged(?: from .*)?|snip(?:ped)?)`,
    `(?:(?:.{0,60} )?(?:omitted|elided|left out)|truncated|shortened|removed) for (?:brevity|clarity|space|simplicity|conciseness)`,
    `todo:? (?:${articles}(?:rest of|remaining|other) ${articles}${noun}|implement(?: (?:this|me|it|here|the rest.{0,40}|(?:actual )?logic|this function))?|fill (?:this |me )?in.{0,40}|(?:add |write )?(?:your )?(?:code|implementation|logic)(?: here)?)`,
    `(?:to be implemented|implement (?:this|me|it)(?: (?:here|later))?)`,
    `(?:to be )?continued(?: (?:in|below|from|on) .{0,40})?|(?:end of )?part \\d+ of \\d+`,
    `(?:similarly|likewise|same) for ${articles}${other} .{1,40}`,
    // of other languages
    `(?:其余|其他|剩余|剩下|原有|现有).{0,12}(?:不变|相同|省略|一样)|(?:此处|这里)?省略.{0,12}|(?:以下|残り).{0,8}(?:省略|同じ|変更なし)|既存の.{0,8}コード.{0,8}`,
    `(?:der )?(?:rest (?:des|der|vom)|restliche[rn]?) .{1,30}(?:unverändert|gleich|wie (?:bisher|zuvor))`,
    `(?:le )?reste (?:du|de) .{1,30}(?:inchangé|identique)e?`,
    `(?:el )?resto del? .{1,30}(?:sin cambios|igual)|(?:o )?rest(?:o|ante) d[oae] .{1,30}(?:inalterad[oa]|sem alterações|o mesmo|igual)`,
    `остальн\\p{L}+ .{1,30}без изменений`
  )}[.!\\])>]*$`,
  "iu"
)
