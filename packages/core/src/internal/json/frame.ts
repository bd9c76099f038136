import type * as Schema from "effect/Schema"
import { childOf, element, type Shape } from "./shape.ts"

/** An object or a list that is being read. */
export type Frame = ObjectFrame | ArrayFrame

interface ObjectFrame {
  readonly kind: "object"
  readonly shape: Shape
  /** What is read into; undefined where it is left out. */
  readonly into: Schema.MutableJsonObject | undefined
  key: string
  /** The object only wraps the value under its key. */
  wraps: boolean
}

interface ArrayFrame {
  readonly kind: "array"
  readonly shape: Shape
  into: Array<Schema.MutableJson> | undefined
}

/** What may stand next in a frame, in a value of a shape. */
export const shapeIn = (frame: Frame | undefined, shape: Shape): Shape => {
  if (frame === undefined || (frame.kind === "object" && frame.wraps)) return shape
  if (frame.into === undefined) return []
  return frame.kind === "object" ? childOf(frame.shape, frame.key) : element(frame.shape, frame.into.length)
}
