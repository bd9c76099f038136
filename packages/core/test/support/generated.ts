import { DateTime, Effect, Option, Schema } from "effect"
import { Step, Workflow } from "@stepwright/core"

/** What every generated step takes and gives: a value with a date and an option in it. */
export const Value = Schema.Struct({
  count: Schema.Int,
  at: Schema.DateTimeUtcFromString,
  note: Schema.Option(Schema.String)
})
export type Value = typeof Value.Type

export const start: Value = { count: 1, at: DateTime.makeUnsafe(0), note: Option.none() }

/** A workflow as data: nesting to depth 3, parts side by side, items, items with dependencies. */
export type Shape =
  | { readonly _tag: "Step"; readonly step: number }
  | { readonly _tag: "Nest"; readonly inside: ReadonlyArray<Shape> }
  | { readonly _tag: "All"; readonly parts: ReadonlyArray<ReadonlyArray<Shape>> }
  | { readonly _tag: "ForEach"; readonly items: number; readonly body: Shape }
  | { readonly _tag: "ForEachDependency"; readonly items: number; readonly body: Shape }

/** Reads a shape off a list of numbers, whatever they are. */
export const shapeOf = (numbers: ReadonlyArray<number>, sequences = 2): ReadonlyArray<Shape> => {
  let position = 0
  let steps = 0
  const next = (below: number) => (numbers[position++] ?? 0) % below
  const sequence = (depth: number): ReadonlyArray<Shape> => Array.from({ length: 1 + next(3) }, () => shape(depth))
  const shape = (depth: number): Shape => {
    switch (depth === 0 ? 0 : next(7)) {
      case 3:
        return { _tag: "Nest", inside: sequence(depth - 1) }
      case 4:
        return { _tag: "All", parts: [sequence(depth - 1), sequence(depth - 1)] }
      case 5:
        return { _tag: "ForEach", items: next(5), body: body(depth) }
      case 6:
        return { _tag: "ForEachDependency", items: next(5), body: body(depth) }
      default:
        return { _tag: "Step", step: steps++ }
    }
  }
  const body = (depth: number): Shape =>
    next(2) === 0 ? { _tag: "Step", step: steps++ } : { _tag: "Nest", inside: sequence(depth - 1) }
  return Array.from({ length: sequences }, () => sequence(3)).flat()
}

/** What the steps do at a path, by the world they run in: nothing is in the steps themselves. */
export interface World {
  readonly ran: Array<number>
  /** Steps that fail, and steps that never end. */
  readonly fails: ReadonlySet<number>
  readonly hangs: ReadonlySet<number>
  readonly hanging: Effect.Effect<void>
  /** Steps that are of another version, and what that adds to their outputs. */
  readonly changed: ReadonlySet<number>
  readonly adds: number
  /** How often a step yields before it is done, to mix up the order of parallel ones. */
  readonly yields: (step: number) => number
}

class Broken extends Schema.TaggedError<Broken>()("Broken", { step: Schema.Int }) {}

const stepOf = (world: World, step: number) =>
  Step.effect(`s${step}`, {
    input: Value,
    output: Value,
    error: Broken,
    version: world.changed.has(step) ? 2 : 1,
    run: ({ at, count }) =>
      Effect.gen(function* () {
        for (let i = 0; i < world.yields(step); i++) yield* Effect.yieldNow
        world.ran.push(step)
        if (world.hangs.has(step)) return yield* Effect.andThen(world.hanging, Effect.never)
        if (world.fails.has(step)) return yield* new Broken({ step })
        return {
          count: (count * 31 + step + 1 + (world.changed.has(step) ? world.adds : 0)) % 10_007,
          at: DateTime.add(at, { minutes: step + 1 }),
          note: count % 2 === 0 ? Option.none() : Option.some(`by ${step}`)
        }
      })
  })

interface Item {
  readonly key: string
  readonly needs: ReadonlyArray<string>
  readonly value: Value
}

const keys = ["a/b", "..", "", "*"]
const itemsOf = (count: number, value: Value): ReadonlyArray<Item> =>
  keys.slice(0, count).map((key, i) => ({
    key,
    needs: keys.slice(0, i).filter((_, j) => (value.count + i + j) % 2 === 0),
    value: { ...value, count: value.count + i }
  }))

type Scope = { readonly input: Value; readonly last: Value }
type Any = Workflow.Workflow<Value, Scope, Broken, never>

/** The workflow of a shape. Each step is fed by the one before it; names are made here, so types cannot see them. */
export const workflowOf = (world: World, shapes: ReadonlyArray<Shape>): Any => sequenceOf(world, "generated", shapes)

const sequenceOf = (world: World, name: string, shapes: ReadonlyArray<Shape>): Any => {
  const begin = Workflow.make(name, { input: Value })
  return extend(world, begin as unknown as Any, shapes, "n")
}

/** The value that the scope ends with: what the last name of a sequence made of it. */
const lastOf = (scope: object, names: ReadonlyArray<string>): Value => {
  const of = (value: unknown): Value => {
    if (Array.isArray(value)) return value.reduce<Value>((sum, item) => join(sum, of(item)), start)
    if (Schema.is(Value)(value)) return value
    const entries = Object.entries(value as object)
    const scoped = entries.filter(([key]) => key !== "input")
    return scoped.reduce<Value>((sum, [, item]) => join(sum, of(item)), start)
  }
  const name = names.at(-1)
  return of((scope as Readonly<Record<string, unknown>>)[name ?? "input"])
}

const join = (a: Value, b: Value): Value => ({ ...b, count: (a.count * 7 + b.count) % 10_007 })

const extend = (world: World, self: Any, shapes: ReadonlyArray<Shape>, prefix: string): Any => {
  let workflow: any = self
  const names: Array<string> = []
  shapes.forEach((shape, i) => {
    const name = `${prefix}${i}`
    const before = [...names]
    const input = (scope: object) => lastOf(scope, before)
    switch (shape._tag) {
      case "Step":
      case "Nest":
        workflow = workflow.pipe(Workflow.bind(name as never, bodyOf(world, shape) as never, input as never))
        names.push(name)
        break
      case "All": {
        workflow = workflow.pipe(
          Workflow.all((scope) =>
            shape.parts.map((part, j) => extend(world, scope as never, part, `${name}p${j}`) as unknown as Workflow.Any)
          )
        )
        // what comes after is fed by the first part's last name that holds a value
        names.push(...topNames(shape.parts[0]!, `${name}p0`))
        break
      }
      default: {
        const options = {
          items: (scope: object) => itemsOf(shape.items, lastOf(scope, before)),
          key: (item: Item) => item.key,
          dependsOn: (item: Item) => item.needs,
          input: (scope: { readonly item: Item; readonly dependencies?: Readonly<Record<string, unknown>> }) =>
            Object.values(scope.dependencies ?? {}).reduce<Value>(
              (sum, value) => join(sum, lastOf({ value }, ["value"])),
              scope.item.value
            ),
          concurrency: 2
        }
        const body = bodyOf(world, shape.body) as never
        const make = shape._tag === "ForEach" ? Workflow.forEach : Workflow.forEachDependency
        workflow = workflow.pipe(make(name as never, body, options as never))
        names.push(name)
      }
    }
  })
  return workflow
}

const topNames = (shapes: ReadonlyArray<Shape>, prefix: string): ReadonlyArray<string> =>
  shapes.flatMap((shape, i) =>
    shape._tag === "All" ? topNames(shape.parts[0]!, `${prefix}${i}p0`) : [`${prefix}${i}`]
  )

const bodyOf = (world: World, shape: Shape) =>
  shape._tag === "Step"
    ? stepOf(world, shape.step)
    : sequenceOf(world, "nested", shape._tag === "Nest" ? shape.inside : [shape])

/** The numbers of all steps of a shape. */
export const stepsOf = (shapes: ReadonlyArray<Shape>): ReadonlyArray<number> =>
  shapes.flatMap((shape) => {
    switch (shape._tag) {
      case "Step":
        return [shape.step]
      case "Nest":
        return stepsOf(shape.inside)
      case "All":
        return shape.parts.flatMap(stepsOf)
      default:
        return stepsOf([shape.body])
    }
  })
