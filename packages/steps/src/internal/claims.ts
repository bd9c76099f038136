import { keywords } from "./pythonName.ts"

/** A kind of promise: words that make it, and those that keep it when another text makes it. */
interface Guarantee {
  readonly name: string
  readonly makes: RegExp
  readonly keeps: RegExp
  /** Whether words that make it seldom stand where nothing is promised. */
  readonly isClear: boolean
}

const every = /\b(?:every|each|all|any|always|whenever|everything|everyone)\b/iu

const guarantees: ReadonlyArray<Guarantee> = [
  { name: "every, all, always", makes: every, keeps: every, isClear: true },
  {
    name: "never",
    makes: /\bnever\b/iu,
    keeps: /\b(?:never|no|not|none|nothing|nobody|neither|without)\b/iu,
    isClear: true
  },
  { name: "only", makes: /\bonly\b/iu, keeps: /\b(?:only|no|nothing|none|exactly|just)\b/iu, isClear: false },
  { name: "exactly", makes: /\bexact(?:ly)?\b/iu, keeps: /\b(?:exact(?:ly)?|precisely|equals?)\b/iu, isClear: false },
  {
    name: "at most",
    makes: /\b(?:at most|no more than|not more than|up to|maximum)\b|≤/iu,
    keeps: /\b(?:at most|more than|up to|maximum|within|below|less)\b|[<≤>]/iu,
    isClear: true
  },
  {
    name: "at least",
    makes: /\b(?:at least|no less than|not less than|minimum|or more|or later)\b|≥/iu,
    keeps: /\b(?:at least|less than|minimum|or more|or later|above|more)\b|[<>≥]/iu,
    isClear: true
  }
]

/** The guarantees of a text that none of others keeps. */
export const lostFrom = (text: string, others: ReadonlyArray<string>): ReadonlyArray<string> =>
  guarantees
    .filter(({ keeps, makes }) => makes.test(text) && !others.some((other) => keeps.test(other)))
    .map(({ name }) => name)

const numerals = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve"
]

/** Numbers in figures; those up to twelve in words too, where a passage may have them so. */
const figures = (text: string): ReadonlyArray<string> => text.match(/(?<![\w.])\d+(?:\.\d+)?(?!\w)/gu) ?? []

const inWords = (text: string): ReadonlyArray<string> =>
  numerals.flatMap((word, number) => (new RegExp(`\\b${word}\\b`, "iu").test(text) ? [String(number)] : []))

/** What stands between backticks, word by word, but words of Python and letters that stand for anything. */
const names = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/`([^`]+)`/g)]
    .flatMap(([, code]) => code!.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [])
    .filter((name) => name.length > 1 && !keywords.has(name))

/** The numbers, names and guarantees of a text that a source does not hold. */
export const notIn = (text: string, source: string): ReadonlyArray<string> => {
  const known = new Set([...figures(source), ...inWords(source)])
  const words = new Set(source.match(/[\p{L}_][\p{L}\p{N}_]*/gu))
  const clear = guarantees.filter(({ isClear }) => isClear)
  return [
    ...new Set([
      ...figures(text).filter((number) => !known.has(number)),
      ...names(text).filter((name) => !words.has(name)),
      ...clear.filter(({ keeps, makes }) => makes.test(text) && !keeps.test(source)).map(({ name }) => name)
    ])
  ]
}

/** Words that ask for something, or forbid or refuse it. */
const asking =
  /\b(?:must|shall|should|will|may|can|cannot|has to|have to|needs?|requires?|no|not|none|nothing|without|errors?|fails?|raises?|refuses?|rejects?|returns?|prints?|writes?|exits?|if|when|unless|before|after|first|last)\b|n['’]t\b|["“]/iu

/** Whether a text says something that could be asked of software: a number, a name, a guarantee, or words that ask. */
export const isClaim = (text: string): boolean =>
  asking.test(text) ||
  text.includes("`") ||
  figures(text).length + inWords(text).length > 0 ||
  guarantees.some(({ makes }) => makes.test(text))

const words = (text: string): ReadonlyArray<string> =>
  text.toLowerCase().match(/[\p{L}\p{N}_][\p{L}\p{N}_.]+[\p{L}\p{N}_]/gu) ?? []

/** Whether one of some texts has every word of another, however it is put. */
export const isRetold = (text: string, others: ReadonlyArray<string>): boolean => {
  const wanted = words(text)
  return (
    wanted.length > 0 &&
    others.some((other) => {
      const there = new Set(words(other))
      return wanted.every((word) => there.has(word))
    })
  )
}
