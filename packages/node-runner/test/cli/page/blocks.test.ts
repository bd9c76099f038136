import { gunzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { fit } from "../../../src/cli/page/blocks.ts"
import type { Held } from "../../../src/cli/page/held.ts"

/** Digits in no order, the same each time. */
const noise = (length: number) => {
  let seed = length
  return Array.from({ length }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return String((seed >>> 16) % 10)
  }).join("")
}

const text = (kind: Held["kind"], bytes: number) => ({
  line: `t${JSON.stringify(noise(bytes))}`,
  without: `x${bytes}`,
  held: { kind, of: `of ${bytes}`, bytes }
})

type Packed = ReadonlyArray<{ readonly base64: string }>

const sizeOf = ({ blocks }: { readonly blocks: Packed }) => blocks.reduce((sum, { base64 }) => sum + base64.length, 0)

const linesIn = (blocks: Packed) =>
  blocks.flatMap(({ base64 }) => gunzipSync(Buffer.from(base64, "base64")).toString().split("\n"))

describe("fit", () => {
  it("packs lines in blocks that say where their texts begin", () => {
    const lines = [{ line: "e{}" }, text("prompt", 200_000), text("reply", 200_000), { line: "e[]" }, text("reply", 7)]
    const { blocks, tooLarge } = fit({ lines, leftOut: new Set(), sizeOf, most: Infinity })!
    assert.deepStrictEqual(tooLarge, [])
    assert.deepStrictEqual(
      blocks.map(({ first }) => first),
      [0, 2]
    )
    assert.isTrue(linesIn(blocks).join("\n") === lines.map(({ line }) => line).join("\n"), "the same lines")
  })

  it("leaves the largest texts out until the others fit, and names them; errors stay", () => {
    const lines = [text("prompt", 50_000), text("error", 90_000), text("reply", 80_000), text("output", 10_000)]
    const { blocks, tooLarge } = fit({ lines, leftOut: new Set(), sizeOf, most: 66_000 })!
    assert.deepStrictEqual(
      tooLarge.map(({ of }) => of),
      ["of 80000", "of 50000"]
    )
    assert.deepStrictEqual(
      linesIn(blocks).map((line) => line.slice(0, 6)),
      ["x50000", lines[1]!.line.slice(0, 6), "x80000", lines[3]!.line.slice(0, 6)]
    )
    assert.isAtMost(sizeOf({ blocks }), 66_000)
  })

  it("says where nothing fits", () => {
    assert.isUndefined(
      fit({ lines: [text("error", 90_000), text("reply", 10)], leftOut: new Set(), sizeOf, most: 1000 })
    )
  })

  it("has frequent words in two characters, none of which is in what is written otherwise", () => {
    const said = Array.from({ length: 500 }, (_, i) => ({ line: `t${JSON.stringify(`frequent words again, ${i}\n`)}` }))
    const { blocks, words } = fit({ lines: said, leftOut: new Set(), sizeOf, most: Infinity })!
    assert.includeMembers([...words], [" words", " again"])
    assert.notInclude(linesIn(blocks).join(""), "words")
  })
})
