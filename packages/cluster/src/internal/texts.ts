/** A text as the database keeps it, as JSON: its own texts hold no NUL, and no half of a character. */
export const encode = (text: string): string => JSON.stringify(text)

export const decode = (kept: string): string => JSON.parse(kept) as string
