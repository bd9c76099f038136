import { Buffer } from "node:buffer"
import { createHmac, hash } from "node:crypto"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { depthProblem } from "@stepwright/core/WorkflowEvent"
import { Entry, Key } from "@stepwright/core/ResultCache"

/*
 * A file for each entry: the SHA-256 of all that follows it, a newline, and JSON. So a change of any bit is noticed; with
 * a secret it is an HMAC, so that whoever has not that makes none. The name is made of a hash of the question, which may be
 * any text, and the ordinal.
 */

const digits = 64
const newline = 10

const Content = Schema.fromJsonString(Schema.Struct({ format: Schema.Literal(1), key: Key, entry: Entry }))

const decode = Schema.decodeUnknownOption(Content)
const encode = Schema.encodeSync(Content)

const nameOf = (question: string): string => hash("sha256", question).slice(0, 40)

/** The folder of the entries of a question, which those of some others have too. */
export const shardOf = (question: string): string => nameOf(question).slice(0, 2)

export const fileOf = ({ ordinal, question }: Key): string =>
  `${shardOf(question)}/${nameOf(question).slice(2)}.${ordinal}`

/** Whether a folder may be one of entries. */
export const isShard = (name: string): boolean => /^[0-9a-f]{2}$/u.test(name)

const entryName = /^([0-9a-f]{38})\.(\d{1,9})$/u

/** Whether a file in one may be an entry. */
export const isEntry = (name: string): boolean => entryName.test(name)

/** The name of the folder of a claim to make an entry. */
export const claimOf = (key: Key): string => fileOf(key).replace("/", "")

/** Whether a folder may be one of a claim. */
export const isClaim = (name: string): boolean => isShard(name.slice(0, 2)) && isEntry(name.slice(2))

/** The ordinal of an entry of a question, by the name of its file. */
export const ordinalOf = (question: string, name: string): number | undefined => {
  const [, stem, ordinal] = entryName.exec(name) ?? []
  return stem === nameOf(question).slice(2) ? Number(ordinal) : undefined
}

const sumOf = (content: string | Uint8Array, secret: Uint8Array | undefined): string =>
  secret === undefined ? hash("sha256", content) : createHmac("sha256", secret).update(content).digest("hex")

export const print = (key: Key, entry: Entry, secret?: Uint8Array): Uint8Array => {
  const json = encode({ format: 1, key, entry })
  return Buffer.from(`${sumOf(json, secret)}\n${json}`)
}

/** The entry that a file holds, if it is whole and one of this key. */
export const read = (key: Key, bytes: Uint8Array, secret?: Uint8Array): Entry | undefined => {
  const content = bytes.subarray(digits + 1)
  const known = Buffer.from(bytes.subarray(0, digits)).toString("latin1")
  if (bytes[digits] !== newline || sumOf(content, secret) !== known) return undefined
  const text = Buffer.from(content).toString("utf8")
  const found = depthProblem(text) === undefined ? Option.getOrUndefined(decode(text)) : undefined
  return found?.key.question === key.question && found.key.ordinal === key.ordinal ? found.entry : undefined
}
