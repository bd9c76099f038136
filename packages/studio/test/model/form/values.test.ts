import { Arbitrary, Result, Schema } from "effect"
import { describe, expect, it as plainIt } from "vitest"
import { it } from "@effect/vitest"
import { type Field, type Form, isGroup, itemOf, make } from "../../../src/model/form/fields.ts"
import { check, type JsonSchema } from "../../../src/model/form/schema.ts"
import { absent, fill, initial, read, type State } from "../../../src/model/form/values.ts"

type AnySchema = Schema.Codec<unknown, unknown>

/** As the server writes it. */
const written = (schema: AnySchema): JsonSchema => {
  const { definitions, schema: root } = Schema.toJsonSchemaDocument(Schema.toCodecJson(schema))
  return { ...root, ...(Object.keys(definitions).length > 0 && { $defs: definitions }) } as JsonSchema
}

const formOf = (schema: AnySchema) => make(written(schema), "input")

/** What kinds of fields a form has, in short. */
const shape = (field: Field): unknown => {
  switch (field.kind) {
    case "list":
      return [...field.first.map(shape), ...(field.item === undefined ? [] : ["*", shape(field.item)])]
    case "object":
      return {
        ...Object.fromEntries(
          field.members.map(({ field, isRequired }) => [`${field.name}${isRequired ? "" : "?"}`, shape(field)])
        ),
        ...(field.others !== undefined && { "*": shape(field.others) })
      }
    case "union":
      return { of: Object.fromEntries(field.ways.map((way) => [way.label, shape(way)])) }
    case "choice":
      return field.options.map(String).join("|")
    default:
      return field.kind
  }
}

interface Tree {
  readonly name: string
  readonly children: ReadonlyArray<Tree>
}
const Tree: Schema.Codec<Tree> = Schema.Struct({
  name: Schema.String,
  children: Schema.Array(Schema.suspend(() => Tree))
}).annotate({ identifier: "Tree" })

const File = Schema.Struct({ path: Schema.NonEmptyString, text: Schema.String })
const Small = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))
const schemas = {
  text: Schema.String,
  name: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4)),
  number: Schema.Finite,
  count: Small,
  flag: Schema.Boolean,
  choice: Schema.Literals(["print", "drop"]),
  mixed: Schema.Literals([1, "x", true]),
  nullable: Schema.NullOr(Schema.String),
  fields: Schema.Struct({
    title: Schema.String,
    note: Schema.optionalKey(Schema.String),
    size: Schema.optionalKey(Small),
    isGood: Schema.optionalKey(Schema.Boolean),
    maybe: Schema.optionalKey(Schema.NullOr(Schema.Int)),
    tags: Schema.optionalKey(Schema.Array(Schema.String)),
    inner: Schema.optionalKey(Schema.Struct({ a: Schema.Int, only: Schema.optionalKey(Schema.Literal("x")) }))
  }),
  list: Schema.Array(Small).check(Schema.isMinLength(1), Schema.isMaxLength(3)),
  atLeastOne: Schema.NonEmptyArray(Schema.String),
  pair: Schema.Tuple([Schema.String, Small]),
  open: Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.Int]),
  record: Schema.Record(Schema.String, Small),
  tagged: Schema.Union([
    Schema.TaggedStruct("Approve", { note: Schema.optionalKey(Schema.String) }),
    Schema.TaggedStruct("Change", { changes: Schema.NonEmptyArray(Schema.String), size: Small })
  ]),
  untagged: Schema.Union([Schema.String, Small, Schema.Struct({ a: Schema.String }), Schema.Struct({ b: Small })]),
  files: Schema.Struct({
    documents: Schema.NonEmptyArray(File),
    review: Schema.optionalKey(Schema.Array(Schema.Literals(["spec", "design"])))
  }),
  recursive: Schema.Struct({ root: Tree, note: Schema.String }),
  json: Schema.Json,
  big: Schema.BigInt
} satisfies Record<string, AnySchema>

const all = Object.entries<AnySchema>(schemas)

/** Any state of a form, made of any numbers. */
const stateOf = (form: Form, numbers: ReadonlyArray<number>): State => {
  let used = 0
  const next = (below: number) => (used >= numbers.length ? used++ % below : numbers[used++]! % below)
  const texts = ["", "a", "abc", "abcde", "7", "0", "-3", "1.5", "12e1", "x ", "99999999999999999999", "print"]
  const jsons = [
    "",
    "{",
    "null",
    "7",
    '"abc"',
    "[]",
    '[1, "x"]',
    '{"a": "b"}',
    '{"b": 3}',
    '{"name": "n", "children": []}',
    '{"name": 1}'
  ]
  const any = (field: Field, depth: number): State => {
    if (next(12) === 0) return { kind: "json", text: jsons[next(jsons.length)]! }
    switch (field.kind) {
      case "text":
      case "number":
        return { kind: "text", text: texts[next(texts.length)]! }
      case "choice":
        return { kind: "choice", at: [undefined, ...field.options.keys()][next(field.options.length + 1)] }
      case "json":
        return { kind: "json", text: jsons[next(jsons.length)]! }
      case "list": {
        const most = field.item === undefined ? field.first.length + 1 : 5
        const count = next(most)
        return {
          kind: "list",
          items: Array.from({ length: count }, (_, id) => ({ id, state: any(itemOf(field, id), depth + 1) }))
        }
      }
      case "object": {
        const members = field.members.map(({ field, isRequired }) => [
          field.name,
          !isRequired && isGroup(field) && next(2) === 0 ? absent : any(field, depth + 1)
        ])
        const { others } = field
        const free =
          others === undefined
            ? []
            : Array.from({ length: next(3) }, (_, id) => ({
                id,
                name: ["a", "b", ""][next(3)]!,
                state: any(others, depth + 1)
              }))
        return { kind: "object", members: Object.fromEntries(members), others: free }
      }
      case "union": {
        const at = next(field.ways.length + 1)
        return at === field.ways.length
          ? { kind: "union", at: undefined, ways: {} }
          : { kind: "union", at, ways: next(5) === 0 ? {} : { [at]: any(field.ways[at]!, depth + 1) } }
      }
    }
  }
  return any(form.root, 0)
}

describe("make", () => {
  plainIt("has fields of the kinds that Schemas have", () => {
    expect(Object.fromEntries(all.map(([name, schema]) => [name, shape(formOf(schema).root)]))).toMatchInlineSnapshot(`
      {
        "atLeastOne": [
          "*",
          "text",
        ],
        "big": "text",
        "choice": "print|drop",
        "count": "number",
        "fields": {
          "inner?": {
            "a": "number",
            "only?": "x",
          },
          "isGood?": "true|false",
          "maybe?": "number",
          "note?": "text",
          "size?": "number",
          "tags?": [
            "*",
            "text",
          ],
          "title": "text",
        },
        "files": {
          "documents": [
            "*",
            {
              "path": "text",
              "text": "text",
            },
          ],
          "review?": [
            "*",
            "spec|design",
          ],
        },
        "flag": "true|false",
        "json": "json",
        "list": [
          "*",
          "number",
        ],
        "mixed": "1|x|true",
        "name": "text",
        "nullable": {
          "of": {
            "nothing": "null",
            "text": "text",
          },
        },
        "number": "number",
        "open": [
          "text",
          "*",
          "number",
        ],
        "pair": [
          "text",
          "number",
        ],
        "record": {
          "*": "number",
        },
        "recursive": {
          "note": "text",
          "root": {
            "children": [
              "*",
              "json",
            ],
            "name": "text",
          },
        },
        "tagged": {
          "of": {
            "Approve": {
              "_tag": "Approve",
              "note?": "text",
            },
            "Change": {
              "_tag": "Change",
              "changes": [
                "*",
                "text",
              ],
              "size": "number",
            },
          },
        },
        "text": "text",
        "untagged": {
          "of": {
            "a": {
              "a": "text",
            },
            "b": {
              "b": "number",
            },
            "number": "number",
            "text": "text",
          },
        },
      }
    `)
  })

  plainIt("tells what is said of a field", () => {
    const schema = Schema.Struct({
      a: Schema.String.annotate({ title: "The a", description: "What a is.", default: "x", examples: ["y"] }),
      b: Schema.Int.pipe(Schema.annotateKey({ description: "What b is." }))
    })
    const { root } = formOf(schema)
    const members = root.kind === "object" ? root.members : []
    expect(members.map(({ field: { description, label } }) => [label, description])).toEqual([
      ["The a", "What a is. Such as y."],
      ["b", "What b is."]
    ])
    expect(read(root, initial(root), {})).toEqual({
      value: { a: "x" },
      problems: [{ at: ["b"], message: "must be filled in" }]
    })
  })

  plainIt("ends, whatever is in itself", () => {
    const Expression: Schema.Codec<unknown> = Schema.Union([
      Schema.TaggedStruct("Sum", { parts: Schema.Array(Schema.suspend(() => Expression)) }),
      Schema.TaggedStruct("Number", { value: Schema.Int })
    ]).annotate({ identifier: "Expression" })
    const { definitions, root } = formOf(Expression)
    expect(shape(root)).toEqual({
      of: { Sum: { _tag: "Sum", parts: ["*", "json"] }, Number: { _tag: "Number", value: "number" } }
    })
    const value = {
      _tag: "Sum",
      parts: [
        { _tag: "Number", value: 1 },
        { _tag: "Number", value: "2" }
      ]
    }
    expect(read(root, fill(root, value), definitions).problems).toEqual([
      { at: ["parts", 1, "value"], message: "must be a whole number" }
    ])
    const wide = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `D${i}`,
        { type: "object", properties: { l: { $ref: `#/$defs/D${i + 1}` }, r: { $ref: `#/$defs/D${i + 1}` } } }
      ])
    )
    expect(make({ $ref: "#/$defs/D0", $defs: wide } as JsonSchema, "").root.kind).toBe("object")
  })
})

describe("fill and read", () => {
  for (const [name, schema] of all) {
    it.prop(
      `give the value back that fits: ${name}`,
      { value: Arbitrary.schema(Schema.toEncoded(Schema.toCodecJson(schema)) as Schema.Codec<unknown>) },
      ({ value }) => {
        // what the arbitrary of the JSON side gives need not fit
        if (Result.isFailure(Schema.decodeUnknownResult(Schema.toCodecJson(schema))(value))) return
        const json = JSON.parse(JSON.stringify(value))
        const { definitions, root } = formOf(schema)
        expect(read(root, fill(root, json), definitions)).toEqual({ value: json, problems: [] })
      }
    )

    it.prop(
      `say of any state where it does not fit, or give what does: ${name}`,
      {
        numbers: Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5039 }))), {
          maxLength: 40
        })
      },
      ({ numbers }) => {
        const form = formOf(schema)
        const { problems, value } = read(form.root, stateOf(form, numbers), form.definitions)
        if (problems.length > 0) return
        const decoded = Schema.decodeUnknownResult(Schema.toCodecJson(schema))(value)
        expect(decoded).toMatchObject({ _tag: "Success" })
        expect(check(written(schema), value!, form.definitions)).toEqual([])
      }
    )
  }
})
