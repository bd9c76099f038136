/**
 * JSON text that is equal for equal values: keys sorted, no white space, `undefined` members left out.
 *
 * **Source** RFC 8785, for the values that JSON can hold; keys are sorted by UTF-16 code units as there.
 */
export const stringify = (value: unknown): string => {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null"
  if (Array.isArray(value)) {
    let text = "["
    for (let i = 0; i < value.length; i++) text += (i > 0 ? "," : "") + stringify(value[i])
    return text + "]"
  }
  let text = "{"
  for (const key of sorted(Object.keys(value))) {
    const member = (value as Readonly<Record<string, unknown>>)[key]
    if (member !== undefined) text += (text.length > 1 ? "," : "") + JSON.stringify(key) + ":" + stringify(member)
  }
  return text + "}"
}

/** Few keys are sorted where they are, by insertion: the built-in copies them twice, which took as long as the rest. */
const sorted = (keys: Array<string>): ReadonlyArray<string> => {
  if (keys.length > 16) return keys.toSorted()
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!
    let at = i
    for (; at > 0 && keys[at - 1]! > key; at--) keys[at] = keys[at - 1]!
    keys[at] = key
  }
  return keys
}
