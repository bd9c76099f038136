/** Whether a key comes twice in an object of a JSON text, of which `JSON.parse` kept the last. */
export const isAnyTwice = (text: string, value: unknown): boolean => {
  const kept = count(value)
  return kept !== colons(text) && kept !== written(text, kept)
}

/** At least as many as there are keys that a colon follows at once: a string may have in it what looks like one. */
const colons = (text: string): number => {
  let found = 0
  for (let i = text.indexOf(":"); i >= 0; i = text.indexOf(":", i + 1)) if (text.charCodeAt(i - 1) === quote) found++
  return found
}

const quote = 0x22

const count = (value: unknown): number => {
  let keys = 0
  const open = [value]
  while (open.length > 0) {
    const inner = open.pop()
    if (typeof inner !== "object" || inner === null) continue
    if (Array.isArray(inner)) {
      for (const value of inner) if (typeof value === "object") open.push(value)
      continue
    }
    const values = inner as Readonly<Record<string, unknown>>
    // what JSON made has no keys but its own
    for (const key in values) {
      keys++
      if (typeof values[key] === "object") open.push(values[key])
    }
  }
  return keys
}

/** How many keys a JSON text has: strings that a colon follows. */
const written = (text: string, enough: number): number => {
  let keys = 0
  for (let start = text.indexOf('"'); start >= 0 && keys <= enough;) {
    let end = text.indexOf('"', start + 1)
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
    let next = end + 1
    while (text.charCodeAt(next) <= 0x20) next++
    if (text[next] === ":") keys++
    start = text.indexOf('"', next)
  }
  return keys
}

const isEscaped = (text: string, index: number): boolean => {
  let slashes = 0
  while (text[index - 1 - slashes] === "\\") slashes++
  return slashes % 2 === 1
}
