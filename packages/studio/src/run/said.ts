import { signal } from "@preact/signals"
import type { WorkflowEvent } from "@stepwright/core/WorkflowEvent"
import { things } from "../model/figures.ts"

// what is told to those who do not see the page: a sentence every few seconds at most

/** How long a sentence stands before the next one. **Units** milliseconds */
const apart = 5000

/** How long a sentence stands after which nothing is said. **Units** milliseconds */
const stays = 10_000

/** What was said last. */
export const sentence = signal("")

let [done, failed]: [number, Array<string>] = [0, []]
let end: string | undefined
let timer: ReturnType<typeof setTimeout> | undefined

const say = () => {
  const parts = [
    ...(done > 0 ? [`${things(done, "step")} done`] : []),
    ...(failed.length === 1
      ? [`${failed[0]} failed`]
      : failed.length > 1
        ? [`${failed.length} steps failed, the first ${failed[0]}`]
        : []),
    ...(end === undefined ? [] : [`the run is ${end}`])
  ]
  done = 0
  failed = []
  end = undefined
  if (parts.length === 0) {
    timer = undefined
    const last = sentence.value
    setTimeout(() => {
      if (timer === undefined && sentence.value === last) sentence.value = ""
    }, stays - apart)
  } else {
    sentence.value = `${parts.join(", ")}.`
    timer = setTimeout(say, apart)
  }
}

export const ofEvent = (event: WorkflowEvent): void => {
  if (event._tag === "StepSucceeded") done++
  else if (event._tag === "StepFailed") failed.push(event.path)
  else if (event._tag === "RunEnded") end = event.status.toLowerCase()
  else return
  timer ??= setTimeout(say, 500)
}

/** Says something at once; what happens meanwhile is said after it. */
export const now = (text: string): void => {
  sentence.value = text
  clearTimeout(timer)
  timer = setTimeout(say, apart)
}
