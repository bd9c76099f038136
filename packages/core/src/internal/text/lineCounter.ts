/** `1 task`, `2 tasks`, or nothing. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  n === 0 ? "" : `${n} ${n === 1 ? one : many}`

/** A reader, for `OutputParser.progress`, that counts the whole lines of a kind: `1 task`, `2 tasks`. */
export const lineCounter = (noun: string, isOne: (line: string) => boolean) => () => {
  let line = ""
  let lines = 0
  return (piece: string): string => {
    let start = 0
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", start)) {
      if (isOne(line + piece.slice(start, end))) lines++
      line = ""
      start = end + 1
    }
    line += piece.slice(start)
    return count(lines, noun)
  }
}
