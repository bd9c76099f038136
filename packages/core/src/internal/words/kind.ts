/** What a value is, as a person would call it. */
export const kindOf = (value: unknown): string => {
  if (value === undefined || value === null) return "nothing"
  if (Array.isArray(value)) return "a list"
  switch (typeof value) {
    case "string":
      return "a text"
    case "object":
      return "an object"
    default:
      return `a ${typeof value}`
  }
}
