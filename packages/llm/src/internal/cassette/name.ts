import { identity, type LlmRequest } from "@stepwright/core/LlmRequest"

/** The name of a reply's file: `implementation+src%2Fledger.py@3fa9c1d2e4b5.json`, and `….2.json` for the second one. */
export interface Name {
  /** Who asked and what: the same for equal requests of one path. */
  readonly stem: string
  /** The beginning of the hash of what was asked. */
  readonly hash: string
  /** Which of the replies to equal requests it is, from 1. */
  readonly number: number
}

export const toFile = ({ number, stem }: Pick<Name, "number" | "stem">): string =>
  `${stem}${number === 1 ? "" : `.${number}`}.json`

/** The name that a file has, `undefined` for one that is no reply: of another program, or still being written. */
export const fromFile = (file: string): Name | undefined => {
  const [, stem, hash, number = "1"] = /^([^.].*@([\da-f]{12}))(?:\.([2-9]|[1-9]\d+))?\.json$/u.exec(file) ?? []
  return stem === undefined || hash === undefined ? undefined : { stem, hash, number: Number(number) }
}

/** What of a name a request decides. `key` is the whole hash of what is asked. */
export const ofRequest = (request: LlmRequest, hasher: (text: string) => string) => {
  const { path, step } = request.metadata
  const key = hasher(identity(request))
  const hash = key.slice(0, 12)
  return { key, hash, stem: `${readable(path === "" ? step : path, hasher)}@${hash}` }
}

/** What is a name as it is, on any disk, and no other path's on one that is blind for case: `%2F` is always written so. */
const plain = /^(?![.-])(?:[a-z\d._/-]|%[\dA-F]{2})+$/u

/** Names that are devices on Windows, whatever their ending. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu

const maxLength = 80

/** A path as a part of a name; where that says less than the path, with a hash of it. */
const readable = (path: string, hasher: (text: string) => string): string => {
  const text = path.replaceAll("/", "+")
  if (plain.test(path) && path.length <= maxLength && !device.test(text)) return text
  const safe = text.replace(/[^\w.%+-]+/gu, "-").replace(/^[.-]+/u, "")
  const half = maxLength / 2 - 10
  const short = safe.length <= 2 * half ? safe : `${safe.slice(0, half)}-${safe.slice(-half)}`
  return `${short === "" || device.test(short) ? "_" : ""}${short}~${hasher(JSON.stringify(path)).slice(0, 8)}`
}
