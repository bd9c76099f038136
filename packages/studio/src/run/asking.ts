import { signal } from "@preact/signals"
import { type Problem, problemOf } from "../api/client.ts"

/** How often it is asked while things happen, at most. **Units** milliseconds */
const pace = 1000

/** A question to the server that is asked again as things happen, and what it answered. */
export const make = <A>(question: () => Promise<A>) => {
  const answer = signal<A | undefined>(undefined)
  const problem = signal<Problem | undefined>(undefined)
  let count = 0
  let isClosed = false
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Asks at once. */
  const ask = async (): Promise<A> => {
    const number = ++count
    const found = await question()
    // what was asked later says more
    if (number === count) {
      answer.value = found
      problem.value = undefined
    }
    return found
  }
  /** Asks soon, and once for all that happens until then. */
  const soon = (millis = count === 0 ? 0 : pace): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      const asked = ask()
      const number = count
      asked.catch((error: unknown) => {
        if (isClosed || number !== count) return
        const found = problemOf(error)
        problem.value = found
        // a server that is not there now may be there later
        if (found.status === 0 || found.status >= 500) soon(3 * pace)
      })
    }, millis)
  }
  return {
    answer,
    problem,
    ask,
    soon,
    /** This is so from now on, whatever was asked before. */
    settle: (found: A): void => {
      count++
      answer.value = found
      void ask().catch(() => undefined)
    },
    close: (): void => {
      isClosed = true
      clearTimeout(timer)
    }
  }
}

export type Asking<A> = ReturnType<typeof make<A>>
