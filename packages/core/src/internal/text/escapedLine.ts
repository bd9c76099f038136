/**
 * How a text that would not come back as it stands is printed: on one line, after a backslash and a space, with `\\`,
 * `\n` and `\r` for what they stand for elsewhere.
 */
export const encode = (text: string): string =>
  `\\ ${text.replace(/[\\\n\r]/g, (char) => (char === "\n" ? "\\n" : char === "\r" ? "\\r" : "\\\\"))}`

/** The text printed so; `undefined` for any other. */
export const decode = (line: string): string | undefined =>
  line.startsWith("\\ ")
    ? line.slice(2).replace(/\\([\\nr])/g, (_, char: string) => (char === "n" ? "\n" : char === "r" ? "\r" : "\\"))
    : undefined
