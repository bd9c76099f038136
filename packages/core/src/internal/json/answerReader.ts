import { type Piece, skipper } from "../text/skipper.ts"
import * as jsonReader from "./reader.ts"
import type { Shape } from "./shape.ts"

/** Reads the first JSON value of a shape in an answer that comes in pieces: again from the start after reasoning. */
export const make = (shape: Shape): jsonReader.JsonReader => {
  const answer = skipper()
  let json = jsonReader.make(shape)
  let came = 0
  let passed = 0
  const feed = ({ restart, text }: Piece) => {
    if (restart) json = jsonReader.make(shape)
    passed += text.length
    return json.feed(text)
  }
  return {
    feed: (text) => {
      came += passed === 0 ? text.trimStart().length : text.length
      return feed(answer.feed(text))
    },
    end: () => {
      feed(answer.end())
      return json.end()
    },
    isAll: () => came === passed && json.isAll()
  }
}
