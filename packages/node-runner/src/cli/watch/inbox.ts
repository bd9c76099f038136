import type * as Queue from "effect/Queue"
import type { Message } from "./messages.ts"

/** What a watch waits for. `by` is the number of the process that it is about. */
export type Event =
  | { readonly _tag: "Changed"; readonly files: ReadonlyArray<string> }
  | { readonly _tag: "Pressed"; readonly key: string }
  /** Nobody reads what is told any more, or it cannot be written. */
  | { readonly _tag: "Unheard" }
  | { readonly _tag: "Told"; readonly by: number; readonly message: Message }
  | { readonly _tag: "Ended"; readonly by: number; readonly how: string }

export type Inbox = Queue.Queue<Event>
