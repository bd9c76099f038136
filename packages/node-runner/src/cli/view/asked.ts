// What a model was asked at a step last, and what it said.

import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Message } from "@stepwright/core/LlmRequest"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import type { WorkflowState } from "@stepwright/core/WorkflowState"
import { repliesOf } from "./event.ts"

/** The last reply at a path, or that of the step whose request was the same. */
export const replyAt = (events: Iterable<WorkflowEvent>, { records }: WorkflowState, path: string) => {
  const replies = repliesOf(events)
  return replies.get(records[path]?.same ?? path) ?? replies.get(path)
}

const decodeMessages = Schema.decodeOption(Schema.fromJsonString(Schema.Array(Message)))

/** The messages that a recorded prompt has; `undefined` for a text that is none. */
export const messagesIn = (text: string) => Option.getOrUndefined(decodeMessages(text))

/** What a person reads of them. */
export const inText = (messages: ReadonlyArray<typeof Message.Type>): string =>
  messages.map(({ content, role }) => `[${role}]\n${content.trimEnd()}`).join("\n\n")
