// Values that a Schema allows, as a number decides, and as plain as it lets them be: texts are words, and no two alike.

import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { seeded, type Random } from "./random.ts"

type AnySchema = Schema.Codec<unknown, unknown>

const words = [
  "amber",
  "basalt",
  "cedar",
  "dune",
  "ember",
  "fjord",
  "grove",
  "harbour",
  "islet",
  "juniper",
  "kelp",
  "lagoon",
  "meadow",
  "nectar",
  "orchid",
  "pebble"
] as const

/** Two words that hardly anything else is. */
const word = (random: Random): string => `${random.pick(words)} ${random.int(10_000).toString(36)}`

const deepest = 5

/** A value by the parts of a Schema; `undefined` where it is not known how. */
const plain = (ast: SchemaAST.AST, random: Random, depth: number): Option.Option<unknown> => {
  const made = unchecked(ast, random, depth)
  if (ast.checks === undefined && Option.isSome(made)) return made
  const fits = Schema.is(Schema.make<AnySchema>(ast))
  for (let tries = 0; tries < 8; tries++) {
    const value = tries === 0 ? made : unchecked(ast, random, depth)
    if (Option.isSome(value) && fits(value.value)) return value
  }
  return arbitrary(ast, random)
}

const unchecked = (ast: SchemaAST.AST, random: Random, depth: number): Option.Option<unknown> => {
  switch (ast._tag) {
    case "String":
      return Option.some(word(random))
    case "Number":
      return Option.some(1 + random.int(9))
    case "Boolean":
      return Option.some(random.bool())
    case "Literal":
      return Option.some(ast.literal)
    case "Null":
      return Option.some(null)
    case "Undefined":
    case "Void":
      return Option.some(undefined)
    case "Any":
    case "Unknown":
      return Option.some(word(random))
    case "Enum": {
      const [first, ...others] = ast.enums
      return first === undefined ? Option.none() : Option.some(random.pick([first, ...others])[1])
    }
    case "Union": {
      const types = depth > deepest ? ast.types.toReversed() : ast.types
      const [first, ...others] = types
      if (first === undefined) return Option.none()
      return plain(depth > deepest ? first : random.pick([first, ...others]), random, depth + 1)
    }
    case "Arrays": {
      const rest = ast.rest[0]
      const count = rest === undefined || depth > deepest ? 0 : 2 + random.int(2)
      const parts = [...ast.elements, ...Array.from({ length: count }, () => rest!), ...ast.rest.slice(1)]
      return Option.all(parts.map((part) => plain(part, random, depth + 1)))
    }
    case "Objects": {
      const members: Array<readonly [PropertyKey, Option.Option<unknown>]> = []
      for (const { name, type } of ast.propertySignatures) {
        const isOptional = SchemaAST.isOptional(type)
        if (isOptional && (depth > deepest || random.bool(0.3))) continue
        members.push([name, plain(type, random, depth + 1)])
      }
      for (const { type } of ast.indexSignatures) {
        const count = depth > deepest ? 0 : 2
        for (let i = 0; i < count; i++) members.push([word(random), plain(type, random, depth + 1)])
      }
      if (members.length === 0 && ast.propertySignatures.length === 0) return Option.some({})
      if (members.some(([, value]) => Option.isNone(value))) return Option.none()
      return Option.some(
        Object.fromEntries(members.map(([name, value]) => [name, Option.getOrUndefined(value)] as const))
      )
    }
    case "Suspend":
      return depth > deepest * 2 ? Option.none() : plain(ast.thunk(), random, depth + 1)
    default:
      return arbitrary(ast, random)
  }
}

const arbitrary = (ast: SchemaAST.AST, random: Random): Option.Option<unknown> =>
  Option.liftThrowable(() => {
    const sample = Arbitrary.sampleEffect(Arbitrary.schema(Schema.make<AnySchema>(ast)), {
      count: 1,
      size: 3,
      seed: random.int(2 ** 31)
    })
    const [value] = Effect.runSync(sample)
    return value
  })()

/** A value of a Schema, if one can be made. */
export const sample = (schema: AnySchema, seed: number): Option.Option<unknown> =>
  Option.flatMap(plain(SchemaAST.toType(schema.ast), seeded(seed), 0), (value) =>
    Result.getOrElse(
      Result.try(() =>
        Schema.is(schema)(value) ? Option.some(value) : arbitrary(SchemaAST.toType(schema.ast), seeded(seed))
      ),
      () => Option.none()
    )
  )
