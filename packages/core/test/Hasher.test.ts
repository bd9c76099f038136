import { createHash } from "node:crypto"
import { Effect } from "effect"
import { Hasher } from "@stepwright/core"
import { assert, describe, it } from "@effect/vitest"
import { runs, texts } from "./support/texts.ts"

describe("Hasher", () => {
  it.effect.prop(
    "gives the SHA-256 of the text in UTF-8",
    { text: texts(["😀", "\ud83d", "é", "x".repeat(300)]) },
    ({ text }) =>
      Effect.gen(function* () {
        const hash = yield* Hasher.Hasher
        assert.strictEqual(hash(text), createHash("sha256").update(text, "utf8").digest("hex"))
      }),
    runs(500)
  )
})
