import * as Effect from "effect/Effect"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import * as requestDiff from "../around/requestDiff.ts"
import * as shownRequest from "../around/shownRequest.ts"
import * as name from "./name.ts"
import type { Entry } from "./recorded.ts"
import type { CassetteError } from "./replies.ts"
import type { Tape } from "./tape.ts"

/** Why there is no reply for a request: the nearest entry, and where it differs. */
export const explain = Effect.fnUntraced(function* (
  { file, nameOf, replies }: Tape,
  request: LlmRequest
): Effect.fn.Return<string, CassetteError> {
  const own = nameOf(request)
  const who = own.stem.slice(0, -own.hash.length)
  const names = yield* replies.list
  // what the path itself has is nearer than all else
  const ofPath = names.filter(({ stem }) => stem.startsWith(who))
  const found: Array<Entry & { readonly file: string }> = []
  const damaged: Array<string> = []
  for (const file of (ofPath.length > 0 ? ofPath : names).map(name.toFile)) {
    yield* Effect.match(replies.read(file), {
      onFailure: ({ message }) => void damaged.push(`  and ${message}`),
      onSuccess: (entry) => void (entry !== undefined && found.push({ ...entry, file }))
    })
  }
  const nearest = requestDiff.nearest(request, found)
  return [
    `cassette ${file} has none for ${shownRequest.origin(request)}`,
    ...(names.length === 0 ? ["  it is empty"] : []),
    ...(nearest === undefined ? [] : shown(nearest, request, name.toFile({ ...own, number: 1 }))),
    ...damaged
  ].join("\n")
})

const shown = (nearest: Entry & { readonly file: string }, request: LlmRequest, named: string) => {
  const lines = requestDiff.difference(nearest.request, request)
  const origin = shownRequest.origin(nearest.request)
  return lines.length === 0
    ? [
        `  the one for ${origin} is equal, but was changed since its file ${nearest.file} got its name: call it ${named}`
      ]
    : [`  the nearest is for ${origin}; - recorded, + asked`, ...lines.map((line) => `    ${line}`)]
}
