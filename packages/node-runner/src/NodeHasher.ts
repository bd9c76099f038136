import { hash } from "node:crypto"
import * as Layer from "effect/Layer"
import { Hasher } from "@stepwright/core/Hasher"

/** Node's own SHA-256: the digests of core's default, a few times faster. */
export const layer: Layer.Layer<never> = Layer.succeed(Hasher, (text) => hash("sha256", text))
