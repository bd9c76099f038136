import type * as Schema from "effect/Schema"
import { define } from "./exact.ts"
import { type Frame, shapeIn } from "./frame.ts"
import { makeBrackets, makePlace } from "./place.ts"
import { accepts, childOf, type Kind, type Shape } from "./shape.ts"
import { escapes, isDigit, kindOf, numeral, words } from "./tokens.ts"

export interface JsonReader {
  /** What is known of the value after some more text. */
  readonly feed: (text: string) => Schema.MutableJson | undefined
  /** What is known of it when no more text comes: a number by itself ends only there. */
  readonly end: () => Schema.MutableJson | undefined
  /** Whether nothing but white space came around the value, and nothing in it that is no JSON. */
  readonly isAll: () => boolean
}

type State = "seek" | "broken" | "value" | "key" | "colon" | "next" | "string" | "escape" | "number" | "word" | "over"

/** Deep enough for what a model writes, and for those who walk through a partial recursively. */
const maxDepth = 500

const quote = 0x22
const backslash = 0x5c

const space = " \n\r\t"

/**
 * Reads the first JSON value of a shape in a text that comes in pieces, each character once. The value grows in place. One
 * inside a sentence, or in a fence of another language, is passed over.
 *
 * What does not fit the shape is left out: in an object the key, in a list that element and all after it.
 */
export const make = (shape: Shape): JsonReader => {
  let state: State = "seek"
  let root: Schema.MutableJson | undefined
  /** Whether `root` is more than an empty list or object. */
  let shown = false
  const stack: Array<Frame> = []
  /** Of a number, word or escape what was read of it, of a string what it stands for. */
  let token = ""
  let escape = ""
  /** The first half of a surrogate pair. */
  let half = ""
  let isKey = false
  let fits = false
  /** Nothing but space and opening fences came yet, so that a string, number or word can be the value. */
  let fresh = true
  const place = makePlace()
  /** The value is passed over. */
  let isMute = false
  /** Whether more came of it than its bracket. */
  let isBegun = false
  let isCertain = false
  /** Whether what is begun began with a word, as brackets in prose do. */
  let isProse = false
  const broken = makeBrackets()
  /** Whether nothing but white space came before the value, and after it. */
  let isClean = true
  /** Whether a string came last, to which a quote right behind the brackets may belong. */
  let isString = false

  const shapeHere = (): Shape => shapeIn(stack.at(-1), shape)

  /** Puts a value where one starts. */
  const put = (value: Schema.MutableJson) => {
    const frame = stack.at(-1)
    if (frame?.kind === "array") frame.into?.push(value)
    else replace(value)
    shown ||= typeof value !== "object" || value === null || root !== value
  }

  /** Puts a value in the place of the one put last. */
  const replace = (value: Schema.MutableJson) => {
    const frame = stack.at(-1)
    if (frame === undefined || (frame.kind === "object" && frame.wraps)) root = value
    else if (frame.into === undefined) return
    else if (frame.kind === "array") frame.into[frame.into.length - 1] = value
    else define(frame.into, frame.key, value)
  }

  const admits = (kind: Kind, here = shapeHere()): boolean => {
    const admitted = !isMute && accepts(here, kind)
    const frame = stack.at(-1)
    // What came after the gap would be at a wrong index.
    if (!admitted && frame?.kind === "array") frame.into = undefined
    return admitted
  }

  const open = (kind: "object" | "array") => {
    if (stack.length === maxDepth) {
      isBegun = false
      return fail()
    }
    const here = shapeHere()
    const admitted = admits(kind, here)
    if (kind === "object") {
      const into = admitted ? {} : undefined
      if (into !== undefined) put(into)
      stack.push({ kind, shape: here, into, key: "", wraps: false })
      state = "key"
    } else {
      const into = admitted ? [] : undefined
      if (into !== undefined) put(into)
      stack.push({ kind, shape: here, into })
      state = "value"
    }
    return true
  }

  const close = (kind: "object" | "array"): boolean => {
    if (stack.at(-1)?.kind !== kind) return fail()
    stack.pop()
    after()
    return true
  }

  const after = () => {
    if (stack.length > 0) state = "next"
    // Prose has empty brackets too.
    else {
      state = shown ? "over" : "seek"
      place.pass()
    }
  }

  /** Brackets that turn out to be no JSON are passed over, and the character is read again. */
  const fail = (): boolean => {
    isClean = false
    if (shown) {
      if (state === "escape" && fits) replace(token)
      state = "over"
      return true
    }
    root = undefined
    token = ""
    fresh = false
    state = "seek"
    // a bracket by itself is prose
    if (isBegun && stack.length > 0) {
      place.pass()
      broken.open(stack.length, isProse)
      state = "broken"
    }
    stack.length = 0
    return false
  }

  /** Reads on to where all brackets are closed, or to the next fence. */
  const skip = (char: string): boolean => {
    const isClosed = broken.closes(char)
    if (isClosed || place.isFence(char)) state = "seek"
    return state === "broken" || (isClosed && char !== "\n")
  }

  const scalar = (kind: Kind, value: string | number | boolean | null) => {
    if (admits(kind)) put(value)
    after()
  }

  const endString = () => {
    const text = token + half
    token = half = ""
    if (!isKey) {
      if (fits) replace(text)
      isString = true
      return after()
    }
    const frame = stack.at(-1)
    if (frame?.kind !== "object") return
    frame.key = text
    // Where a provider takes only objects, another value comes as {"value": …}.
    frame.wraps = stack.length === 1 && !shown && text === "value" && childOf(shape, text).length === 0
    state = "colon"
  }

  const append = (text: string) => {
    const last = text.charCodeAt(text.length - 1)
    const isHalf = last >= 0xd800 && last <= 0xdbff
    token += half + (isHalf ? text.slice(0, -1) : text)
    half = isHalf ? text.slice(-1) : ""
  }

  const startString = (key: boolean) => {
    isBegun = true
    isKey = key
    fits = !key && admits("string")
    if (fits) put("")
    state = "string"
  }

  const startValue = (char: string): boolean => {
    if (char === "{") return open("object")
    if (char === "[") return open("array")
    begin(char)
    if (char === '"') startString(false)
    else if (char === "-" || isDigit(char)) {
      token = char
      state = "number"
    } else if (char in words) {
      token = char
      state = "word"
    } else return fail()
    return true
  }

  /** Takes note of the first character in a bracket that tells JSON, if with faults, from prose. */
  const begin = (char: string) => {
    const frame = stack.at(-1)
    if (isBegun || frame === undefined) return
    const isWord = /[A-Za-z_$]/.test(char)
    isBegun = /["'“‘”„＂/#\d-]/.test(char) || (isWord && frame.kind === "object")
    isProse = isWord
    // numbers in brackets may be a citation
    if (frame.kind === "array" && !isCertain && (char === "-" || isDigit(char))) {
      isMute = true
      frame.into = root = undefined
    }
  }

  const seek = (char: string): boolean => {
    const kind = kindOf(char)
    const isBracket = kind === "object" || kind === "array"
    if (isBracket || (kind !== undefined && fresh && accepts(shape, kind))) {
      root = undefined
      isMute = isBracket && !place.isAlone()
      isBegun = isProse = false
      isCertain = fresh || place.isCertain()
      return startValue(char)
    }
    if (place.read(char)) fresh = true
    else if (!space.includes(char) && char !== "\uFEFF") fresh = isClean = false
    return true
  }

  /** Whether a character is done with; otherwise it is read again in the state that it led to. */
  const read = (char: string): boolean => {
    switch (state) {
      case "seek":
        return seek(char)
      case "broken":
        return skip(char)
      case "value":
        if (space.includes(char)) return true
        return char === "]" ? close("array") : startValue(char)
      case "key":
        if (space.includes(char)) return true
        if (char === "}") return close("object")
        begin(char)
        if (char !== '"') return fail()
        startString(true)
        return true
      case "colon":
        if (space.includes(char)) return true
        if (char !== ":") return fail()
        state = "value"
        return true
      case "next":
        if (space.includes(char)) return true
        if (char === "}") return close("object")
        if (char === "]") return close("array")
        isString = false
        if (char !== ",") return fail()
        state = stack.at(-1)?.kind === "object" ? "key" : "value"
        return true
      case "escape":
        return readEscape(char)
      case "number":
        if (isDigit(char) || "+-.eE".includes(char)) {
          token += char
          return true
        }
        return endNumber()
      case "word":
        return readWord(char)
      default:
        return true
    }
  }

  const readEscape = (char: string): boolean => {
    if (escape === "" && char !== "u") {
      const meant = escapes[char]
      if (meant === undefined) return fail()
      append(meant)
      state = "string"
      return true
    }
    if (escape !== "" && !/[0-9a-fA-F]/.test(char)) return fail()
    escape += char
    if (escape.length === 5) {
      append(String.fromCharCode(Number.parseInt(escape.slice(1), 16)))
      state = "string"
    }
    return true
  }

  const endNumber = (): boolean => {
    const text = token
    token = ""
    if (!numeral.test(text)) return fail()
    scalar("number", Number(text))
    return false
  }

  const readWord = (char: string): boolean => {
    const [word, value] = words[token[0]!]!
    if (char !== word[token.length]) return fail()
    token += char
    if (token !== word) return true
    token = ""
    scalar(value === null ? "null" : "boolean", value)
    return true
  }

  /** Reads a string up to its end or the next escape, and says where. */
  const readString = (text: string, from: number): number => {
    let i = from
    let code = 0
    for (; i < text.length; i++) {
      code = text.charCodeAt(i)
      if (code === quote || code === backslash) break
    }
    if (i > from) append(text.slice(from, i))
    if (i === text.length) return i
    if (code === quote) endString()
    else {
      escape = ""
      state = "escape"
    }
    return i + 1
  }

  return {
    feed: (text) => {
      let i = 0
      while (i < text.length) {
        if (state === "string") i = readString(text, i)
        else if (state === "over") {
          if (isString && (text[i] === '"' || text[i] === "'")) {
            root = undefined
            shown = false
          }
          isString = false
          break
        } else if (read(text[i]!)) i++
      }
      isClean &&= i === text.length || text.slice(i).trim() === ""
      if ((state === "string" || state === "escape") && fits) replace(token)
      // an empty bracket may yet turn out to be prose
      return shown ? root : undefined
    },
    end: () => {
      if (state === "number" && stack.length === 0) endNumber()
      return shown || stack.length === 0 ? root : undefined
    },
    isAll: () => isClean
  }
}
