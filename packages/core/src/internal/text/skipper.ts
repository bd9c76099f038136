import { leadBeginnings, leads, tags, words } from "./reasoningTags.ts"

const all = [...tags, ...leads, ...words]
const opening = new RegExp(`^(?:${all.map(([open]) => open).join("|")})`, "i")
const openings = all.map(([open]) => new RegExp(`^(?:${open})`, "i"))
const anyClosing = new RegExp(tags.map(([, close]) => close).join("|"), "iy")

/** What follows a tag that is the last on its line, and what may become that. */
const isLast = /^[ \t\r]{0,250}\n/
const mayBeLast = /^[ \t\r]{0,250}$/

/** Where a closing tag may begin. */
const mayClose = /<(?=[/|cu]|$)|\[(?=[/u]|$)|◁/gi

/** What is left of some more text of a reply that comes in pieces; `restart` where all that came before was reasoning. */
export interface Piece {
  readonly text: string
  readonly restart: boolean
}

/** Longer than any tag, and than what stands beside one on its line. */
const longest = 250

/** How much is read at once: one call a tag is open within it. */
const most = 4096

/** Takes reasoning out of a reply while it comes, as far as it can be told so far. */
export const skipper = () => {
  let state: "start" | "reasoning" | "answer" = "start"
  let held = ""
  let kind = 0
  let depth = 0
  /** Whether nothing but white space came on this line. */
  let isBlank = true
  /** What may become a closing tag. */
  let begun = ""
  /** What came behind a tag that closes reasoning if it stands last on its line. */
  let behind: string | undefined

  const start = (text: string): Piece => {
    held = (held + text).trimStart()
    const tag = opening.exec(held)?.[0]
    if (tag !== undefined) {
      kind = openings.findIndex((pattern) => pattern.test(held))
      depth = 1
      state = "reasoning"
      return reasoning(take().slice(tag.length))
    }
    if (
      held.length < longest &&
      (/^$|^[<◁][^>▷\n]*$|^<\|(?:start|channel)[^\n]{0,60}$|^\[[a-z\d]{0,9}$/i.test(held) ||
        leadBeginnings.some((beginning) => beginning.startsWith(held.toLowerCase())))
    )
      return none
    state = "answer"
    return answer(take())
  }

  const reasoning = (text: string): Piece => {
    held += text
    const [open, close] = all[kind]!
    const pattern = new RegExp(`(${open})|${close}`, "gi")
    let end = 0
    for (const match of held.matchAll(pattern)) {
      depth += match[1] === undefined ? -1 : 1
      end = match.index + match[0].length
      if (depth > 0) continue
      state = "start"
      held = held.slice(end)
      return start("")
    }
    held = held.slice(Math.max(end, held.length - longest))
    return none
  }

  const answer = (text: string): Piece => {
    if (behind !== undefined) {
      behind += text
      if (isLast.test(behind)) return again(behind)
      if (!mayBeLast.test(behind)) behind = undefined
    }
    if (begun === "" && text.search(mayClose) < 0) {
      isBlank = isBlankAfter(text)
      return { text, restart: false }
    }
    const seen = begun + text
    begun = ""
    let at = 0
    for (const { index } of seen.matchAll(mayClose)) {
      isBlank = isBlankAfter(seen.slice(at, index))
      at = index
      anyClosing.lastIndex = index
      const tag = anyClosing.exec(seen)?.[0]
      if (tag === undefined) {
        if (seen.length - index < longest && !/[>▷\]]/.test(seen.slice(index))) begun = seen.slice(index)
        continue
      }
      const after = seen.slice(index + tag.length)
      if (isBlank || isLast.test(after)) return again(after)
      behind = mayBeLast.test(after) ? after : undefined
    }
    isBlank = isBlankAfter(seen.slice(at, seen.length - begun.length))
    return { text, restart: false }
  }

  const isBlankAfter = (text: string): boolean => {
    const start = text.lastIndexOf("\n") + 1
    return (isBlank || start > 0) && text.slice(start).trim() === ""
  }

  const again = (rest: string): Piece => {
    state = "start"
    held = begun = ""
    isBlank = true
    behind = undefined
    return { text: start(rest).text, restart: true }
  }

  const take = (): string => {
    const text = held
    held = ""
    return text
  }

  const read = (text: string): Piece =>
    state === "start" ? start(text) : state === "reasoning" ? reasoning(text) : answer(text)

  return {
    feed: (text: string): Piece => {
      let left = ""
      let restart = false
      for (let at = 0; at < text.length; at += most) {
        const piece = read(text.slice(at, at + most))
        left = piece.restart ? piece.text : left + piece.text
        restart ||= piece.restart
      }
      return { text: left, restart }
    },
    /** What was held back, as it may have become a tag. */
    end: (): Piece => {
      if (behind !== undefined) return { text: "", restart: true }
      return state === "start" ? { text: take(), restart: false } : none
    }
  }
}

const none: Piece = { text: "", restart: false }
