import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { jsonOf, parseJson, saysSomething } from "../structured/lenient.ts"

/** What a server says is wrong, wherever in its answer and however it says so. */
export interface Problem {
  readonly message: string
  /** Its codes, types and states, and the parameter that it is about, in `snake_case` whatever their spelling. */
  readonly codes: ReadonlyArray<string>
  /** The HTTP status that it names. */
  readonly status?: number
  /** What it demands. **Units** milliseconds */
  readonly wait?: number
  /** **Units** tokens */
  readonly requested?: number
  readonly limit?: number
}

/** The problem that a response body or an event tells of; `certain`: it tells of one, wherever that stands. */
export const problemIn = (value: unknown, certain = false): Problem | undefined => {
  const holder = holderOf(value) ?? (certain ? value : undefined)
  if (!saysSomething(holder)) return undefined
  const codes: Array<string> = []
  const words = messageOf(holder)
  const facts: Facts = { codes, ...waitIn(words ?? "") }
  collect(holder, facts)
  return { ...facts, codes: [...new Set(codes)], message: words ?? (codes.join(", ") || jsonOf(holder)) }
}

/** A name in `snake_case`: servers write `RateLimitError`, `RATE_LIMITED`, `rate-limit` and `Too Many Requests`. */
export const snakeCase = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/gu, "$1_$2")
    .replace(/[^a-z\d]+/giu, "_")
    .toLowerCase()

/** What has the error as its field, or is it. */
const holderOf = (value: unknown): unknown => {
  // Gemini's endpoint sends a list of one.
  if (Array.isArray(value)) return Array.isArray(value[0]) ? undefined : holderOf(value[0])
  if (!Predicate.isReadonlyObject(value)) return undefined
  const { base_resp: base, choices, content, output } = value
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const { delta, message } = Predicate.isReadonlyObject(choice) ? choice : {}
  const fields = fieldsOf(value)
  const { data, response, result, x_groq: groq } = fields
  // Responses has a response in its events, whose end says more than its error.
  const passed = value["type"] === undefined ? response : undefined
  const holder = [value, choice, message, delta, groq, data, result, passed].find(
    (place) => Predicate.isReadonlyObject(place) && saysSomething(place["error"] ?? place["Error"])
  )
  if (holder !== undefined) return holder
  if ([value["type"], value["object"]].some((name) => typeof name === "string" && /^error$/iu.test(name))) return value
  if (Predicate.isReadonlyObject(base) && saysSomething(base["status_code"])) return base
  if ([choices, content, output].some((list) => (Array.isArray(list) ? list.length > 0 : Boolean(list))))
    return undefined
  const isWords = ([name, field]: [string, unknown]) =>
    wordFields.test(name) ? typeof field === "string" : /^(?:detail|errors)$/u.test(name)
  const words = Object.entries(fields).filter(isWords)
  return words.some(([, field]) => saysSomething(field)) ? value : undefined
}

/** The fields by their names in `snake_case`: `Message` and `errorCode` are `message` and `error_code`. */
const fieldsOf = (said: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(said).map(([name, field]) => [snakeCase(name), field]))

/** What servers call the words of an error. */
const wordFields = /^(?:message|msg|err(?:or)?_?(?:message|msg|description)|faultstring)$/u

/** How far within an error its words and codes are looked for: each text with JSON in it is a level too. */
const deepest = 10

/** The words of an error: of the one that is within its text, if there is, and of what passed it on. */
const messageOf = (said: unknown, depth = 0): string | undefined => {
  if (depth > deepest) return undefined
  const within = (said: unknown) => messageOf(said, depth + 1)
  if (typeof said === "string") return within(jsonIn(said)) ?? (said.trim() || undefined)
  if (Array.isArray(said)) return said.flatMap((item) => within(item) ?? []).join("; ") || undefined
  if (!Predicate.isReadonlyObject(said)) return undefined
  const fields = fieldsOf(said)
  const { error, loc, metadata } = fields
  const words = [
    typeof error === "object" ? error : undefined,
    ...Object.keys(fields).flatMap((name) => (wordFields.test(name) ? [fields[name]] : [])),
    ...["fault", "error", "errors", "detail", "status_msg", "title"].map((name) => fields[name])
  ]
  const message = words.map(within).find(Predicate.isNotUndefined)
  const raw = Predicate.isReadonlyObject(metadata) ? within(metadata["raw"]) : undefined
  const place = Array.isArray(loc) ? loc.join(".") : undefined
  return [place, message, raw].filter(saysSomething).join(": ") || undefined
}

const jsonIn = (text: string): unknown => (/^\s*[{[]/u.test(text) ? Option.getOrUndefined(parseJson(text)) : undefined)

type Facts = { -readonly [K in keyof Omit<Problem, "codes" | "message">]: Problem[K] } & {
  readonly codes: Array<string>
}

/** What each field of an error says; the first that says something of a kind counts. */
const collect = (said: unknown, facts: Facts, depth = 0): void => {
  if (depth > deepest) return
  const value = typeof said === "string" ? jsonIn(said) : said
  if (Array.isArray(value)) return value.forEach((item) => collect(item, facts, depth + 1))
  if (!Predicate.isReadonlyObject(value)) return
  for (const [name, field] of Object.entries(fieldsOf(value))) {
    if (codeFields.test(name) && (typeof field === "string" || typeof field === "number")) {
      facts.codes.push(snakeCase(String(field)))
    }
    // Some servers send no more than the code.
    if ((name === "error" || wordFields.test(name)) && typeof field === "string" && /^[\w.-]{1,60}$/u.test(field)) {
      facts.codes.push(snakeCase(field))
    }
    if (statusFields.test(name) && /^[45]\d\d$/u.test(String(field))) facts.status ??= Number(field)
    const [fact, factor] = numberFields[name] ?? []
    // A date is no number.
    const [, number] = /^([\d.]+)s?$/u.exec(String(field)) ?? []
    if (fact !== undefined && factor !== undefined && Number(number) >= 0) facts[fact] ??= Number(number) * factor
    if (nestingFields.test(name)) collect(field, facts, depth + 1)
  }
}

const codeFields = /^_?(?:code|type|status|err(?:or)?_?(?:type|code)|reason|title|param)$/u
const statusFields = /^(?:code|status|status_?code|http_?code|error_code|raw_status_code)$/u
const nestingFields =
  /^(?:error|errors|fault|detail|details|inner_?error|cause|message|metadata|raw|headers|param|provider_specific_fields)$/u

/** The fields with numbers: what they are, in what unit. */
const numberFields: Readonly<Record<string, readonly ["wait" | "requested" | "limit", number]>> = {
  retry_after_ms: ["wait", 1],
  retry_after: ["wait", 1000],
  retry_after_seconds: ["wait", 1000],
  retry_delay: ["wait", 1000],
  // How long a model of Hugging Face still loads.
  estimated_time: ["wait", 1000],
  n_prompt_tokens: ["requested", 1],
  n_ctx: ["limit", 1]
}

/** The wait that a message asks for: `Please try again in 1m4.77s`, `wait 34 seconds`, `will reset after 41s`. */
const waitIn = (message: string): Pick<Problem, "wait"> => {
  const [, span = ""] =
    /(?:(?:retry|try again|available|resets?) (?:after|in)|wait(?: for)?) ((?:[\d.]+ ?(?:ms|milli|s|m|h)[a-z]*,? ?)+)/iu.exec(
      message
    ) ?? []
  const parts = [...span.matchAll(/([\d.]+) ?(ms|milli|s|m|h)/giu)]
  const wait = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (millis[unit?.toLowerCase() ?? ""] ?? 0), 0)
  return wait > 0 ? { wait } : {}
}

const millis: Readonly<Record<string, number>> = { ms: 1, milli: 1, s: 1000, m: 60_000, h: 3_600_000 }
