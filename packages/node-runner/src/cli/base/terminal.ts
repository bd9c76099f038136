import process from "node:process"

/** One of the two streams that a person sees. */
export interface Screen {
  readonly isTerminal: boolean
  readonly hasColour: boolean
  readonly columns: () => number
  readonly rows: () => number
  readonly write: (text: string) => void
}

const isSet = (value: string | undefined) => value !== undefined && value !== ""

const screen = (stream: NodeJS.WriteStream): Screen => {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env
  const isTerminal = stream.isTTY === true && TERM !== "dumb"
  const isForced = isSet(FORCE_COLOR) && FORCE_COLOR !== "0" && FORCE_COLOR !== "false"
  return {
    isTerminal,
    hasColour: !isSet(NO_COLOR) && (isTerminal || isForced),
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
    write: (text) => void stream.write(text)
  }
}

export const stderr = (): Screen => screen(process.stderr)
export const stdout = (): Screen => screen(process.stdout)
