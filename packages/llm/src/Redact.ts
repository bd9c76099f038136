import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { escape } from "effect/RegExp"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import type { Middleware } from "./Middleware.ts"

export interface Options {
  /** Values that must not leave, as they are or as JSON writes them: keys and passwords that the application knows. */
  readonly values?: ReadonlyArray<Redacted.Redacted>
  /** What secrets look like: `patterns` unless given. */
  readonly patterns?: ReadonlyArray<RegExp>
}

/** Private keys, and tokens of well-known services by their prefix. What looks like any other text is not found. */
export const patterns: ReadonlyArray<RegExp> = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/u,
  /\bsk-[\w-]{20,}/u,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/u,
  /\b(?:gh[oprsu]_\w{36,}|github_pat_\w{22,})/u,
  /\bglpat-[\w-]{20,}/u,
  /\bxox[abeprs]-[\w-]{10,}/u,
  /\bAIza[\w-]{35}/u,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+/u
]

/**
 * A middleware that puts `__SECRET_1__` and so on in place of secrets in the messages of a request, and the secrets back
 * where the reply, or a stream's text, names them. One secret has one name within a request, so that equal requests stay
 * equal; as JSON writes it, where that differs, it has another, and is given back as it was. In a reply that is JSON, or
 * begins like it, all are given back as JSON writes them. Whatever is further in, a cassette too, sees the names only;
 * what is further out, such as a run's journal, sees the secrets. No more is hidden than what `values` and `patterns`
 * find.
 */
export const make = (options: Options = {}): Middleware => {
  const known = valuesOf(options)
  const find = findersOf(options)
  const isRaw = (secret: string) => known.includes(secret) || !jsonContent.test(secret)
  return (client) =>
    LlmClient.make(
      (request) =>
        Effect.suspend(() => {
          const { hidden, secrets } = hide(request, find, isRaw)
          const reply = client.generate(hidden)
          return secrets.size === 0 ? reply : Effect.map(reply, (reply) => restored(reply, secrets))
        }),
      (request) =>
        Stream.suspend(() => {
          const { hidden, secrets } = hide(request, find, isRaw)
          const parts = client.stream(hidden)
          return secrets.size === 0 ? parts : restoring(parts, secrets)
        })
    )
}

export const layer = (options?: Options): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(Effect.sync(() => make(options)))

/** A text with `<secret>` in place of what `make` would hide. */
export const scrub = (options: Options = {}): ((text: string) => string) => {
  const find = findersOf(options)
  return (text) => find.reduce((text, secret) => text.replace(secret, "<secret>"), text)
}

const valuesOf = ({ values = [] }: Options): ReadonlyArray<string> =>
  values.map((value) => Redacted.value(value)).filter((value) => value !== "")

const findersOf = (options: Options): ReadonlyArray<RegExp> => {
  const known = valuesOf(options)
  return finders([...new Set([...known, ...known.map(inJson)])], options.patterns)
}

/** What each name stands for, as it is to be written in a reply, and in one that begins like JSON. */
type Secrets = ReadonlyMap<string, { readonly text: string; readonly json: string }>

/** How a text stands within a string of JSON. */
const inJson = (text: string) => JSON.stringify(text).slice(1, -1)

/** What can stand within a string of JSON as it is. */
const jsonContent = /^(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*$/u

/** How JSON that has strings begins, in a fence too. */
const jsonBegins = /^\s*(?:```\w*\s*)?[{[]\s*["{[]/u

const finders = (values: ReadonlyArray<string>, given = patterns): ReadonlyArray<RegExp> => [
  ...values.toSorted((a, b) => b.length - a.length).map((value) => new RegExp(escape(value), "gu")),
  ...given.map(({ flags, source }) => new RegExp(source, flags.includes("g") ? flags : `${flags}g`))
]

/** What finds names in a text; none of them is part of another, or of what was there before. */
const anyOf = (names: Iterable<string>) => new RegExp(`(${[...names].join("|")})`, "u")

/** The request without its secrets; those that are not raw are in the form of JSON already. */
const hide = (request: LlmRequest, find: ReadonlyArray<RegExp>, isRaw: (secret: string) => boolean) => {
  const names = new Map<string, string>()
  let count = 0
  const nameOf = (secret: string): string => {
    const known = names.get(secret)
    if (known !== undefined || secret === "") return known ?? secret
    do count++
    while (request.messages.some(({ content }) => content.includes(`__SECRET_${count}`)))
    names.set(secret, `__SECRET_${count}__`)
    return `__SECRET_${count}__`
  }
  // A name, at each odd index, is no secret, whatever a pattern takes it for.
  const hideOne = (text: string, secret: RegExp) =>
    names.size === 0
      ? text.replace(secret, nameOf)
      : text
          .split(anyOf(names.values()))
          .map((part, index) => (index % 2 === 1 ? part : part.replace(secret, nameOf)))
          .join("")
  const messages = request.messages.map((message) => ({ ...message, content: find.reduce(hideOne, message.content) }))
  const isJson = request.format.type === "json"
  const secrets: Secrets = new Map(
    Array.from(names, ([secret, name]) => {
      const json = isRaw(secret) ? inJson(secret) : secret
      return [name, { json, text: isJson ? json : secret }]
    })
  )
  return { hidden: names.size === 0 ? request : { ...request, messages }, secrets }
}

/** A text that is part of one which begins so, with its secrets. */
const restore = (text: string, secrets: Secrets, begin: string): string => {
  const form = jsonBegins.test(begin) ? "json" : "text"
  return text
    .split(anyOf(secrets.keys()))
    .map((part) => secrets.get(part)?.[form] ?? part)
    .join("")
}

const restored = (reply: LlmReply, secrets: Secrets): LlmReply => ({
  ...reply,
  text: restore(reply.text, secrets, reply.text)
})

const restoring = <E, R>(parts: Stream.Stream<LlmClient.StreamPart, E, R>, secrets: Secrets) =>
  Stream.suspend(() => {
    // What may be the beginning of a name waits for the rest of it.
    let held = ""
    let begin = ""
    const next = (part: LlmClient.StreamPart): ReadonlyArray<LlmClient.StreamPart> => {
      if (part._tag === "Delta") {
        if (begin.length < 100) begin = (begin + part.text).trimStart()
        const text = held + part.text
        const end = text.length - unfinished(text, secrets)
        held = text.slice(end)
        return end === 0 ? [] : [{ _tag: "Delta", text: restore(text.slice(0, end), secrets, begin) }]
      }
      const rest = held
      held = ""
      begin = ""
      if (part._tag === "Discarded") return [part]
      const finished = { ...part, reply: restored(part.reply, secrets) }
      return rest === "" ? [finished] : [{ _tag: "Delta", text: rest }, finished]
    }
    return Stream.flattenIterable(Stream.map(parts, next))
  })

/** How long the end of a text is that begins a name. */
const unfinished = (text: string, secrets: Secrets): number => {
  const end = text.split(anyOf(secrets.keys())).at(-1) ?? ""
  let longest = 0
  for (const name of secrets.keys()) {
    let length = name.length - 1
    while (length > longest && !end.endsWith(name.slice(0, length))) length--
    longest = Math.max(longest, length)
  }
  return longest
}
