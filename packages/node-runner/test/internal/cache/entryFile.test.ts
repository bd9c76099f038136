import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import type { ResultCache } from "@stepwright/core"
import * as entryFile from "../../../src/internal/cache/entryFile.ts"

const key: ResultCache.Key = { question: "q", ordinal: 3 }
const entry: ResultCache.Entry = {
  output: { text: "Ä result, ".repeat(100) },
  by: "model",
  run: "r",
  path: "a/b",
  model: "default",
  usage: { input: 1 },
  startedAt: 1,
  at: 2
}

describe("the file of an entry", () => {
  it("is read as it was written", () => assert.deepStrictEqual(entryFile.read(key, entryFile.print(key, entry)), entry))

  it("is a miss with any bit changed", () => {
    const bytes = entryFile.print(key, entry)
    let flipped = 0
    for (let i = 0; i < bytes.length; i++) {
      for (let bit = 1; bit < 256; bit *= 2) {
        const damaged = bytes.slice()
        damaged[i]! ^= bit
        assert.isUndefined(entryFile.read(key, damaged), `byte ${i}, bit ${bit}`)
        flipped++
      }
    }
    assert.isAtLeast(flipped, 10_000)
  })

  it("is a miss where it was cut off, is of another key, or no entry at all", () => {
    const bytes = entryFile.print(key, entry)
    for (const length of [0, 1, 64, 65, 66, bytes.length - 1]) {
      assert.isUndefined(entryFile.read(key, bytes.subarray(0, length)), `${length} bytes`)
    }
    assert.isUndefined(entryFile.read({ ...key, ordinal: 4 }, bytes))
    assert.isUndefined(entryFile.read({ ...key, question: "p" }, bytes))
    // whoever wrote it knew how
    const json = '{"format":2}'
    const newer = Buffer.from(`${createHash("sha256").update(json).digest("hex")}\n${json}`)
    assert.isUndefined(entryFile.read(key, newer))
  })

  it("has a name that any question may have, with which it is found", () => {
    for (const question of ["q", "../../etc/passwd", "ä\n/", "x".repeat(10_000)]) {
      const file = entryFile.fileOf({ question, ordinal: 12 })
      assert.match(file, /^[0-9a-f]{2}\/[0-9a-f]{38}\.12$/)
      assert.strictEqual(entryFile.ordinalOf(question, file.slice(3)), 12)
      assert.isUndefined(entryFile.ordinalOf("other", file.slice(3)))
    }
  })
})
