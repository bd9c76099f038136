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
  for (const key of Object.keys(value).toSorted()) {
    const member = (value as Readonly<Record<string, unknown>>)[key]
    if (member !== undefined) text += (text.length > 1 ? "," : "") + JSON.stringify(key) + ":" + stringify(member)
  }
  return text + "}"
}
