/** Whether a key comes twice in an object of a JSON text, of which `JSON.parse` kept the last. */
export const isAnyTwice = (text: string, value: unknown): boolean => {
  const kept = count(value)
  return kept !== written(text, kept)
}

const count = (value: unknown): number => {
  let keys = 0
  const open = [value]
  for (let inner = open.pop(); open.length > 0 || inner !== undefined; inner = open.pop()) {
    if (typeof inner !== "object" || inner === null) continue
    const values: ReadonlyArray<unknown> = Array.isArray(inner) ? inner : Object.values(inner)
    if (!Array.isArray(inner)) keys += values.length
    for (const value of values) if (typeof value === "object" && value !== null) open.push(value)
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
