import * as Result from "effect/Result"
import * as fences from "../text/fences.ts"
import { answerParser, failure, type OutputParser } from "./outputParser.ts"

/**
 * One of several texts: the whole reply or its last line, by itself, after a label, as the answer that a sentence states, in
 * a box of LaTeX, or before the reason for it. White space, quotes, marks and a full stop around it and the case of letters
 * are tolerated, unless only they tell two choices apart.
 */
export const choice = <const Choice extends string>(choices: ReadonlyArray<Choice>): OutputParser<Choice> => {
  const expected = `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")} and nothing else`
  const byPlain = Map.groupBy(choices, plain)
  const find = (text: string): Choice | undefined => {
    const [alike, ...others] = byPlain.get(plain(text)) ?? []
    return choices.find((choice) => choice === text.trim()) ?? (others.length === 0 ? alike : undefined)
  }

  const mentioned = (text: string): ReadonlyArray<Choice> => {
    const spaced = words(text)
    return choices.filter((choice) => spaced.includes(words(choice)))
  }

  /** How far a choice that begins a text reaches, with what may stand around it. */
  const reach = Math.max(...choices.map(({ length }) => length)) + 60

  /** The choice before its reason, in which no other one comes. */
  const reasoned = (text: string): Choice | undefined => {
    const index = text.slice(0, reach).search(reason)
    const choice = index < 0 ? undefined : find(text.slice(0, index))
    return choice !== undefined && mentioned(text.slice(index)).every((other) => other === choice) ? choice : undefined
  }

  /** What a line says, whatever introduces it; nothing where that denies it, or speaks of another one only. */
  const said = (line: string): ReadonlyArray<Choice> => {
    const text = line.replace(bullet, "")
    const whole = find(line) ?? find(text) ?? reasoned(text)
    if (whole !== undefined) return [whole]
    const boxes = Array.from(text.matchAll(box), ({ 0: all, 1: inner = "", index }) => ({
      choice: find(inner.replace(latex, "")),
      end: index + all.length
    }))
    if (boxes.length > 0) {
      const clause = text
        .slice(0, text.search(box))
        .split(/[.,;:]\s/)
        .at(-1)!
      const isLast = nothing.test(text.slice(boxes.at(-1)!.end))
      return denial.test(clause) || !isLast ? [] : boxes.flatMap(({ choice }) => choice ?? [])
    }
    const stated = statement.exec(text)?.[0]
    const lead = stated ?? text.slice(0, text.search(/[:：]/) + 1)
    const rest = text.slice(lead.length)
    const isTrusted = lead !== "" && !denial.test(lead) && (stated !== undefined || isLabel(lead))
    const choice = isTrusted ? (find(rest) ?? reasoned(rest)) : undefined
    const others = mentioned(lead)
    return choice === undefined || (others.length > 0 && !others.includes(choice)) ? [] : [choice]
  }

  return answerParser({
    id: `choice@1(${choices.map((choice) => JSON.stringify(choice)).join("|")})`,
    format: "text",
    instructions: `Reply with exactly ${expected}, without quotes.`,
    parse: (text) => {
      const whole = find(text) ?? reasoned(text)
      if (whole !== undefined) return Result.succeed(whole)
      const lines = text.split("\n").filter((line) => !/^[\s{}]*$/.test(line) && !fences.isFence(line))
      const all = lines.map(said)
      const isLast = (all.at(-1) ?? []).length > 0
      const [first, ...others] = isLast ? new Set(all.flat()) : []
      if (first !== undefined && others.length === 0) return Result.succeed(first)
      const detail = first === undefined ? "is none" : "has more than one"
      return failure({ expected, found: text, place: "", detail: `the reply ${detail} of the choices` })
    },
    print: (value) => value
  })
}

const bullet = /^\s*(?:(?:[-*+•]|\d{1,3}[.)]|\(?[A-Za-z][.)])(?!\d)|>(?!\s*\d)|\{)\s*/

const box = /\\boxed\{((?:[^{}]|\{[^{}]{0,200}\}){0,200})\}/g
/** What stands around a text in LaTeX. */
const latex = /^\s*\\(?:text|math)\w*\{|\}\s*$/g

/** What may stand behind a box that ends a line. */
const nothing = /^(?:[\s$.!。*_"'`)\]}]|\\[)\]])*$/

const result =
  "answer|choice|decision|verdict|conclusion|antwort|entscheidung|wahl|réponse|choix|respuesta|risposta|resposta|ответ|вердикт|решение|выбор|antwoord|odpowiedź|wybór"
/** What says the same of an answer behind its name. */
const behind =
  "correcta|correcte|correct|corretta|correta|richtige|final|finale|definitiva|définitive|certa|esatta|giusta|choice|option|answer"
const before =
  "so|thus|therefore|hence|overall|finally|in conclusion|the|my|our|final|correct|right|best|also|die|meine|richtige|endgültige|la|ma|le|mon|bonne|mi|correcta|final|a|minha|correta|il|mia|мой|итоговый|окончательный|правильный|верный|het|juiste|mijn|moja|poprawna|prawidłowa"
/** The answer is …; I choose …; and so in other languages. */
const statement = new RegExp(
  [
    `^[*_]{0,2}(?:(?:${before}),? ){0,5}(?:${result})(?: (?:${behind})){0,2}[*_]{0,2} (?:is|would be|must be|ist|lautet|est|es|è|é)[:：]? `,
    "^(?:(?:so|thus|therefore|hence|finally|overall),? )?(?:i|we)(?:['’](?:d|ll)| would| will| must)?(?: therefore)? (?:choose|pick|select|answer|decide on|decide for|vote for|go with)[:：]? ",
    "^(?:also )?ich (?:wähle|entscheide mich für)[:：]? |^je choisis[:：]? |^(?:yo )?elijo[:：]? ",
    "^(?:我的)?(?:最终|最終|正确|正確|正しい)?的?(?:答案|回答|答え|正解|选择|選擇)(?:应该|應該)?(?:是|为|為|は)[:：]? ?"
  ].join("|"),
  "iu"
)

/** What takes back what it introduces. */
const denial =
  /(?<!\p{L})(?:not|never|neither|nor|cannot|wrong|incorrect|false|instead|rather|doubt|unless|except|if|refuse|against|opposite|example|nicht|keine?|nie|falsche?|falls|wenn|beispiel|pas|jamais|fausse|faux|exemple|nunca|incorrecta|falsa|equivocad[oa]|si|ejemplo|sbagliat[oa]|errat[oa]|errad[oa]|mauvaise?|não|не|нет|неправильн\p{L}*|неверн\p{L}*|ошиб\p{L}*|fout|foute|verkeerd|rejected|eliminated|excluded|discarded|distractor|dismissed|worst|bad)(?!\p{L})|n['’]t(?!\p{L})|不|非|错|錯|误|誤|違|例|오답|아닌/iu

/** What comes between a choice and the reason for it, or above it. */
const reason =
  /(?:[\s,;.:(–—-]+(?:because|since|due to|given that|as (?!(?:if|long|far|soon|well|much)\b)|weil|denn|parce que|puisque|porque|ya que|perché|poiché)|\s*[,，。]\s*因为)(?!\p{L})|[*_"'.!]*\s*\n[\s>*_#-]*(?:explanation|reason(?:ing|s)?|rationale|justification|begründung|grund|explication|raison|justificación|razón|理由)[*_ ]*[:：]/iu

const known = new RegExp(
  `^(?:(?:${before}|${result}|${behind}|overall|label|class|category|rating|score|vote|no|wait|and|of|for|to) )+$`,
  "iu"
)
/** Labels in scripts that put no blanks between words. */
const joined =
  /^(?:我的|私の)?(?:最终|最終|正确|正確|正しい)?的?(?:答案|回答|答え|正解|解答|答|结论|結論|结果|結果|决定|決定|选择|選擇|選択|判断|判斷|判定|评分|評分)$/u

/** Whether a label is one word, which is its own, or words that say of an answer no more than that it is one. */
const isLabel = (lead: string): boolean => {
  const label = words(lead)
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(label)) return joined.test(label.trim())
  return /^ [^ ]*\p{L}[^ ]* $/u.test(label) || known.test(label.trimStart())
}

/** The words of a text, each between blanks. */
const words = (text: string): string =>
  ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()} `

const quotes = "\"'`*_“”„‚‘’«»‹›「」『』() "
const leading = new Set(`${quotes}-#>`)
const trailing = new Set(`${quotes}.!。！}`)

const plain = (text: string): string => {
  const trimmed = text.trim()
  let start = 0
  let end = trimmed.length
  // a minus, or more than
  while (start < end && leading.has(trimmed[start]!) && !/^(?:-|>\s*)\d/.test(trimmed.slice(start, start + 9))) start++
  while (end > start && trailing.has(trimmed[end - 1]!)) end--
  return trimmed.slice(start, end).trim().toLowerCase()
}
