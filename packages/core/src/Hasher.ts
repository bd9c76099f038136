import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import * as Context from "effect/Context"

/**
 * SHA-256 of a text (UTF-8) as 64 lower-case hexadecimal digits, computed synchronously. The default is written in
 * TypeScript and runs anywhere; a runtime may provide its own faster one, which must give the same digests.
 */
export const Hasher = Context.Reference<(text: string) => string>("@stepwright/core/Hasher", {
  defaultValue: () => (text) => bytesToHex(sha256(utf8ToBytes(text)))
})
