const [quote, backslash, openList, closeList, openObject, closeObject] = [34, 92, 91, 93, 123, 125]

/**
 * Whether lists and objects are in one another deeper than `limit` in JSON text. **Shape** one pass, without recursion: such
 * a text can be read, but a value so deep is not written again.
 */
export const isDeeper = (text: string, limit: number): boolean => {
  let depth = 0
  let isInText = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) isInText = !isInText
    else if (isInText) {
      if (code === backslash) i++
    } else if (code === openList || code === openObject) {
      if (++depth > limit) return true
    } else if (code === closeList || code === closeObject) depth--
  }
  return false
}
