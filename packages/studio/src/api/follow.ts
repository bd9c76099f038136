import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { type Answer, ask, Problem } from "./client.ts"
import { makeReader, type Sent } from "./sse.ts"

/** What happens to a run. */
export type Happening =
  | { readonly kind: "event"; readonly number: number; readonly event: WorkflowEvent }
  | {
      readonly kind: "partial" | "delta" | "discarded"
      readonly path: string
      readonly turn: number
      readonly text: string
    }
  | { readonly kind: "rest" }

/** What a server sent, where it is anything that this page knows. */
const happening = ({ data, event }: Sent): Happening | undefined => {
  switch (event) {
    case "event":
    case "partial":
    case "delta":
    case "discarded": {
      // the types of what stands there are those of ServerApi.Happening
      const said = JSON.parse(data)
      return event === "event" ? { kind: event, ...said } : { text: "", ...said, kind: event }
    }
    case "rest":
      return { kind: "rest" }
    default:
      return undefined
  }
}

// one request follows the other, and one piece the other
/* oxlint-disable no-await-in-loop */

/** How long at a time the page is kept from anything else. **Units** milliseconds */
const slice = 12

export const pause = (millis: number) => new Promise<void>((resolve) => void setTimeout(resolve, millis))

interface Following {
  readonly signal: AbortSignal
  /** What happened, some of it at a time. */
  readonly onHappenings: (happenings: ReadonlyArray<Happening>) => void
  /** What was told so far may not be so: all is told again. */
  readonly onForgotten: () => void
  /** Whether the server is heard at present. */
  readonly onHeard: (isHeard: boolean, problem?: Problem) => void
}

/**
 * Follows a run from its first event on until `signal` says to stop. Where the connection ends it is made again, after
 * the last event that was seen; where that one is no longer there, from the first again.
 */
export const follow = async (run: string, { onForgotten, onHappenings, onHeard, signal }: Following): Promise<void> => {
  let after: string | undefined
  let failures = 0
  while (!signal.aborted) {
    try {
      const headers = { accept: "text/event-stream", ...(after !== undefined && { "last-event-id": after }) }
      const response = await ask(`/runs/${encodeURIComponent(run)}/events`, { headers, signal })
      onHeard(true)
      for await (const sent of pieces(response, signal)) {
        failures = 0
        for (const { id } of sent) after = id ?? after
        onHappenings(sent.flatMap((one) => happening(one) ?? []))
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Problem && error.status === 410) {
        after = undefined
        onForgotten()
      }
      onHeard(false, error instanceof Problem ? error : undefined)
      // what cannot be read now cannot be read later
      if (error instanceof Problem && [400, 401, 403, 404].includes(error.status)) return
    }
    await pause(Math.min(30_000, 500 * 2 ** failures++))
  }
}

/** What a server sends, in pieces that take little time to read. */
async function* pieces(response: Answer, signal: AbortSignal): AsyncGenerator<ReadonlyArray<Sent>> {
  const read = makeReader()
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let since = performance.now()
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read()
      if (done) return
      for (let at = 0; at < value.length; at += 65_536) {
        yield read(value.slice(at, at + 65_536))
        if (performance.now() - since > slice) {
          await pause(0)
          since = performance.now()
        }
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}
