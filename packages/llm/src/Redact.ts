import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { escape } from "effect/RegExp"
import * as Stream from "effect/Stream"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmReply } from "@stepwright/core/LlmReply"
import type { LlmRequest } from "@stepwright/core/LlmRequest"

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
 * equal; where JSON writes it otherwise, that is a secret with a name of its own, and given back as it was. Whatever is further in, a cassette too, sees the names only; what is further out, such as a run's journal, sees
 * the secrets. No more is hidden than what `values` and `patterns` find.
 */
export const make = (options: Options = {}): ((client: LlmClient.Service) => LlmClient.Service) => {
  const known = (options.values ?? []).map((value) => Redacted.value(value)).filter((value) => value !== "")
  const escaped = new Set(known.map(inJson).filter((form) => !known.includes(form)))
  const find = finders([...known, ...escaped], options.patterns)
  return (client) =>
    LlmClient.make(
      (request) =>
        Effect.suspend(() => {
          const { hidden, secrets } = hide(request, find, escaped)
          const reply = client.generate(hidden)
          return secrets.size === 0 ? reply : Effect.map(reply, (reply) => restored(reply, secrets))
        }),
      (request) =>
        Stream.suspend(() => {
          const { hidden, secrets } = hide(request, find, escaped)
          const parts = client.stream(hidden)
          return secrets.size === 0 ? parts : restoring(parts, secrets)
        })
    )
}

/** `make` around the client below. */
export const layer = (options?: Options): Layer.Layer<LlmClient.LlmClient, never, LlmClient.LlmClient> =>
  LlmClient.layerMiddleware(Effect.sync(() => make(options)))

/** What each name stands for, as it is to be written in a reply. */
type Secrets = ReadonlyMap<string, string>

/** How a text stands within a string of JSON. */
const inJson = (text: string) => JSON.stringify(text).slice(1, -1)

const finders = (values: ReadonlyArray<string>, given = patterns): ReadonlyArray<RegExp> => [
  ...values.toSorted((a, b) => b.length - a.length).map((value) => new RegExp(escape(value), "gu")),
  ...given.map(({ flags, source }) => new RegExp(source, flags.includes("g") ? flags : `${flags}g`))
]

/** What finds names in a text; none of them is part of another, or of what was there before. */
const anyOf = (names: Iterable<string>) => new RegExp(`(${[...names].join("|")})`, "u")

/** The request without its secrets; those of `escaped` are in the form of JSON already. */
const hide = (request: LlmRequest, find: ReadonlyArray<RegExp>, escaped: ReadonlySet<string>) => {
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
    [...names].map(([secret, name]) => [name, isJson && !escaped.has(secret) ? inJson(secret) : secret])
  )
  return { hidden: names.size === 0 ? request : { ...request, messages }, secrets }
}

const restore = (text: string, secrets: Secrets): string =>
  text
    .split(anyOf(secrets.keys()))
    .map((part) => secrets.get(part) ?? part)
    .join("")

const restored = (reply: LlmReply, secrets: Secrets): LlmReply => ({ ...reply, text: restore(reply.text, secrets) })

const restoring = <E, R>(parts: Stream.Stream<LlmClient.StreamPart, E, R>, secrets: Secrets) =>
  Stream.suspend(() => {
    // What may be the beginning of a name waits for the rest of it.
    let held = ""
    const next = (part: LlmClient.StreamPart): ReadonlyArray<LlmClient.StreamPart> => {
      if (part._tag === "Delta") {
        const text = held + part.text
        const end = text.length - unfinished(text, secrets)
        held = text.slice(end)
        return end === 0 ? [] : [{ _tag: "Delta", text: restore(text.slice(0, end), secrets) }]
      }
      const rest = held
      held = ""
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
