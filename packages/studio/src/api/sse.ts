/** What a server sent. */
export interface Sent {
  readonly event: string
  readonly data: string
  readonly id: string | undefined
}

/** Reads a stream of server-sent events from its pieces, wherever these break; comments and times to retry say nothing. */
export const makeReader = (): ((piece: string) => ReadonlyArray<Sent>) => {
  let rest = ""
  let [event, id] = ["message", undefined as string | undefined]
  let data: Array<string> = []
  const line = (text: string): Sent | undefined => {
    if (text === "") {
      const sent = data.length === 0 ? undefined : { event, data: data.join("\n"), id }
      event = "message"
      id = undefined
      data = []
      return sent
    }
    const colon = text.indexOf(":")
    const field = colon === -1 ? text : text.slice(0, colon)
    const value = colon === -1 ? "" : text.slice(text[colon + 1] === " " ? colon + 2 : colon + 1)
    if (field === "event") event = value
    else if (field === "data") data.push(value)
    else if (field === "id") id = value
    return undefined
  }
  return (piece) => {
    const text = rest + piece
    // a carriage return at the end may be half of an end of line
    const until = text.endsWith("\r") ? text.length - 1 : text.length
    const lines = text.slice(0, until).split(/\r\n|\n|\r/)
    rest = (lines.pop() ?? "") + text.slice(until)
    return lines.flatMap((one) => line(one) ?? [])
  }
}
