// What the commands of this person write of a run is sealed with a key of theirs, so that settings which came with a clone,
// or were changed by somebody else, are told from it.

import { createHmac, randomBytes } from "node:crypto"
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { attempt } from "./attempt.ts"
import { userFolder } from "./configFile.ts"
import { realPlace } from "./outside.ts"

export const keyFile = () => join(userFolder(), "key")

const length = 32

/** The key of this person, where there is one. */
export const key = (): Uint8Array | undefined =>
  attempt(() => {
    const file = keyFile()
    const bytes = statSync(file).isFile() ? readFileSync(file) : new Uint8Array()
    return bytes.length === length ? bytes : undefined
  })

/** Writes a file for this person alone, where there is none: whole or not at all, and by one of several. */
export const writeOnce = (file: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const part = `${file}.${randomBytes(8).toString("hex")}`
  writeFileSync(part, content, { flag: "wx", mode: 0o600 })
  try {
    linkSync(part, file)
  } finally {
    rmSync(part)
  }
}

/** The same, made where there is none; nothing where none can be kept. */
export const madeKey = (): Uint8Array | undefined => {
  const known = key()
  if (known !== undefined) return known
  attempt(() => writeOnce(keyFile(), randomBytes(length)))
  return key()
}

/** Settings of a run with their seal, as far as there can be one: for this file, and the folder that its paths are from. */
export const sealed = <A extends object>(file: string, folder: string, settings: A): A & { readonly seal?: string } => {
  const secret = madeKey()
  return secret === undefined ? settings : { ...settings, seal: sealBy(secret, file, folder, settings) }
}

/** Whether settings are as a command of this person wrote them, there. */
export const isSealed = (file: string, folder: string, written: object): boolean => {
  const secret = key()
  const { seal, ...settings }: { readonly seal?: unknown } = written
  return secret !== undefined && seal === sealBy(secret, file, folder, settings)
}

const sealBy = (secret: Uint8Array, file: string, folder: string, settings: object): string =>
  createHmac("sha256", secret)
    .update(JSON.stringify([realPlace(file), realPlace(folder), settings]))
    .digest("hex")
