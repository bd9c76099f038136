import { core, type Mutant } from "./mutant.ts"

/** What is visited when, and what it sees. */
export const walking: ReadonlyArray<Mutant> = [
  {
    name: "steps start beside a selector that throws",
    file: "internal/walk/settle.ts",
    change: [["if (!Cause.hasFails(cause)) visitor.stop(cause as Cause.Cause<never>)\n", ""]],
    killedBy: core("Engine.faults")
  },
  {
    name: "a result that is missing reads as undefined",
    file: "internal/walk/hole.ts",
    change: [["  watching.at(-1)?.push(slot)\n  throw slot\n", "  return undefined\n"]],
    killedBy: core("Engine")
  },
  {
    name: "a plan stops at the first result that is missing",
    file: "internal/walk/hole.ts",
    change: [
      ["(stop instanceof Missing ? Effect.succeed<Slot>(stop) : Effect.fail(stop))", "Effect.fail(stop as Halt)"]
    ],
    killedBy: core("Engine")
  },
  {
    name: "outputs of items are in the order of their completion",
    file: "internal/walk/walk.ts",
    change: [
      [
        "return yield* beside(visitor, at, settle(visitor, items, visit, node.concurrency), node.concurrency)",
        `const done: Array<unknown> = []
  const noted = (item: unknown, i: number) => Effect.tap(visit(item, i), (value) => Effect.sync(() => done.push(value)))
  yield* beside(visitor, at, settle(visitor, items, noted, node.concurrency), node.concurrency)
  return done`
      ]
    ],
    killedBy: core("Engine.time")
  },
  {
    name: "items run more at a time than they may",
    file: "internal/walk/walk.ts",
    change: [["settle(visitor, items, visit, node.concurrency)", `settle(visitor, items, visit, "unbounded")`]],
    killedBy: core("Engine.time")
  },
  {
    name: "items run one at a time where more may",
    file: "internal/walk/walk.ts",
    change: [["settle(visitor, items, visit, node.concurrency)", "settle(visitor, items, visit, 1)"]],
    killedBy: core("Engine.time")
  },
  {
    name: "items with dependencies run more at a time than they may",
    file: "internal/walk/walk.ts",
    change: [
      ["Semaphore.make(visitor.concurrency ?? node.concurrency)", "Semaphore.make(visitor.concurrency ?? Infinity)"]
    ],
    killedBy: core("Engine.time")
  },
  {
    name: "an item starts before what it depends on is done",
    file: "internal/walk/walk.ts",
    change: [
      [
        "Effect.map(Deferred.await(done.get(dependency)!), (output) => [dependency, output] as const)",
        `Effect.map(
        Effect.flatMap(Deferred.isDone(done.get(dependency)!), (isDone) =>
          isDone ? Deferred.await(done.get(dependency)!) : Effect.succeed(undefined)
        ),
        (output) => [dependency, output] as const
      )`
      ]
    ],
    killedBy: core("Engine.time")
  },
  {
    name: "items with dependencies run one at a time where more may",
    file: "internal/walk/walk.ts",
    change: [
      ['settle({ stop: visitor.stop }, items, visit, "unbounded")', "settle({ stop: visitor.stop }, items, visit, 1)"]
    ],
    killedBy: core("Engine.time")
  },
  {
    name: "an item holds its place while it waits for what it depends on",
    file: "internal/walk/walk.ts",
    change: [
      [
        "return slot(Effect.map(needed, Object.fromEntries)).pipe(",
        "return Semaphore.withPermits(permits, 1)(slot(Effect.map(needed, Object.fromEntries)).pipe("
      ],
      [
        "return Semaphore.withPermits(permits, 1)(visitItem(visitor, node, { ...at, hangsOn }, scope, names))",
        "return visitItem(visitor, node, { ...at, hangsOn }, scope, names)"
      ],
      [
        "Effect.map((output) => [key, output] as const)\n    )",
        "Effect.map((output) => [key, output] as const)\n    ))"
      ]
    ],
    killedBy: core("Engine.time")
  },
  {
    name: "parts run one after the other",
    file: "internal/walk/walk.ts",
    change: [['settle(visitor, node.parts, visit, "unbounded")', "settle(visitor, node.parts, visit, 1)"]],
    killedBy: core("Engine.time")
  },
  {
    name: "two items have one key",
    file: "internal/definition/itemKeys.ts",
    change: [["return name === undefined ? undefined :", `return name === undefined || name !== "" ? undefined :`]],
    killedBy: core("Engine.records")
  },
  {
    name: "a step changes what the next one reads",
    file: "internal/walk/scope.ts",
    change: [
      [
        "own(value, (value) => (below.has(value) ? view(value) : undefined))",
        `(typeof value === "object" && value !== null && below.has(value) ? view(value) : value)`
      ]
    ],
    killedBy: core("Engine.values")
  }
]
