import { Arbitrary, Effect, Result, Schema, Stream } from "effect"
import { type LlmClient, OutputParser, PartialJson } from "@stepwright/core"
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import { reply } from "./support/scripted.ts"
import { runs, texts } from "./support/texts.ts"

const Plan = Schema.Struct({
  title: Schema.String,
  note: Schema.optionalKey(Schema.String),
  tasks: Schema.Array(Schema.Struct({ path: Schema.String, size: Schema.Int, kind: Schema.Literals(["new", "old"]) }))
})

const readerOf = () => PartialJson.make(Schema.Json)

/** What is known at the end of a text that comes at once. */
const last = <S extends Schema.ConstraintCodec<unknown, unknown>>(schema: S, text: string) => {
  const reader = PartialJson.make(schema)
  reader.feed(text)
  return reader.end()
}

/** What is known after each character, and at the end. */
const steps = (text: string) => {
  const reader = readerOf()
  return [...Array.from({ length: text.length }, (_, i) => structuredClone(reader.feed(text[i]!))), reader.end()]
}

/** A text cut at the given places, which are parts of the whole. */
const cut = (text: string, places: ReadonlyArray<number>) => {
  const ends = [...places.map((place) => place % (text.length + 1)), text.length].toSorted((a, b) => a - b)
  return ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end))
}

const hostile = texts(["\\", '"', "\ud83d", "\ude00", "😀", "\\u00e9", "__proto__", "constructor", "value", "1", "-"])

interface Tree extends Readonly<Record<string, Schema.Json>> {}
/** Values with hostile strings and keys; no key is an index, for such come first in any object. */
const value: Arbitrary.Arbitrary<Schema.Json> = Arbitrary.all({
  json: Arbitrary.schema(Schema.Json),
  entries: Arbitrary.array(Arbitrary.all({ key: hostile, text: hostile, json: Arbitrary.schema(Schema.Json) })),
  wraps: Arbitrary.schema(Schema.Literals(["none", "list", "object"]))
}).pipe(
  Arbitrary.map(({ entries, json, wraps }): Schema.Json => {
    if (wraps === "none") return json
    const object: Tree = Object.fromEntries(
      entries.map(({ json, key, text }, i) => [`${key}k`, i % 2 === 0 ? text : [text, json, i / 7, i % 3 === 0, null]])
    )
    return wraps === "object" ? object : [object, json, entries.map(({ text }) => text)]
  })
)
/** What a text of JSON says of a value, as `JSON.parse` would, but for keys that are an escape alone: it mistakes some. */
const read = (value: Schema.Json): Schema.Json => {
  if (typeof value === "number") return value === 0 ? 0 : value
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(read)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, read(member)]))
}

const written = Arbitrary.all({
  value,
  indent: Arbitrary.schema(Schema.Literals([0, 1, "\t"])),
  escaped: Arbitrary.schema(Schema.Boolean)
}).pipe(
  Arbitrary.map(({ escaped, indent, value }) => {
    const text = JSON.stringify(value, null, indent)
    const escape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
    return { text: escaped ? text.replace(/[^ -~\s]/g, escape) : text, value: read(value) }
  })
)
const places = Arbitrary.schema(Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5000 }))))

const index = /^\d+$/

const assertPrefix = (part: unknown, whole: unknown): void => {
  if (typeof part === "string" && typeof whole === "string") return assert.isTrue(whole.startsWith(part))
  if (typeof part !== "object" || part === null || typeof whole !== "object" || whole === null) {
    return assert.strictEqual(part, whole)
  }
  assert.strictEqual(Array.isArray(part), Array.isArray(whole))
  const entries = Object.entries(part).filter(([key]) => Array.isArray(part) || !index.test(key))
  const all = Object.entries(whole).filter(([key]) => Array.isArray(whole) || !index.test(key))
  for (const [i, [key, inner]] of entries.entries()) {
    assert.strictEqual(key, all[i]![0])
    if (i < entries.length - 1) assert.deepStrictEqual(inner, all[i]![1])
    else assertPrefix(inner, all[i]![1])
  }
}

describe("PartialJson", () => {
  describe("make", () => {
    it.prop(
      "the last value is that of JSON.parse, and after as many characters it is the same however they came",
      { written, places },
      ({ places, written: { text, value } }) => {
        const known = steps(text)
        assert.deepStrictEqual<unknown>(known.at(-1), value)
        const reader = readerOf()
        let read = 0
        for (const chunk of cut(text, places)) {
          const partial = reader.feed(chunk)
          read += chunk.length
          assert.deepStrictEqual(partial, read === 0 ? undefined : known[read - 1])
        }
        assert.deepStrictEqual<unknown>(reader.end(), value)
      },
      runs(300)
    )

    it.prop(
      "each value is a beginning of the last: of its strings, of its lists, of its keys in order",
      { written },
      ({ written: { text, value } }) => {
        for (const known of steps(text)) if (known !== undefined) assertPrefix(known, value)
      },
      runs(300)
    )

    it.prop(
      "it reads what a parser of the same Schema prints",
      { value: Arbitrary.schema(Plan) },
      ({ value }) => {
        const text = OutputParser.json(Plan).print(value)
        assert.deepStrictEqual<unknown>(last(Plan, text), JSON.parse(text))
      },
      runs(100)
    )

    it.prop(
      "it takes any text",
      { text: texts(["{", "}", "[", "]", '"', ":", ",", "\\u", "\\", "1e", "-", "tru", "```", '{"value":', "\ud83d"]) },
      ({ text }) => {
        const known = steps(text)
        const reader = readerOf()
        reader.feed(text)
        assert.deepStrictEqual(reader.end(), known.at(-1))
      },
      runs(1000)
    )

    it.each([
      ["</think>\r\n", [2]],
      ["</think> \r\n", [2]],
      ["</think>\r \n", [2]],
      ["</think>\r", [1]],
      ["</think>\rx", [1]]
    ])("knows the reasoning before %j however it comes", (end, value) => {
      const text = `[1] so${end}[2]`
      assert.deepStrictEqual(readerOf().feed(text), value)
      assert.deepStrictEqual(steps(text).at(-1), value)
    })

    it("shows keys with their values, strings as they grow, numbers and words when they are whole", () => {
      assert.deepStrictEqual(steps('{"a":"hi","b":[12,true]}'), [
        ...Array.from({ length: 5 }, () => undefined),
        { a: "" },
        { a: "h" },
        ...Array.from({ length: 7 }, () => ({ a: "hi" })),
        ...Array.from({ length: 3 }, () => ({ a: "hi", b: [] })),
        ...Array.from({ length: 4 }, () => ({ a: "hi", b: [12] })),
        ...Array.from({ length: 4 }, () => ({ a: "hi", b: [12, true] }))
      ])
    })

    it("a half of a surrogate pair or of an escape is not shown", () => {
      const emoji = String.raw`["é😀\u00e9\ud83d\ude00\n"]`
      for (const known of steps(emoji)) {
        if (known === undefined) continue
        const [text = ""] = known as ReadonlyArray<string>
        assert.isTrue("é😀é😀\n".startsWith(text))
        assert.notMatch(text, /[\ud800-\udbff]$/)
      }
      assert.deepStrictEqual(last(Schema.Json, emoji), JSON.parse(emoji))
      assert.deepStrictEqual(last(Schema.Json, String.raw`["\ud83d"]`), ["\ud83d"])
    })

    it("of a key that is there twice the last value counts, where the first one stood", () => {
      const twice = '{"a":1,"b":2,"a":{"c":3},"b":"x"}'
      assert.deepStrictEqual(last(Schema.Json, twice), JSON.parse(twice))
      assert.strictEqual(JSON.stringify(last(Schema.Json, twice)), JSON.stringify(JSON.parse(twice)))
    })

    it("a key __proto__ is a key like any other", () => {
      const text = '{"__proto__":{"polluted":true},"a":{"__proto__":"text","constructor":null}}'
      const known = last(Schema.Json, text)
      assert.deepStrictEqual(known, JSON.parse(text))
      assert.strictEqual(Object.getPrototypeOf(known), Object.prototype)
      assert.notProperty({}, "polluted")
      assert.deepStrictEqual<unknown>(last(Plan, '{"__proto__":{"title":"x"},"toString":1,"title":"y"}'), {
        title: "y"
      })
    })

    it("the value grows in place, and no longer changes once the text stops being JSON", () => {
      const reader = PartialJson.make(Plan)
      const first = reader.feed('{"title":"R')
      const second = reader.feed('ain","tasks":[{"path":"a')
      assert.strictEqual(first, second)
      assert.strictEqual(first?.tasks?.length, 1)
      const kept = structuredClone(second)
      reader.feed('", oops "')
      assert.deepStrictEqual(reader.feed('"},{"path":"b"}]}'), { ...kept, tasks: [{ path: "a" }] })
      assert.deepStrictEqual(reader.feed('{"title":"Other"}'), { ...kept, tasks: [{ path: "a" }] })
    })

    it("passes over what models write around the value", () => {
      const json = '{"title":"Rain","tasks":[]}'
      for (const text of [
        `\uFEFF \n${json}`,
        `\`\`\`json\n${json}\n\`\`\`\nAnything else?`,
        `Sure, as asked {below} and [1], with \`{}\`: {\n\n${json} Is {"title":"that"} fine?`
      ]) {
        assert.deepStrictEqual<unknown>(last(Plan, text), { title: "Rain", tasks: [] })
      }
      assert.deepStrictEqual(last(Schema.Array(Schema.Int), "Here you are: [1, 2]"), [1, 2])
      assert.strictEqual(last(Schema.String, '```json\n"text"\n```'), "text")
      assert.strictEqual(last(Schema.String, 'He said "no", and {left}'), undefined)
      assert.strictEqual(last(Schema.String, '\uFEFF"text"'), "text")
      assert.strictEqual(last(Schema.Union([Schema.Int, Schema.String]), '- "point"'), undefined)
      assert.strictEqual(last(Schema.Int, " 12"), 12)
      assert.strictEqual(last(Schema.Int, "12 of them"), 12)
      assert.strictEqual(last(Schema.Int, "1. first"), undefined)
    })

    it("stops where brackets or escapes are wrong", () => {
      assert.deepStrictEqual(last(Schema.Json, '{"a":[1},"b":2}'), { a: [1] })
      assert.deepStrictEqual(last(Schema.Json, "[[1}],2]"), [[1]])
      assert.deepStrictEqual(readerOf().feed(String.raw`["a\u12 3","b"]`), ["a"])
      assert.deepStrictEqual(readerOf().feed(String.raw`["a\x","b"]`), ["a"])
    })

    it("goes on below a bracket in prose that does not end", () => {
      assert.deepStrictEqual(readerOf().feed('So {or so\n{"a": 1}'), { a: 1 })
      assert.deepStrictEqual(readerOf().feed('Use {"a" so:\n"}"\n}\n{"a": 1}'), { a: 1 })
    })

    it("is what the parser takes when all has come, its faults mended", () => {
      for (const text of [
        String.raw`["a\u12 3","b"]`,
        "{'a': [1, 2,], \"b\": True} // so",
        'It is {"a": 1} here.',
        '[1] A. Smith\n\n{"a": "see [1]"}',
        'Like `{"a": 0}`:\n```yaml\n{"a": 1}\n```\n```json\n{"a": 2}\n```'
      ]) {
        assert.deepStrictEqual(last(Schema.Json, text), Result.getOrThrow(OutputParser.json(Schema.Json).parse(text)))
      }
    })

    it("takes a comma after the last element and line breaks in strings, as the parser does", () => {
      const text = '{"title":"two\nlines","tasks":[],}'
      assert.deepStrictEqual<unknown>(last(Plan, text), { title: "two\nlines", tasks: [] })
    })

    it("leaves out what is not of the kind that the Schema has there", () => {
      const text = '{"title":null,"more":{"title":"x"},"note":"n","tasks":[{"path":1,"size":2},"x",{"path":"p"}]}'
      assert.deepStrictEqual<unknown>(last(Plan, text), { note: "n", tasks: [{ size: 2 }] })
      assert.strictEqual(last(Plan, '[{"title":1}]'), undefined)
      assert.deepStrictEqual(last(Schema.Record(Schema.String, Schema.Int), '{"a":1,"b":"2","c":3}'), { a: 1, c: 3 })
      assert.deepStrictEqual(last(Schema.Tuple([Schema.String, Schema.Int]), '["a",1,2]'), ["a", 1])
      assert.deepStrictEqual<unknown>(
        last(Schema.Struct({ due: Schema.Date, size: Schema.FiniteFromString }), '{"due":"2026-01-01","size":"1"}'),
        { size: "1" }
      )
    })

    it("follows unions, literals, enums and Schemas that contain themselves", () => {
      interface Category {
        readonly name: string
        readonly children: ReadonlyArray<Category>
      }
      const Category = Schema.Struct({
        name: Schema.String,
        children: Schema.Array(Schema.suspend((): Schema.Codec<Category> => Category))
      })
      const tree = { name: "a", children: [{ name: "b", children: [{ name: "c", children: [] }] }] }
      assert.deepStrictEqual<unknown>(last(Category, JSON.stringify(tree)), tree)

      const Shape = Schema.Union([
        Schema.Struct({ _tag: Schema.tag("Circle"), size: Schema.Finite }),
        Schema.Struct({ _tag: Schema.tag("Text"), size: Schema.Literals(["s", 2]), on: Schema.Enum({ Yes: 1 }) })
      ])
      const reader = PartialJson.make(Schema.NullOr(Shape))
      assert.deepStrictEqual<unknown>(reader.feed('{"_tag":"Te'), { _tag: "Te" })
      assert.deepStrictEqual<unknown>(reader.feed('xt","size":"s","on":1}'), { _tag: "Text", size: "s", on: 1 })
    })

    it("unwraps a value that a provider takes only within an object", () => {
      assert.deepStrictEqual(last(Schema.Array(Schema.Int), '{"value":[1,2]}'), [1, 2])
      assert.strictEqual(last(Schema.String, '{"value":"text"}'), "text")
      assert.deepStrictEqual<unknown>(last(Plan, '{"value":{"title":"Rain"}}'), { title: "Rain" })
      const Own = Schema.Struct({ value: Schema.Struct({ value: Schema.Int }) })
      assert.deepStrictEqual<unknown>(last(Own, '{"value":{"value":1}}'), { value: { value: 1 } })
    })

    it("stops at a depth that no reply has, and overflows no stack", () => {
      for (const open of ["[", '{"a":', '[{"a":']) {
        let depth = 0
        let known: unknown = last(Schema.Json, open.repeat(100_000))
        while (typeof known === "object" && known !== null) {
          known = Object.values(known)[0]
          depth++
        }
        assert.strictEqual(depth, 500)
      }
      assert.deepStrictEqual(last(Plan, `${'{"x":['.repeat(1000)} {"title":"Rain"}`), { title: "Rain" })
    })

    it("has a type in which all may be missing and every string may be a beginning", () => {
      expectTypeOf(last(Plan, "")?.tasks?.[0]?.size).toEqualTypeOf<number | undefined>()
      expectTypeOf(last(Plan, "")?.tasks?.[0]?.kind).toEqualTypeOf<string | undefined>()
      expectTypeOf<PartialJson.PartialJson<readonly [1, "a"?]>>().toEqualTypeOf<ReadonlyArray<number | string>>()
      expectTypeOf<PartialJson.PartialJson<{ a: 1 } | { a?: "x"; b: null } | true>>().toEqualTypeOf<
        boolean | { readonly a?: number | string; readonly b?: null }
      >()
      expectTypeOf<PartialJson.PartialJson<{ a: unknown }>>().toEqualTypeOf<{ readonly a?: unknown }>()
      // @ts-expect-error -- readers do not write to it
      void (() => (last(Plan, "")!.title = ""))
    })
  })

  describe("fromStream", () => {
    const delta = (text: string): LlmClient.StreamPart => ({ _tag: "Delta", text })
    const finished: LlmClient.StreamPart = { _tag: "Finished", reply: reply("") }

    it.effect("gives what is known after each part, and starts over after Discarded", () =>
      Effect.gen(function* () {
        const parts = Stream.make<ReadonlyArray<LlmClient.StreamPart>>(
          delta('{"title":"Ra'),
          { _tag: "Discarded" },
          delta("Sure: "),
          delta('{"title":"Sun"'),
          delta(',"tasks":[{'),
          finished
        )
        const known = yield* parts.pipe(
          PartialJson.fromStream(Plan),
          Stream.map((partial) => structuredClone(partial)),
          Stream.runCollect
        )
        const plan = { title: "Sun", tasks: [{}] }
        assert.deepStrictEqual<unknown>(known, [{ title: "Ra" }, undefined, undefined, { title: "Sun" }, plan, plan])
      })
    )

    it.effect("a stream that is run again starts over, and a number ends with its reply", () =>
      Effect.gen(function* () {
        const known = PartialJson.fromStream(Stream.make(delta("1"), delta("2"), finished), Schema.Int)
        assert.deepStrictEqual(yield* Stream.runCollect(known), [undefined, undefined, 12])
        assert.deepStrictEqual(yield* Stream.runCollect(known), [undefined, undefined, 12])
      })
    )
  })
})
