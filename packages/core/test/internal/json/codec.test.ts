import { Effect, Result, Schema, SchemaGetter, SchemaTransformation } from "effect"
import * as JsonCodec from "../../../src/internal/json/codec.ts"
import { assert, describe, it } from "@effect/vitest"

interface Tree {
  readonly kids: ReadonlyArray<Tree>
}
const Tree: Schema.Codec<Tree> = Schema.Struct({ kids: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree)) })

const cyclic: { kids: Array<unknown> } = { kids: [] }
cyclic.kids.push(cyclic)
const deep = (levels: number) => {
  let tree: Tree = { kids: [] }
  for (let i = 0; i < levels; i++) tree = { kids: [tree] }
  return tree
}

const throwing = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Finite,
    SchemaTransformation.transform({
      decode: (text): number => {
        throw new RangeError(`cannot read ${text}`)
      },
      encode: (n): string => {
        throw new RangeError(`cannot write ${n}`)
      }
    })
  )
)
const later = Schema.String.pipe(
  Schema.decodeTo(Schema.String, {
    decode: SchemaGetter.transformEffect((text: string) => Effect.delay(Effect.succeed(text), 1)),
    encode: SchemaGetter.transformEffect((text: string) => Effect.delay(Effect.succeed(text), 1))
  })
)
const unreadable = Object.defineProperty({}, "a", {
  enumerable: true,
  get: () => {
    throw new Error("no a today")
  }
})

const messageOf = (encode: () => unknown) => {
  const encoded = Result.try(encode)
  return Result.isFailure(encoded) ? String(encoded.failure) : "nothing"
}

describe("encode", () => {
  const mistakes: ReadonlyArray<readonly [string, Schema.Top, unknown, string]> = [
    ["a value that holds itself", Tree, cyclic, "holds itself, or is nested too deep"],
    ["a value that is nested too deep", Tree, deep(100_000), "holds itself, or is nested too deep"],
    ["a value that throws where it is read", Schema.Struct({ a: Schema.String }), unreadable, "no a today"],
    ["a value that its Schema throws at", Schema.Struct({ a: throwing }), { a: 1 }, "cannot write 1"],
    ["a Schema that takes its time", later, "x", "asynchronous"]
  ]
  it.each(mistakes)("tells %s in words of its own", (_, schema, value, words) => {
    const message = messageOf(() => JsonCodec.make(schema as never).encode(value))
    assert.include(message, words)
    assert.notMatch(message, /adapter|fiber/i)
  })

  it("writes every number as JSON text has it, in literals too", () => {
    for (const schema of [Schema.Literal(-0), Schema.Literals([0, 1]), Schema.Enum({ None: -0 })]) {
      const codec = JsonCodec.make(Schema.Struct({ n: schema }))
      const encoded = codec.encode({ n: -0 })
      assert.deepStrictEqual(encoded, JSON.parse(JSON.stringify(encoded)))
      assert.deepStrictEqual(Result.getOrThrow(codec.decode(encoded)), { n: 0 } as never)
    }
  })
})

describe("decode", () => {
  it("fails with the words of what its Schema throws", () => {
    for (const [schema, words] of [
      [throwing, "cannot read x"],
      [later, "asynchronous"]
    ] as const) {
      const decoded = JsonCodec.make(schema as Schema.Codec<unknown, unknown>).decode("x")
      assert.isTrue(Result.isFailure(decoded))
      if (Result.isSuccess(decoded)) continue
      assert.include(decoded.failure.message, words)
      assert.notMatch(decoded.failure.message, /adapter|fiber/i)
    }
  })
})
