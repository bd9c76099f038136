/** Values that are words of Python. */
const values: ReadonlySet<string> = new Set(["False", "None", "True"])

/** Words of Python that stand for no value. */
export const keywords: ReadonlySet<string> = new Set(
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " "
  )
)

/** Whether a text is a name that Python code may have. */
export const isName = (text: string): boolean =>
  /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text) && !keywords.has(text) && !values.has(text)
