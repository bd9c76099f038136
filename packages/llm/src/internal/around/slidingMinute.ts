/** Requests and their tokens in the last minute. */
export interface Minute {
  readonly add: (now: number, tokens: number) => Entry
  /** Puts the actual tokens of a request in place of the estimate. */
  readonly settle: (entry: Entry, tokens: number) => void
  /** When one more request with so many tokens fits: `now`, or later. One that is too large fits where none are. */
  readonly fits: (now: number, tokens: number, maxRequests: number, maxTokens: number) => number
}

export interface Entry {
  readonly at: number
  tokens: number
  isOver: boolean
}

const length = 60_000

export const make = (): Minute => {
  let entries: Array<Entry> = []
  let first = 0
  let sum = 0

  const expire = (now: number) => {
    for (let entry = entries[first]; entry !== undefined && entry.at + length <= now; entry = entries[++first]) {
      entry.isOver = true
      sum -= entry.tokens
    }
    if (first > 1000 && first * 2 > entries.length) {
      entries = entries.slice(first)
      first = 0
    }
  }

  return {
    add: (now, tokens) => {
      const entry = { at: now, tokens, isOver: false }
      entries.push(entry)
      sum += tokens
      return entry
    },
    settle: (entry, tokens) => {
      if (!entry.isOver) sum += tokens - entry.tokens
      entry.tokens = tokens
    },
    fits: (now, tokens, maxRequests, maxTokens) => {
      expire(now)
      let left = sum
      for (let index = first; ; index++) {
        const isRoom = left === 0 || left + tokens <= maxTokens
        const last = entries[index - 1]
        if (isRoom && entries.length - index < maxRequests) {
          return index === first || last === undefined ? now : last.at + length
        }
        const entry = entries[index]
        if (entry === undefined) return now
        left -= entry.tokens
      }
    }
  }
}
