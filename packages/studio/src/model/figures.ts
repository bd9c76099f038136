import type { Usage } from "@stepwright/core/Usage"

// figures as people read them; what is not known is never 0

const trimmed = (value: number, digits: number): string => {
  const text = value.toFixed(digits)
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text
}

/** A count with at most three digits: `12.3k`. */
export const count = (value: number): string => {
  if (value < 1000) return String(value)
  if (value < 999_500) return `${trimmed(value / 1000, value < 99_950 ? 1 : 0)}k`
  return `${trimmed(value / 1_000_000, value < 99_950_000 ? 1 : 0)}M`
}

/** A number of things, in words: `1 step`, `12,000 steps`. */
export const things = (value: number, one: string, many = `${one}s`): string =>
  `${value.toLocaleString("en")} ${value === 1 ? one : many}`

/** How long something took. **Units** milliseconds */
export const duration = (millis: number): string => {
  if (millis < 1000) return `${Math.max(0, Math.round(millis))} ms`
  const seconds = millis / 1000
  if (seconds < 59.95) return `${trimmed(seconds, seconds < 10 ? 1 : 0)} s`
  const minutes = Math.round(seconds) / 60
  if (minutes < 60) return two(Math.floor(minutes), "m", Math.round(seconds) % 60, "s")
  const hours = Math.round(seconds / 60) / 60
  if (hours < 24) return two(Math.floor(hours), "h", Math.round(seconds / 60) % 60, "m")
  return two(Math.floor(hours / 24), "d", Math.floor(hours % 24), "h")
}

const two = (big: number, bigUnit: string, small: number, smallUnit: string) =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`

/** How long ago something was, in its largest unit. **Units** milliseconds */
export const age = (millis: number): string => {
  const seconds = Math.max(0, millis) / 1000
  if (seconds < 5) return "now"
  const [value, unit] =
    seconds < 60
      ? [seconds, "s"]
      : seconds < 3600
        ? [seconds / 60, "min"]
        : seconds < 86_400
          ? [seconds / 3600, "h"]
          : [seconds / 86_400, "d"]
  return `${Math.floor(value)} ${unit} ago`
}

/** Tokens that went in and came out, as far as they are known. */
export const tokens = ({ input, output }: Usage): string | undefined => {
  const parts = [
    ...(input === undefined ? [] : [`${count(input)} in`]),
    ...(output === undefined ? [] : [`${count(output)} out`])
  ]
  return parts.length === 0 ? undefined : parts.join(", ")
}

export const usd = (value: number): string =>
  value !== 0 && value < 0.01 ? `$${value.toPrecision(2)}` : `$${value.toFixed(2)}`

/** A moment in the reader's own time. **Units** milliseconds since 1970 */
export const moment = (at: number): string => {
  const date = new Date(at)
  const pad = (value: number) => String(value).padStart(2, "0")
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
}
