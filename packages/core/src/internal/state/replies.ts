// What models answered before there was a result. A record keeps it until then, and what asks the same takes it up.

import type { Fingerprint } from "../../Fingerprint.ts"
import type { KeptReply, StepRecord } from "../../WorkflowState.ts"

/** What an attempt asks first, of whichever model: digests of the prompt, and of all that is asked for besides. */
export interface First {
  readonly opening: string
  readonly settings: string
}

export const keyOf = ({ opening, settings }: First): string => `${opening} ${settings}`

export const isSame = (a: First | undefined, b: First | undefined): boolean =>
  a !== undefined && b !== undefined && keyOf(a) === keyOf(b)

/** What the attempt asked first that was answered so; a reply of long ago does not tell. */
export const firstOf = (reply: KeptReply): First | undefined =>
  reply.asked && { opening: openingOf(reply), settings: reply.asked.settings }

/** The prompt that the attempt began with which was answered so. */
export const openingOf = ({ opening, prompt }: KeptReply): string => opening ?? prompt

/** Whether a fingerprint was made of a prompt. */
export const isOfPrompt = ({ parts: { prompt } }: Fingerprint, opening: string): boolean =>
  prompt !== undefined && opening.startsWith(prompt)

/** Whether a reply was asked for with settings, where these are told. */
export const isWith = (settings: string | undefined, { asked }: KeptReply): boolean =>
  settings === undefined || asked?.settings === settings

/** A record with these replies and no others. */
export const withReplies = (
  { replied: _, ...record }: StepRecord,
  replied: ReadonlyArray<KeptReply> | undefined
): StepRecord => (replied === undefined || replied.length === 0 ? record : { ...record, replied })
