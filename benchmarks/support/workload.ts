// What every subject does: a prompt of 1 KB that ends with the last answer's title, and a reply of 500 bytes of JSON.
import { setTimeout } from "node:timers/promises"

export interface Part {
  readonly title: string
  readonly body: string
  readonly points: ReadonlyArray<string>
  readonly score: number
}

export const instructions = "You continue a story: keep to its tone, and answer as JSON. ".repeat(17)

export const promptOf = (title: string) => `${instructions}\n\n${title}`

const body = "It rained, and they went on, as there was nothing else to do. ".repeat(6)
const rest = `"body":"${body}","points":["They left the house.","They came to the river.","Nobody was there."],"score":7}`

/** What comes of the n-th call of a model that answers at once. */
const replyOf = (n: number) => `{"title":"Part ${n} of a story",${rest}`

/** A model that answers at once, each time something else. */
export const instant = () => {
  let asked = 0
  return () => replyOf(++asked)
}

/** A model that answers after a millisecond. */
export const delayed = () => {
  const reply = instant()
  return async () => {
    await setTimeout(1)
    return reply()
  }
}

export const beginning: Part = { title: "Once upon a time", body: "", points: [], score: 0 }

/** How many items of `fan-out` are under way at a time. */
export const atATime = 64

/** What items of a fan-out begin with. */
export const items = (count: number): ReadonlyArray<Part> =>
  Array.from({ length: count }, (_, i) => ({ ...beginning, title: `Tale ${i}` }))

/** Whether a subject did all that it was to do. */
export const expectPart = (part: unknown): void => {
  const { score, title } = part as Part
  if (score !== 7 || !title.startsWith("Part ")) throw new Error(`no part of a story: ${JSON.stringify(part)}`)
}

/** How many steps a run on a database has. */
export const stepsOfRun = 20

/** How many runs are measured together, of which so many are under way at a time. */
export const runsOf = (width: number) => (width === 1 ? 20 : 100)
