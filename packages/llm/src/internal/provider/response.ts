import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidResponse, LlmError } from "@stepwright/core/LlmError"
import type { LlmReply } from "@stepwright/core/LlmReply"
import { type Faults, reasonOfProblem } from "./fault.ts"
import { parseJson } from "../structured/lenient.ts"
import { problemIn } from "./problem.ts"
import type { Api } from "./wireFormat.ts"

/** What the text of a response is, whatever its type says; undefined as long as it is blank. */
export const formOf = (text: string): "body" | "events" | undefined => {
  const [first] = /[^\s\uFEFF]/u.exec(text) ?? []
  return first === undefined ? undefined : /[{["<]/u.test(first) ? "body" : "events"
}

/** The reply of a response whose text is no events. **Fails with** what `replyOf` does, and InvalidResponse. */
export const reply = (text: string, api: Api, faults: Faults): Effect.Effect<LlmReply, LlmError> => {
  if (formOf(text) === undefined) return invalid("the response is empty, it ended before it began")
  const body = Option.getOrUndefined(parseJson(text.replace(/^\uFEFF/u, "")))
  if (body !== undefined) return replyOf(body, api, faults)
  const shown = faults.quote(text, 200)
  return /^\s*</u.test(text)
    ? invalid(`the response is not what the API sends, check ${faults.address ?? "the base URL"}: ${shown}`, true)
    : invalid(`the response is no JSON: ${shown}`)
}

/** The reply that a body holds. **Fails with** the reason of an error that it holds instead; and as `Api.reply` does. */
export const replyOf = (body: unknown, api: Api, faults: Faults): Effect.Effect<LlmReply, LlmError> => {
  const problem = problemIn(body)
  if (problem === undefined) return api.reply(body, faults)
  const usage = api.usage(body)
  const reason = reasonOfProblem(problem, faults)
  return Effect.fail(new LlmError({ reason, ...(Object.keys(usage).length > 0 && { usage }) }))
}

const invalid = (detail: string, permanent?: true) =>
  Effect.fail(new LlmError({ reason: new InvalidResponse({ detail, ...(permanent && { permanent }) }) }))
