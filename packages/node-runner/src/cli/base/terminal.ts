import { randomUUID } from "node:crypto"
import { styleText } from "node:util"

/** One of the two streams that a person sees. */
export interface Screen {
  readonly isTerminal: boolean
  readonly hasColour: boolean
  /** Whether signs of its own are to be ASCII. */
  readonly isAscii: boolean
  readonly columns: () => number
  readonly rows: () => number
  /** Writes text of whatever origin: control characters reach no terminal, except in a `sequence`. */
  readonly write: (text: string) => void
}

/** What a screen takes of a stream. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns: number
  readonly rows: number
  readonly write: (text: string) => boolean
}

/** Stands for the beginning of an escape sequence. Nothing that comes from outside can know it. */
const introducer = `\u{FDD0}${randomUUID()}`

/** An escape sequence of the program's own, such as `2A`: two lines up. */
export const sequence = (code: string): string => `${introducer}${code}`

export const showCursor = sequence("?25h")

type Brush = Parameters<typeof styleText>[0]

/** Text in a colour of the program's own. */
export const paint = (brush: Brush, text: string): string => {
  const [before = "", after = ""] = trusted(styleText(brush, " ", { validateStream: false })).split(" ")
  return `${before}${text}${after}`
}

/** Text of which every escape sequence is the program's own. */
export const trusted = (text: string): string => text.replaceAll("\u001b[", introducer)

const steering = /(?![\n\t])[\p{Control}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** Text in which nothing steers a terminal: control characters, and those that turn the direction of text, in words. */
export const visible = (text: string): string =>
  text.replaceAll("\r\n", "\n").replaceAll(steering, (char) => {
    const code = char.charCodeAt(0).toString(16)
    return code.length > 2 ? String.raw`\u${code.padStart(4, "0")}` : String.raw`\x${code.padStart(2, "0")}`
  })

type Environment = Readonly<Record<string, string | undefined>>

const isSet = (value: string | undefined) => value !== undefined && value !== ""

export interface ScreenOptions {
  /** Whether all that is written is for a person, so that nothing in it may steer where it is shown in the end. */
  readonly isForPerson?: boolean
}

export const screen = (stream: Output, env: Environment, { isForPerson = false }: ScreenOptions = {}): Screen => {
  const { FORCE_COLOR, LANG, LC_ALL, LC_CTYPE, NO_COLOR, TERM } = env
  const isTTY = stream.isTTY === true
  const isTerminal = isTTY && TERM !== "dumb"
  const isForced = isSet(FORCE_COLOR) && FORCE_COLOR !== "0" && FORCE_COLOR !== "false"
  const locale = [LC_ALL, LC_CTYPE, LANG].find(isSet)
  return {
    isTerminal,
    hasColour: !isSet(NO_COLOR) && (isTerminal || isForced),
    isAscii: (locale !== undefined && !/utf-?8/i.test(locale)) || (isTTY && !isTerminal),
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
    write: (text) => void stream.write((isTTY || isForPerson ? visible(text) : text).replaceAll(introducer, "\u001b["))
  }
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u

/** A text cut to a number of columns, with `…`, or `~` in ASCII, where something is missing. */
export const fit = (text: string, columns: number, isAscii = false): string => {
  let width = 0
  let end = 0
  let room = 0
  for (const char of text) {
    width += /[\p{Mark}\p{Format}]/u.test(char) ? 0 : wide.test(char) ? 2 : 1
    end += char.length
    if (width < columns) room = end
    if (width > columns) return columns < 1 ? "" : `${text.slice(0, room)}${isAscii ? "~" : "…"}`
  }
  return text
}
