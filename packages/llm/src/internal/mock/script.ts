import type * as Effect from "effect/Effect"
import type { LlmError } from "@stepwright/core/LlmError"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as requestDiff from "../around/requestDiff.ts"
import * as shownRequest from "../around/shownRequest.ts"

/**
 * What the mock answers: text, an `LlmError` or a reason of one (the call fails with it), what `reply`, `chunks` or
 * `fault` makes, or any other object, which is sent as JSON. With what has no JSON, such as a `Map` or another error, the
 * call fails; a `Promise` goes into `Effect.promise`.
 */
export type Reply = string | object

/** A function of the request that gives a reply, or an effect of one. With `undefined` the call fails. */
export type Respond = (request: LlmRequest) => Reply | undefined | Effect.Effect<Reply | undefined, LlmError>

/** A reply as it is, or a function that makes it. */
export type Answer = Reply | Respond

/** The requests of one step, by its name or its path, those for which `when` is true, or all at once. */
export interface Match {
  readonly step?: string
  readonly path?: string
  readonly when?: (request: LlmRequest) => boolean
}

/**
 * Answers for the requests that match; an entry that says nothing of them answers any. One answer serves every call. A
 * list serves one call each and is then used up, so a JSON array as the reply goes into a list of its own. The first
 * entry that matches and is not used up answers: put what is special before what is general.
 */
export interface Entry extends Match {
  readonly reply: Answer | ReadonlyArray<Answer>
}

/** What a mock is to answer: entries, or one function for all requests. */
export type Script = ReadonlyArray<Entry> | Respond

/** A script on its way: how often each entry answered, and what it was asked last. */
export interface Run {
  /** The answer of the first entry that matches and is not used up, which is one use of it. */
  readonly take: (request: LlmRequest) => Answer | undefined
  /** The entries that were not used, or not to the end. */
  readonly unused: () => ReadonlyArray<string>
  /**
   * Why there is no reply, line by line: what was asked, what is scripted, and what is wrong with the one of the answer
   * taken, that there is none unless given, or where the nearest entry differs.
   */
  readonly explain: (request: LlmRequest, taken: Answer | undefined, problem?: string) => ReadonlyArray<string>
}

/** Whether a request is one of those. */
export const matches = ({ step, path, when }: Match, request: LlmRequest): boolean =>
  (step === undefined || step === request.metadata.step) &&
  (path === undefined || path === request.metadata.path) &&
  (when === undefined || when(request))

export const start = (script: Script): Run => {
  if (typeof script === "function") {
    return {
      take: () => script,
      unused: () => [],
      explain: (request, _, problem = silent) => [...asked(request), `  ${problem}`]
    }
  }
  const uses = script.map((entry) => ({ entry, used: 0, last: undefined as LlmRequest | undefined }))
  type Use = (typeof uses)[number]

  const describe = ({ entry, used }: Use): string => {
    const all = isList(entry.reply) ? entry.reply.length : undefined
    const count = all === undefined ? timesUsed(used) : `${used} of ${all} ${all === 1 ? "reply" : "replies"} used`
    return `${nameOf(entry)}: ${count}`
  }

  /** The entry that came nearest to it, and what kept it from answering. */
  const nearest = (request: LlmRequest): ReadonlyArray<string> => {
    const spent = uses.find(({ entry }) => matches(entry, request))
    if (spent !== undefined) {
      const name = nameOf(spent.entry)
      const changes = spent.last === undefined ? [] : requestDiff.difference(spent.last, request)
      return changes.length === 0
        ? [`  ${name} has run out`]
        : [`  ${name} has run out; - its last request, + this one`, ...changes.map((line) => `    ${line}`)]
    }
    const [first, ...others] = uses.map(({ entry }) => entry)
    if (first === undefined) return []
    const { metadata } = request
    const likeness = ({ step, path }: Match) => {
      const shares = [
        ...(step === undefined ? [] : [requestDiff.likeness(step, metadata.step)]),
        ...(path === undefined ? [] : [requestDiff.likeness(path, metadata.path)])
      ]
      return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length
    }
    const best = others.reduce((best, entry) => (likeness(entry) > likeness(best) ? entry : best), first)
    const changes = (["step", "path"] as const).flatMap((key) =>
      best[key] === undefined || best[key] === metadata[key]
        ? []
        : [`    - ${key} ${JSON.stringify(best[key])}`, `    + ${key} ${JSON.stringify(metadata[key])}`]
    )
    if (likeness(best) < near) return []
    return changes.length === 0
      ? [`  the nearest is ${nameOf(best)}, and its \`when\` is false for this request`]
      : [`  the nearest is ${nameOf(best)}; - scripted, + asked`, ...changes]
  }

  return {
    take: (request) => {
      for (const use of uses) {
        if (!matches(use.entry, request)) continue
        const { reply } = use.entry
        const answer = isList(reply) ? reply[use.used] : reply
        if (answer === undefined) continue
        use.used++
        use.last = request
        return answer
      }
      return undefined
    },
    unused: () =>
      uses
        .filter(({ entry, used }) => used < (isList(entry.reply) ? entry.reply.length : 1))
        .map((use) => describe(use)),
    explain: (request, taken, problem = silent) => [
      ...asked(request),
      ...(uses.length === 0
        ? ["  nothing is scripted"]
        : ["  scripted:", ...uses.map((use) => `    ${describe(use)}`)]),
      ...(taken === undefined ? nearest(request) : [`  ${problem}`])
    ]
  }
}

const timesUsed = (used: number): string => ["not used", "used once", "used twice"][used] ?? `used ${used} times`

/** How alike names are of which one may be meant by the other. */
const near = 0.5

const silent = "the function that was to answer gave none"

const asked = (request: LlmRequest): ReadonlyArray<string> => [
  `the mock has none for ${shownRequest.origin(request)}`,
  `  it was asked: ${shownRequest.lastMessage(request)}`
]

const nameOf = ({ step, path, when }: Match): string => {
  const keys = [
    ...(step === undefined ? [] : [`step ${JSON.stringify(step)}`]),
    ...(path === undefined ? [] : [`path ${JSON.stringify(path)}`]),
    ...(when === undefined ? [] : [`when ${shownRequest.shorten(String(when), 80)}`])
  ]
  return keys.length === 0 ? "any request" : keys.join(", ")
}

const isList = (reply: Entry["reply"]): reply is ReadonlyArray<Answer> => Array.isArray(reply)
