import * as Context from "effect/Context"
import type { OutputParser } from "./OutputParser.ts"

/** A turn of a step: one request, whose reply comes in pieces. */
export interface Turn {
  readonly path: string
  readonly step: string
  /** 1 for the first time that the step asks. */
  readonly turn: number
  /** What will read the whole reply. */
  readonly parser: Pick<OutputParser<unknown>, "format" | "progress">
}

/**
 * Where a step tells the text of a reply while it comes. Called once a turn, it gives back what to call with each piece;
 * `undefined` for a piece voids all before it: the request failed on the way and is made again. It must not block.
 *
 * By default nobody listens, and a step asks for whole replies. With a sink it asks for streams.
 */
export const DeltaSink = Context.Reference<((turn: Turn) => (piece: string | undefined) => void) | undefined>(
  "@stepwright/core/DeltaSink",
  { defaultValue: () => undefined }
)
